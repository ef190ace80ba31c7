// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Connectivity
package import DirectMessages
package import Node
package import Primitives

// Single peers and their connections (spec 11 §7.6).
extension Agent {
    /// Measures a round trip through the receive pipeline of a connected peer.
    package func probe(_ peer: PeerID, timeout: Nanoseconds) async throws(TransportError) -> Nanoseconds {
        try await self.network.peers.probe(peer, timeout: timeout)
    }

    /// The state of the connection to a peer, also to one never seen.
    package func peerHealth(_ peer: PeerID) async -> PeerHealth {
        if let live = await self.network.peers.connectedPeers().first(where: { $0.id == peer }) {
            return PeerHealth(
                isConnected: true,
                generation: live.generation,
                roundTrip: live.smoothedRoundTrip,
                sinceReceived: live.sinceReceived,
                sinceSent: live.sinceSent
            )
        }
        let end = self.peerWatch.end(of: peer)
        return PeerHealth(generation: end?.generation, closeReason: end?.reason)
    }

    /// A feed of connections made, replaced and closed from now on; 4,096 of them wait per client.
    package func peerEvents() async throws(TooManyStreams) -> EventFeed<PeerLifecycle> {
        do {
            return try self.peerWatch.changes.subscribe(capacity: PeerWatch.feedCapacity)
        } catch {
            throw TooManyStreams()
        }
    }

    /// Counters of direct messages, in all and per agent.
    package func directDiagnostics() async -> DirectDiagnostics {
        let roundTrips = Dictionary(
            await self.network.peers.connectedPeers().map { ($0.id, $0.smoothedRoundTrip) },
            uniquingKeysWith: { first, _ in first }
        )
        var peers: [AgentID: DirectDiagnostics.Peer] = [:]
        for (agent, statistics) in await self.direct.ledger.peers {
            peers[agent] = DirectDiagnostics.Peer(statistics: statistics)
        }
        for connection in await self.direct.connections {
            peers[connection.agent, default: DirectDiagnostics.Peer()].roundTrip = roundTrips[connection.machine]
        }
        return DirectDiagnostics(
            statistics: await self.directStatistics(),
            peers: peers,
            subscriberCount: self.directFeeds.statistics.subscriberCount,
            now: self.clock.wallTime()
        )
    }
}

/// What `GET /diagnostics/dm` shows (spec 11 §7.5).
package struct DirectDiagnostics: Sendable {
    /// One agent: a connected one, or one messages were exchanged with.
    package struct Peer: Sendable {
        package var statistics = DirectPeerStatistics()
        /// Smoothed round-trip time while connected.
        package var roundTrip: Nanoseconds?
    }

    package var statistics: DirectStatistics
    package var peers: [AgentID: Peer]
    /// Clients that receive direct messages now.
    package var subscriberCount: Int
    /// The time of the snapshot.
    package var now: UnixMillis

    /// Creates the record.
    package init(statistics: DirectStatistics, peers: [AgentID: Peer], subscriberCount: Int, now: UnixMillis) {
        self.statistics = statistics
        self.peers = peers
        self.subscriberCount = subscriberCount
        self.now = now
    }
}
