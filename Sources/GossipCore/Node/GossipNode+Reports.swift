// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Queries for `GET /diagnostics/gossip` (spec 04 §14); reading changes nothing.
extension GossipNode {
    /// Entries of `peer_scores`, sorted by peer, then topic: every peer with evidence on a topic, and every eager one.
    package func peerScores(now: Instant) -> [PeerScoreReport] {
        var reports: [PeerScoreReport] = []
        for (topic, state) in self.topics {
            for peer in Set(state.tree.knownPeers).union(state.tree.eager) {
                reports.append(self.scoreReport(of: peer, topic: topic, tree: state.tree, now: now))
            }
        }
        return reports.sorted { ($0.peer, $0.topic) < ($1.peer, $1.topic) }
    }

    /// Entries of `suppressed_peers`, sorted by peer, then topic.
    package func suppressedPeers(now: Instant) -> [SuppressedPeerReport] {
        var found: [(peer: PeerID, topic: TopicID, cooling: PeerCooling)] = []
        for (topic, state) in self.topics {
            for peer in state.tree.knownPeers {
                guard let cooling = state.tree.cooling(of: peer), cooling.isSuppressed else { continue }
                found.append((peer, topic, cooling))
            }
        }
        let topicCounts = Dictionary(found.map { ($0.peer, 1) }, uniquingKeysWith: +)
        let reports = found.compactMap { (peer, topic, cooling) -> SuppressedPeerReport? in
            guard let report = cooling.report(now: now) else { return nil }
            return SuppressedPeerReport(
                peer: peer,
                topic: topic,
                state: report.state,
                remaining: report.remaining,
                recentTimeoutCount: cooling.recentTimeoutCount,
                affectedTopicsCount: topicCounts[peer, default: 0],
                cooldown: report.cooldown
            )
        }
        return reports.sorted { ($0.peer, $0.topic) < ($1.peer, $1.topic) }
    }

    /// Eager peers of a topic now; `nil` for a topic this node does not carry.
    package func eagerPeers(of topic: TopicID) -> [PeerID]? { self.topics[topic]?.tree.eager }

    /// Connected peers that are not eager on a topic; empty for a topic this node does not carry.
    package func lazyPeerCount(of topic: TopicID) -> Int {
        self.topics[topic].map { self.peers.count - $0.tree.eager.count } ?? 0
    }

    /// Sizes of what grows, for memory watching and tests.
    package var occupancy: GossipOccupancy {
        var occupancy = GossipOccupancy()
        occupancy.peerCount = self.peers.count
        occupancy.topicCount = self.topics.count
        occupancy.cachedByteCount = self.cache.byteCount
        occupancy.seenCount = self.seen.count
        occupancy.missingCount = self.missing.count
        occupancy.verificationCount = self.verifications.count
        occupancy.signingCount = self.signings.count
        occupancy.queuedCount = self.peers.values.reduce(0) { $0 + $1.queue.waitingCount + $1.queue.runningCount }
        return occupancy
    }

    private func scoreReport(
        of peer: PeerID,
        topic: TopicID,
        tree: TopicTree,
        now: Instant
    ) -> PeerScoreReport {
        let score = (tree.evidence(of: peer) ?? PeerScore(now: now)).decayed(to: now)
        let value = score.value(now: now)
        return PeerScoreReport(
            peer: peer,
            topic: topic,
            role: self.role(of: peer, in: tree, now: now),
            score: value,
            iWantResponseRate: score.responseRate,
            recency: score.recency(now: now),
            sendHealth: score.sendHealth,
            outboundSendSuccesses: score.sendSuccesses,
            outboundSendTimeouts: score.sendTimeouts,
            coolingEvents: score.coolingEvents,
            recoveryProbes: score.recoveryProbes,
            recoverySuccesses: score.recoverySuccesses,
            isEagerEligible: value >= PeerScore.eagerMin && !tree.isSuppressed(peer)
        )
    }

    private func role(of peer: PeerID, in tree: TopicTree, now: Instant) -> PeerScoreReport.Role {
        switch tree.cooling(of: peer)?.report(now: now)?.state {
        case .cooldown: .cooled
        case .recoveryReady: .recoveryReady
        case .recoveryProbe: .recoveryProbe
        case nil: tree.isEager(peer) ? .eager : self.peers[peer] == nil ? .excluded : .lazy
        }
    }
}

/// How full a node is.
package struct GossipOccupancy: Equatable, Sendable {
    package internal(set) var peerCount = 0
    package internal(set) var topicCount = 0
    package internal(set) var cachedByteCount = 0
    package internal(set) var seenCount = 0
    package internal(set) var missingCount = 0
    package internal(set) var verificationCount = 0
    package internal(set) var signingCount = 0
    package internal(set) var queuedCount = 0

    /// An empty node.
    package init() {}
}
