// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Membership decides who the neighbours are, the trees grow over them. Without membership every connected peer is one.
extension GossipNode {
    /// Neighbours by HyParView, sorted; empty without membership.
    package var activeView: [PeerID] { self.membership?.active ?? [] }

    /// Contacts by HyParView, sorted; empty without membership.
    package var passiveView: [PeerID] { self.membership?.passive.peers ?? [] }

    /// What membership did; zeros without it.
    package var membershipStatistics: MembershipStatistics { self.membership?.statistics ?? MembershipStatistics() }

    /// The peers a tree grows over, sorted: the neighbours, or everybody while there are none.
    var treePeers: [PeerID] {
        guard let active = self.membership?.active, !active.isEmpty else { return self.sortedPeers }
        return active
    }

    /// Hands something to membership and does what it wants.
    mutating func withMembership(
        now: Instant,
        into actions: inout [GossipAction],
        _ body: (inout Membership, inout [MembershipOutput]) -> Void
    ) {
        // Taken out, so that it is changed in place.
        guard var membership = self.membership.take() else { return }
        var outputs: [MembershipOutput] = []
        body(&membership, &outputs)
        self.membership = membership
        for output in outputs { self.perform(output, now: now, into: &actions) }
    }

    /// A peer said something: the cheap path of every message.
    mutating func heard(from peer: PeerID, now: Instant, into actions: inout [GossipAction]) {
        if self.membership?.heard(from: peer, now: now) == true { self.addPeer(peer, now: now, into: &actions) }
    }

    private mutating func perform(_ output: MembershipOutput, now: Instant, into actions: inout [GossipAction]) {
        switch output {
        case .send(let message, let peer):
            let bytes = message.transportMessage
            self.membership?.statistics.bytesSent += UInt64(bytes.count)
            // Beside the peer's queue: a full one must not look like a dead peer. The answer finds no send and is ignored;
            // how many can run at once follows from the rate a peer may provoke them at.
            let request = SendRequest(
                id: self.nextRequestID(),
                peer: peer,
                bytes: bytes,
                timeLimit: self.configuration.sendTimeLimit
            )
            actions.append(.send(request))
        case .connect(let peer): actions.append(.connect(peer))
        case .release(let peer): actions.append(.release(peer))
        case .neighborUp(let peer): self.neighborUp(peer, now: now, into: &actions)
        case .neighborDown(let peer): self.neighborDown(peer, now: now)
        case .dead(let peer): self.removePeer(peer, now: now)
        case .drop(let reason, let peer): self.drop(reason, from: peer, into: &actions)
        }
    }

    private mutating func neighborUp(_ peer: PeerID, now: Instant, into actions: inout [GossipAction]) {
        guard self.peers[peer] != nil else { return }
        self.growTrees(over: peer)
        self.reconcile(with: peer, now: now, into: &actions)
    }

    private mutating func neighborDown(_ peer: PeerID, now: Instant) {
        for topic in self.topics.keys.sorted() where self.topics[topic]?.tree.removeEager(peer) == true {
            self.statistics.messageKinds.prune += 1
            self.maintainDegree(of: topic, now: now)
        }
    }
}
