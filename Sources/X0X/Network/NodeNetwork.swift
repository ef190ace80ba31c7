// SPDX-License-Identifier: MIT OR Apache-2.0

internal import BLAKE3
internal import Connectivity
internal import CryptoSuite
internal import Identity
internal import NIOCore
internal import NIOPosix
internal import Node
internal import Primitives
internal import QUICCore
internal import QUICTransport

/// The QUIC node: one event loop, one socket, the table of peers, and the lanes its messages come out of.
final class NodeNetwork: Sendable {
    /// The peers, for everybody above.
    let peers: PeerNetwork
    /// Changes in who is connected; 65,536 of them may wait, which is more connections than ever exist at once.
    let peerEvents: Lane<PeerEvent>
    /// The loop that owns the socket; also runs timers.
    let eventLoop: any EventLoop

    private let group: MultiThreadedEventLoopGroup
    private let transport: QUICTransport<PeerExchange>
    /// Open from the moment on which the loop takes no more commands; later requests are refused instead of lost.
    private let closing: Latch

    private init(
        peers: PeerNetwork,
        peerEvents: Lane<PeerEvent>,
        group: MultiThreadedEventLoopGroup,
        eventLoop: any EventLoop,
        transport: QUICTransport<PeerExchange>,
        closing: Latch
    ) {
        self.peers = peers
        self.peerEvents = peerEvents
        self.group = group
        self.eventLoop = eventLoop
        self.transport = transport
        self.closing = closing
    }

    /// Binds the socket exactly as configured and starts to answer.
    ///
    /// - Throws: `QUICTransportError` when the address cannot be bound; nothing stays running then.
    static func open(
        _ configuration: AgentConfiguration,
        identity: LocalIdentity,
        crypto: CryptoExecutor,
        router: MessageRouter
    ) async throws -> NodeNetwork {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let relay = OutputRelay()
        var transportConfiguration = QUICTransportConfiguration(
            bindAddress: configuration.bindAddress,
            loopbackOnly: configuration.loopbackOnly,
            signingKey: identity.machineKey.signingKey
        )
        transportConfiguration.commandCountMax = 65_536
        let transport: QUICTransport<PeerExchange>
        do {
            transport = try await QUICTransport.bind(
                Self.runtime(configuration, identity),
                configuration: transportConfiguration,
                on: eventLoop,
                offload: { crypto.offload($0) },
                onOutput: { relay.handle($0) }
            )
        } catch {
            // The bind error is what matters; a loop that does not stop cleanly changes nothing about it.
            try? await group.shutdownGracefully()
            throw error
        }
        let closing = Latch()
        let peerEvents = Lane<PeerEvent>(capacity: 65_536, overflow: .dropNewest)
        let peers = PeerNetwork(
            localPeerID: identity.machineID,
            boundAddresses: [transport.boundAddress],
            post: { closing.isOpen ? false : transport.post($0) },
            onMessage: { router.route($0, from: $1) },
            onEvent: { peerEvents.offer($0) }
        )
        relay.attach(peers)
        return NodeNetwork(
            peers: peers,
            peerEvents: peerEvents,
            group: group,
            eventLoop: eventLoop,
            transport: transport,
            closing: closing
        )
    }

    private static func runtime(
        _ configuration: AgentConfiguration,
        _ identity: LocalIdentity
    ) -> EndpointRuntime<PeerExchange> {
        // Derived, so that a restarted node can still reset the connections of its last life (spec 02 §15).
        var resetKey = identity.machineKey.seed.withExposedBytes { seed in
            BLAKE3Hash.deriveKey(context: "x0x for Swift 2026-01 stateless reset key", material: seed)
        }
        let endpoint = Endpoint(
            configuration: EndpointConfiguration(
                connection: ConnectionConfiguration(localPublicKey: identity.machineKey.publicKey.bytes),
                resetKey: SecretBytes(consuming: &resetKey)
            ),
            random: SystemSecureRandom()
        )
        var exchange = PeerExchangeConfiguration()
        exchange.loopbackOnly = configuration.loopbackOnly
        let application = PeerExchange(
            localPeer: identity.machineID,
            configuration: exchange,
            random: SystemSecureRandom()
        )
        return EndpointRuntime(endpoint: endpoint, application: application)
    }

    /// The address the socket is really bound to.
    var boundAddress: NetworkAddress { self.transport.boundAddress }

    /// Handshakes completed since start, in both roles.
    func directConnectionTotal() async -> UInt64 {
        // A closed loop has no counters to show.
        guard !self.closing.isOpen else { return 0 }
        return (try? await self.transport.inspect { $0.statistics.handshakesCompleted }) ?? 0
    }

    /// Tells every peer goodbye, closes the socket and stops the loop.
    func shutDown() async {
        await self.peers.shutDown()
        self.closing.open()
        await self.transport.close()
        self.peerEvents.finish()
        // Already stopped is stopped.
        try? await self.group.shutdownGracefully()
    }
}
