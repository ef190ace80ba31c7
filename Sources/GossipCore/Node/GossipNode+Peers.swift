// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// Neighbours come and go (Plumtree §3.6; spec 04 §7.4). Membership will decide who they are; here they are the connected peers.
extension GossipNode {
    mutating func peerConnected(_ peer: PeerID, now: Instant, into actions: inout [GossipAction]) {
        guard self.peers[peer] == nil, peer != self.identity.peerID else { return }
        guard self.peers.count < self.configuration.peerCountMax else {
            return self.drop(.peerOverload, from: peer, into: &actions)
        }
        self.peers[peer] = PeerState(configuration: self.configuration, now: now)
        let index = self.sortedPeers.firstIndex { $0 > peer } ?? self.sortedPeers.endIndex
        self.sortedPeers.insert(peer, at: index)
        for topic in self.topics.keys.sorted() {
            if self.topics[topic]?.tree.isShaped == true {
                if self.topics[topic]?.tree.peerConnected(peer) == true { self.statistics.messageKinds.graft += 1 }
            } else {
                self.topics[topic]?.tree.sample(self.sortedPeers, using: &self.random)
            }
        }
        self.reconcile(with: peer, now: now, into: &actions)
    }

    mutating func peerDisconnected(_ peer: PeerID, now: Instant) {
        guard self.peers.removeValue(forKey: peer) != nil else { return }
        self.sortedPeers.removeAll { $0 == peer }
        self.sends = self.sends.filter { $0.value != peer }
        self.missing.peerDisconnected(peer)
        for topic in self.topics.keys.sorted() {
            self.topics[topic]?.tree.peerDisconnected(peer)
            self.topics[topic]?.owed.removeAll { $0 == peer }
            self.maintainDegree(of: topic, now: now)
        }
    }

    /// Lazy peers of a topic that take messages, in order.
    func lazyPeers(of topic: TopicID) -> [PeerID] {
        guard let tree = self.topics[topic]?.tree else { return [] }
        return self.sortedPeers.filter { !tree.isEager($0) && !tree.isSuppressed($0) }
    }
}
