// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Identity
internal import Node
internal import Primitives
internal import Synchronization

/// Knows what this node may say about how it can be reached (spec 01 §5.2): from connections, not from guesses.
final class ReachabilityMonitor: Sendable {
    private let transport: any PeerTransport
    private let discovery: DiscoveryService
    private let capabilities: NodeCapabilities
    private let clock: SystemClock
    private let inbound = Mutex(InboundReachability())

    init(
        transport: any PeerTransport,
        discovery: DiscoveryService,
        capabilities: NodeCapabilities,
        clock: SystemClock
    ) {
        self.transport = transport
        self.discovery = discovery
        self.capabilities = capabilities
        self.clock = clock
    }

    /// A connection came about; one that the other side dialled proves that this node can be dialled.
    func connected(_ peer: ConnectedPeer) {
        guard !peer.isOutbound else { return }
        let now = self.clock.now()
        self.inbound.withLock { $0.inboundConnected(now: now) }
    }

    /// The reachability fields of an announcement made now.
    ///
    /// The kind of NAT stays open: nothing on this node detects it.
    func current() async -> Reachability {
        let peers = await self.transport.connectedPeers()
        let hasInboundNow = peers.contains { !$0.isOutbound }
        let now = self.clock.now()
        let canReceiveDirect = self.inbound.withLock { inbound in
            // A live connection renews the proof, so that its end starts the lifetime.
            if hasInboundNow { inbound.inboundConnected(now: now) }
            return inbound.canReceiveDirect(hasInboundNow: hasInboundNow, now: now)
        }
        return self.discovery.ownReachability(
            connected: peers.map(\.id),
            canReceiveDirect: canReceiveDirect,
            natType: nil,
            capabilities: self.capabilities
        )
    }
}
