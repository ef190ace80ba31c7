// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import NIOCore
import NIOPosix
import Primitives
import QUICCore
import QUICTransport

/// An endpoint with an application of the benchmark, on its own event loop and loopback socket.
struct BenchNode<Application: EndpointApplication> {
    let transport: QUICTransport<Application>
    let outputs: AsyncStream<Application.Output>
    private let finishOutputs: @Sendable () -> Void
    private let group: MultiThreadedEventLoopGroup

    /// Binds a socket and starts.
    ///
    /// - Parameters:
    ///   - application: What lives on the endpoint.
    ///   - executor: Shared by all nodes of a run.
    ///   - datagramByteCountMax: Largest UDP payload that path MTU discovery may find.
    /// - Returns: The running node.
    /// - Throws: `QUICTransportError` when the socket cannot be bound.
    static func open(
        _ application: Application,
        executor: CryptoExecutor,
        datagramByteCountMax: Int = 65_527
    ) async throws -> BenchNode {
        let key = try MLDSA65PrivateKey()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var connection = ConnectionConfiguration(localPublicKey: key.publicKey.bytes)
        connection.datagramByteCountMax = datagramByteCountMax
        var configuration = EndpointConfiguration(connection: connection, resetKey: .random(byteCount: 32))
        // Closed connections stay for three probe timeouts; a benchmark closes many.
        configuration.connectionCountMax = 16_384
        // Results of runs: a handful, so that the cap is never reached.
        let (outputs, continuation) = AsyncStream.makeStream(
            of: Application.Output.self,
            bufferingPolicy: .bufferingNewest(1024)
        )
        let transport = try await QUICTransport.bind(
            EndpointRuntime(
                endpoint: Endpoint(configuration: configuration, random: SystemSecureRandom()),
                application: application
            ),
            configuration: QUICTransportConfiguration(
                bindAddress: NetworkAddress(ipv4: 0x7F00_0001, port: 0),
                loopbackOnly: true,
                signingKey: key
            ),
            on: group.next(),
            offload: { executor.offload($0) },
            onOutput: { continuation.yield($0) }
        )
        return BenchNode(
            transport: transport,
            outputs: outputs,
            finishOutputs: { continuation.finish() },
            group: group
        )
    }

    /// The next output.
    func nextOutput() async -> Application.Output? {
        for await output in self.outputs { return output }
        return nil
    }

    func close() async throws {
        await self.transport.close()
        self.finishOutputs()
        try await self.group.shutdownGracefully()
    }
}
