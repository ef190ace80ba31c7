// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Connectivity
package import Node
internal import Primitives

// The transport as the surfaces see it (spec 11 §7.3).
extension Agent {
    /// The peers connected now.
    package func connectedPeers() async -> [ConnectedPeer] { await self.network.peers.connectedPeers() }

    /// How many peers are connected now; never waits.
    package var connectedPeerCount: Int { self.network.peers.connectedPeerCount }

    /// Peers remembered across restarts.
    package func rememberedPeerCount() async -> Int { self.peerMemory.count }

    /// What this node knows about its network.
    package func networkStatus() async -> NetworkStatus {
        let peers = await self.network.peers.connectedPeers()
        let external = self.addresses.current()
        let roundTrips = peers.map(\.smoothedRoundTrip.milliseconds)
        return NetworkStatus(
            localAddress: self.localAddress,
            externalAddresses: external,
            natType: "Unknown",
            hasGlobalAddress: external.contains(where: \.isGloballyRoutable),
            canReceiveDirect: peers.contains { !$0.isOutbound },
            connectedPeers: peers.count,
            directConnections: await self.network.directConnectionTotal(),
            relayedConnections: 0,
            holePunchSuccessRate: 0,
            isRelaying: false,
            relaySessions: 0,
            isCoordinating: false,
            coordinationSessions: 0,
            averageRoundTripMilliseconds: roundTrips.isEmpty
                ? 0 : UInt64(max(0, roundTrips.reduce(0, +))) / UInt64(roundTrips.count)
        )
    }
}
