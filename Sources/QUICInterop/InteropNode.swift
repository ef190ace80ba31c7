// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import NIOCore
internal import NIOPosix
package import Primitives
package import QUICCore
package import QUICTransport

/// Our QUIC with the classical profile on a loopback socket and its own event loop.
package final class InteropNode: Sendable {
    /// The running transport.
    package let transport: QUICTransport<InteropApplication>
    private let outputs: AsyncStream<InteropApplication.Output>
    private let finishOutputs: @Sendable () -> Void
    private let executor: CryptoExecutor
    private let group: MultiThreadedEventLoopGroup

    /// Where the socket is bound.
    package var address: NetworkAddress { self.transport.boundAddress }

    private init(
        transport: QUICTransport<InteropApplication>,
        outputs: AsyncStream<InteropApplication.Output>,
        finishOutputs: @escaping @Sendable () -> Void,
        executor: CryptoExecutor,
        group: MultiThreadedEventLoopGroup
    ) {
        self.transport = transport
        self.outputs = outputs
        self.finishOutputs = finishOutputs
        self.executor = executor
        self.group = group
    }

    /// A server with these credentials.
    package static func withServer<T>(
        _ credentials: InteropCredentials,
        configure: (inout EndpointConfiguration) -> Void = { _ in },
        _ body: (InteropNode) async throws -> T
    ) async throws -> T {
        let profile = ClassicalProfile(
            forInteroperabilityTests: [InteropRequest.protocolName],
            certificates: [credentials.serverCertificate],
            signatureAlgorithm: credentials.serverKey.algorithm
        )
        let performer = InteropCryptoPerformer(signingKey: credentials.serverKey)
        return try await self.with(profile, performer, configure: configure, body)
    }

    /// A client that trusts the authority of these credentials.
    package static func withClient<T>(
        trusting credentials: InteropCredentials,
        applicationProtocols: [String] = [InteropRequest.protocolName],
        configure: (inout EndpointConfiguration) -> Void = { _ in },
        _ body: (InteropNode) async throws -> T
    ) async throws -> T {
        let profile = ClassicalProfile(forInteroperabilityTests: applicationProtocols)
        let performer = InteropCryptoPerformer(trustedRoot: credentials.rootCertificate)
        return try await self.with(profile, performer, configure: configure, body)
    }

    private static func with<T>(
        _ profile: ClassicalProfile,
        _ performer: InteropCryptoPerformer,
        configure: (inout EndpointConfiguration) -> Void,
        _ body: (InteropNode) async throws -> T
    ) async throws -> T {
        let node = try await self.open(profile, performer, configure: configure)
        let result: Result<T, any Error>
        do {
            result = .success(try await body(node))
        } catch {
            result = .failure(error)
        }
        await node.close()
        return try result.get()
    }

    private static func open(
        _ profile: ClassicalProfile,
        _ performer: InteropCryptoPerformer,
        configure: (inout EndpointConfiguration) -> Void
    ) async throws -> InteropNode {
        var configuration = EndpointConfiguration(
            connection: ConnectionConfiguration(classicalForInteroperabilityTests: profile),
            resetKey: .random(byteCount: 32)
        )
        configure(&configuration)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let executor = CryptoExecutor(threadCount: 1)
        // One output per request of a test, which sends at most a few hundred.
        let (outputs, continuation) = AsyncStream.makeStream(
            of: InteropApplication.Output.self,
            bufferingPolicy: .bufferingOldest(4_096)
        )
        do {
            let transport = try await QUICTransport.bind(
                EndpointRuntime(
                    endpoint: Endpoint(configuration: configuration, random: SystemSecureRandom()),
                    application: InteropApplication()
                ),
                configuration: QUICTransportConfiguration(
                    bindAddress: NetworkAddress(ipv4: 0x7F00_0001, port: 0),
                    loopbackOnly: true,
                    performCrypto: { performer.perform($0) }
                ),
                on: group.next(),
                offload: { executor.offload($0) },
                onOutput: { continuation.yield($0) }
            )
            return InteropNode(
                transport: transport,
                outputs: outputs,
                finishOutputs: { continuation.finish() },
                executor: executor,
                group: group
            )
        } catch {
            await executor.shutDown()
            try await group.shutdownGracefully()
            throw error
        }
    }

    /// Asks for something; a full mailbox is impossible with the few commands of a test.
    package func post(_ command: InteropApplication.Command) {
        let isPosted = self.transport.post(command)
        precondition(isPosted, "a test sends fewer commands than the mailbox holds")
    }

    /// The next thing that happened; `nil` when the waiting task was cancelled or the node closed.
    package func nextOutput() async -> InteropApplication.Output? {
        for await output in self.outputs { return output }
        return nil
    }

    private func close() async {
        await self.transport.close()
        self.finishOutputs()
        await self.executor.shutDown()
        // It can only refuse because it is stopped already, which is what we want.
        try? await self.group.shutdownGracefully()
    }
}
