// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Node
internal import Presence
internal import Primitives

/// Brings a connection to a peer about that membership only knows by its id.
///
/// Success is not reported: the connection itself is, by the transport. Addresses come from discovery, so a peer nobody
/// announced cannot be reached.
final class NeighborDialer: Sendable {
    private let transport: any PeerTransport
    private let discovery: DiscoveryService
    private let trust: PresenceTrust
    private let dialer: DialService

    /// Membership gives up after 15 s (spec 04 §11).
    static let limit = Nanoseconds.seconds(15)

    init(transport: any PeerTransport, discovery: DiscoveryService, trust: PresenceTrust, dialer: DialService) {
        self.transport = transport
        self.discovery = discovery
        self.trust = trust
        self.dialer = dialer
    }

    /// Dials the known addresses of a peer at once; `false` when none leads to it, or only blocked agents use it.
    func connect(to peer: PeerID) async -> Bool {
        if await self.transport.connectedPeers().contains(where: { $0.id == peer }) { return true }
        guard self.trust.standing(of: peer) != .blocked else { return false }
        let addresses = self.discovery.machine(peer)?.addresses ?? []
        guard !addresses.isEmpty,
            let (_, address) = await self.dialer.dialAny(
                addresses,
                of: .machine(peer),
                expecting: peer,
                within: Self.limit
            )
        else { return false }
        self.discovery.reached(peer, at: address)
        return true
    }
}
