// SPDX-License-Identifier: MIT OR Apache-2.0

package import GossipCore
package import Presence
package import Primitives
package import Trust

/// The sections of `GET /diagnostics/gossip` (spec 04 §14); counters run from the start of the process.
package struct GossipDiagnostics: Sendable {
    /// Section `stats`.
    package var pipeline: PipelineStatistics
    /// Section `pubsub_stages`, without the two lists.
    package var stages: GossipStatistics
    /// `pubsub_stages.peer_scores`, sorted by peer, then topic.
    package var peerScores: [PeerScoreReport]
    /// `pubsub_stages.suppressed_peers`, sorted by peer, then topic.
    package var suppressedPeers: [SuppressedPeerReport]
    /// `pubsub_stages.eager_fanout`: handing messages to the local subscribers.
    package var fanOut: StageTimer
    /// How often the core forgets what is too old.
    package var sweepInterval: Nanoseconds
    /// Section `dispatcher`.
    package var dispatcher: Dispatcher
    /// Views, membership and what was dropped: section `overlay`.
    package var overlay: OverlayReport
    /// When all this was read.
    package var readAt: UnixMillis
    /// Section `recv_pump`.
    package var receivePump: ReceivePump
    /// Section `trust`: what the gate of each path let in and refused.
    package var trust = TrustTally()
    /// Beacons and walks.
    package var presence = PresenceStatistics()

    /// Handling of inbound messages; each class has one worker here, because its core is one value.
    package struct Dispatcher: Sendable {
        package var pubSub = DispatchStatistics()
        package var membership = DispatchStatistics()
        package var bulk = DispatchStatistics()
        /// Workers of the pub/sub class.
        package var pubSubWorkers = 1
        /// Workers of the membership class.
        package var membershipWorkers = 1
    }

    /// Inbound messages between transport and dispatcher.
    package struct ReceivePump: Sendable {
        /// Seconds the pump has run.
        package var uptimeSeconds: Double
        package var pubSub: PumpStatistics
        package var membership: PumpStatistics
        package var bulk: PumpStatistics
        /// What each peer sent, for at most ``InboundCounters/peerCountMax`` peers.
        package var perPeer: [PeerID: PeerCounts]
    }

    /// Messages of one peer by class.
    package struct PeerCounts: Equatable, Sendable {
        package var pubSubProduced: UInt64 = 0
        package var membershipProduced: UInt64 = 0
        package var bulkProduced: UInt64 = 0
        package var pubSubDroppedFull: UInt64 = 0
        package var membershipDroppedFull: UInt64 = 0
        package var bulkDroppedFull: UInt64 = 0
    }
}
