// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import CryptoSuite
import NIOCore
import NIOPosix
import Node
import Primitives
import QUICCore
import QUICTransport
import Synchronization

/// A whole node below the domain on a loopback socket: endpoint, exchange, transport, threads.
final class LoopbackNode: Sendable {
    struct Message: Equatable, Sendable {
        let bytes: [UInt8]
        let peer: PeerID
    }

    let network: PeerNetwork
    let transport: QUICTransport<PeerExchange>
    let executor: CryptoExecutor
    let messages: Lane<Message>
    let events: Lane<PeerEvent>
    private let group: MultiThreadedEventLoopGroup

    var peerID: PeerID { self.network.localPeerID }
    var address: NetworkAddress { self.transport.boundAddress }

    private init(
        network: PeerNetwork,
        transport: QUICTransport<PeerExchange>,
        executor: CryptoExecutor,
        messages: Lane<Message>,
        events: Lane<PeerEvent>,
        group: MultiThreadedEventLoopGroup
    ) {
        self.network = network
        self.transport = transport
        self.executor = executor
        self.messages = messages
        self.events = events
        self.group = group
    }

    static let loopback = NetworkAddress(ipv4: 0x7F00_0001, port: 0)

    static func open(
        at address: NetworkAddress = LoopbackNode.loopback,
        exchangeIsLoopbackOnly: Bool = true,
        offload: CryptoOffload? = nil
    ) async throws -> LoopbackNode {
        let key = try MLDSA65PrivateKey()
        let peerID = PeerID(publicKeyBytes: key.publicKey.bytes)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let executor = CryptoExecutor(threadCount: 2)
        let messages = Lane<Message>(capacity: 10_000, overflow: .dropNewest)
        let events = Lane<PeerEvent>(capacity: 10_000, overflow: .dropNewest)
        var exchange = PeerExchangeConfiguration()
        exchange.loopbackOnly = exchangeIsLoopbackOnly
        let runtime = EndpointRuntime(
            endpoint: Endpoint(
                configuration: EndpointConfiguration(
                    connection: ConnectionConfiguration(localPublicKey: key.publicKey.bytes),
                    resetKey: .random(byteCount: 32)
                ),
                random: SystemSecureRandom()
            ),
            application: PeerExchange(localPeer: peerID, configuration: exchange, random: SystemSecureRandom())
        )
        // Outputs exist only after a datagram or a command, and both need the address that `open` returns.
        let sink = OutputSink()
        do {
            let transport = try await QUICTransport.bind(
                runtime,
                configuration: QUICTransportConfiguration(bindAddress: address, loopbackOnly: true, signingKey: key),
                on: group.next(),
                offload: offload ?? { executor.offload($0) },
                onOutput: { sink.handle($0) }
            )
            let peers = PeerNetwork(
                localPeerID: peerID,
                boundAddresses: [transport.boundAddress],
                post: { transport.post($0) },
                onMessage: { messages.offer(Message(bytes: $0, peer: $1)) },
                onEvent: { events.offer($0) }
            )
            sink.attach(peers)
            return LoopbackNode(
                network: peers,
                transport: transport,
                executor: executor,
                messages: messages,
                events: events,
                group: group
            )
        } catch {
            await executor.shutDown()
            try await group.shutdownGracefully()
            throw error
        }
    }

    /// The next message; the time limit of the suite ends the wait.
    func nextMessage() async -> Message? {
        for await message in self.messages { return message }
        return nil
    }

    func nextEvent() async -> PeerEvent? {
        for await event in self.events { return event }
        return nil
    }

    func close() async throws {
        await self.network.shutDown()
        await self.transport.close()
        await self.executor.shutDown()
        self.messages.finish()
        self.events.finish()
        try await self.group.shutdownGracefully()
    }

    /// Runs `body` with two nodes and closes both.
    static func withPair<T>(_ body: (LoopbackNode, LoopbackNode) async throws -> T) async throws -> T {
        let first = try await LoopbackNode.open()
        let second = try await LoopbackNode.open()
        let result: Result<T, any Error>
        do {
            result = .success(try await body(first, second))
        } catch {
            result = .failure(error)
        }
        try await first.close()
        try await second.close()
        return try result.get()
    }
}

/// Waits for a state that no event announces, with a deadline; yields between looks.
func eventually(within seconds: Int64 = 20, _ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = NIODeadline.now() + .seconds(seconds)
    while NIODeadline.now() < deadline {
        if try await condition() { return true }
        await Task.yield()
    }
    return false
}

/// Hands outputs to the network that is created after the transport.
final class OutputSink: Sendable {
    private let network = Mutex<PeerNetwork?>(nil)

    func attach(_ network: PeerNetwork) { self.network.withLock { $0 = network } }

    func handle(_ output: PeerOutput) { self.network.withLock { $0 }?.handle(output) }
}
