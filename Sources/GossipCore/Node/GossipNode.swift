// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// The gossip overlay of one node as a value.
package struct GossipNode: Sendable {
    package private(set) var statistics = GossipStatistics()

    /// Creates a node without peers.
    package init(identity: GossipIdentity, configuration: GossipConfiguration, seed: UInt64, now: Instant) {}

    /// Takes one event.
    package mutating func handle(_ event: GossipEvent, now: Instant, into actions: inout [GossipAction]) {}

    /// Does what is due; early calls are no-ops.
    package mutating func handleTimeout(now: Instant, into actions: inout [GossipAction]) {}

    /// When `handleTimeout` is wanted next.
    package var nextDeadline: Instant? { nil }

    /// Entries of `peer_scores`, sorted by peer, then topic.
    package func peerScores(now: Instant) -> [PeerScoreReport] { [] }

    /// Entries of `suppressed_peers`, sorted by peer, then topic.
    package func suppressedPeers(now: Instant) -> [SuppressedPeerReport] { [] }
}
