// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Peers come and go (Plumtree §3.6; spec 04 §7.4).
extension GossipNode {
    mutating func peerConnected(_ peer: PeerID, now: Instant, into actions: inout [GossipAction]) {
        guard peer != self.identity.peerID else { return }
        self.addPeer(peer, now: now, into: &actions)
        guard self.peers[peer] != nil else { return }
        self.withMembership(now: now, into: &actions) { $0.peerConnected(peer, now: now, into: &$1) }
    }

    mutating func peerDisconnected(_ peer: PeerID, now: Instant, into actions: inout [GossipAction]) {
        self.removePeer(peer, now: now)
        self.withMembership(now: now, into: &actions) { $0.peerDisconnected(peer, now: now, into: &$1) }
    }

    /// Whether messages may be sent to a peer.
    package func isConnected(_ peer: PeerID) -> Bool { self.peers[peer] != nil }

    /// Messages may be sent to a peer from now on.
    mutating func addPeer(_ peer: PeerID, now: Instant, into actions: inout [GossipAction]) {
        guard self.peers[peer] == nil else { return }
        guard self.peers.count < self.configuration.peerCountMax else {
            return self.drop(.peerOverload, from: peer, into: &actions)
        }
        self.peers[peer] = PeerState(configuration: self.configuration, now: now)
        let index = self.sortedPeers.firstIndex { $0 > peer } ?? self.sortedPeers.endIndex
        self.sortedPeers.insert(peer, at: index)
        // With membership a connected peer becomes a neighbour when both agree.
        guard self.membership == nil else { return }
        self.growTrees(over: peer)
        self.reconcile(with: peer, now: now, into: &actions)
    }

    /// A new neighbour takes part in every tree.
    mutating func growTrees(over peer: PeerID) {
        let neighbors = self.treePeers
        for topic in self.topics.keys.sorted() {
            if self.topics[topic]?.tree.isShaped == true {
                if self.topics[topic]?.tree.peerConnected(peer) == true { self.statistics.messageKinds.graft += 1 }
            } else {
                self.topics[topic]?.tree.sample(neighbors, using: &self.random)
            }
        }
    }

    /// Nothing is sent to a peer any more.
    mutating func removePeer(_ peer: PeerID, now: Instant) {
        guard self.peers.removeValue(forKey: peer) != nil else { return }
        self.sortedPeers.removeAll { $0 == peer }
        self.sends = self.sends.filter { $0.value != peer }
        self.missing.peerDisconnected(peer)
        self.comparisons[peer] = nil
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
