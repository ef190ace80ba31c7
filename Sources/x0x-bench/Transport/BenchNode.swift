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

    /// Hands the application a command and waits for its next output.
    ///
    /// - Throws: `BenchError` when the node does not take the command, `CancellationError`.
    func perform(_ command: Application.Command) async throws -> Application.Output {
        guard self.transport.post(command) else { throw BenchError("the command was refused: the node is busy") }
        return try await self.nextOutput()
    }

    /// The next output.
    ///
    /// - Throws: `CancellationError`.
    func nextOutput() async throws -> Application.Output {
        for await output in self.outputs { return output }
        throw CancellationError()
    }

    func close() async throws {
        await self.transport.close()
        self.finishOutputs()
        try await self.group.shutdownGracefully()
    }
}

/// Runs `body` with two nodes that share the crypto threads of a process, and closes them afterwards.
///
/// - Parameters:
///   - application: What lives on both.
///   - datagramByteCountMax: Largest UDP payload that path MTU discovery may find.
///   - body: Gets the node that is dialled first, the one that dials second.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws, and `QUICTransportError` when a socket cannot be bound.
func withTwoNodes<Application: EndpointApplication, Result>(
    _ application: Application,
    datagramByteCountMax: Int = 65_527,
    _ body: (_ server: BenchNode<Application>, _ client: BenchNode<Application>) async throws -> Result
) async throws -> Result {
    let executor = CryptoExecutor()
    var nodes: [BenchNode<Application>] = []
    let outcome: Swift.Result<Result, any Error>
    do {
        for _ in 0..<2 {
            let node = try await BenchNode.open(
                application,
                executor: executor,
                datagramByteCountMax: datagramByteCountMax
            )
            nodes.append(node)
        }
        outcome = .success(try await body(nodes[0], nodes[1]))
    } catch {
        outcome = .failure(error)
    }
    for node in nodes { try await node.close() }
    await executor.shutDown()
    return try outcome.get()
}
