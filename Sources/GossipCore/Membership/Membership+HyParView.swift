// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// Joining, being asked, and exchanging contacts (spec 04 §10.3).
extension Membership {
    mutating func handleHyParView(
        _ message: MembershipMessage,
        from peer: PeerID,
        now: Instant,
        into outputs: inout [MembershipOutput]
    ) {
        switch message {
        case .join(let sender, let timeToLive):
            guard sender == peer else { return outputs.append(.drop(.membershipSenderMismatch, from: peer)) }
            self.joined(peer, timeToLive: timeToLive, now: now, into: &outputs)
        case .forwardJoin(_, let newPeer, let timeToLive):
            // The sender field is the claim of whoever started the walk; nothing depends on it.
            self.joinForwarded(newPeer, timeToLive: timeToLive, by: peer, now: now, into: &outputs)
        case .neighbor(let sender, let priority):
            guard sender == peer else { return outputs.append(.drop(.membershipSenderMismatch, from: peer)) }
            self.asked(by: peer, priority: priority, now: now, into: &outputs)
        case .neighborReply(let isAccepted): self.answered(by: peer, isAccepted, now: now, into: &outputs)
        case .shuffle(let sender, let peers, let timeToLive):
            self.shuffled(peers, of: sender, timeToLive: timeToLive, by: peer, into: &outputs)
        case .shuffleReply(let peers):
            self.shuffleAnswered(peers, by: peer)
        case .disconnect: self.dismissed(by: peer, now: now, into: &outputs)
        case .ping, .ack, .pingRequest, .ackResponse: break  // SWIM's
        }
    }

    // MARK: Join

    /// Enters the overlay through a connected peer, which counts as agreed: there is no answer to a Join.
    mutating func sendJoin(to peer: PeerID, now: Instant, into outputs: inout [MembershipOutput]) {
        self.statistics.joinsSent += 1
        self.send(
            .join(sender: self.localPeer, timeToLive: UInt64(self.configuration.activeWalkLength)),
            to: peer,
            into: &outputs
        )
        self.addActive(peer, isChosen: true, now: now, into: &outputs)
    }

    private mutating func joined(
        _ peer: PeerID,
        timeToLive: UInt64,
        now: Instant,
        into outputs: inout [MembershipOutput]
    ) {
        self.statistics.joinsReceived += 1
        let wasActive = self.isActive(peer)
        self.addActive(peer, isChosen: false, now: now, into: &outputs)
        // A neighbour that joins again walks through the overlay no second time.
        guard let hops = self.hops(timeToLive), hops > 0, !wasActive else { return }
        let message = MembershipMessage.forwardJoin(sender: self.localPeer, newPeer: peer, timeToLive: hops - 1)
        for neighbor in self.active where neighbor != peer { self.send(message, to: neighbor, into: &outputs) }
    }

    private mutating func joinForwarded(
        _ newPeer: PeerID,
        timeToLive: UInt64,
        by peer: PeerID,
        now: Instant,
        into outputs: inout [MembershipOutput]
    ) {
        // Whoever forwards itself wants to be a neighbour without asking (spec 04 §20 F-16).
        guard newPeer != peer else { return outputs.append(.drop(.membershipSenderMismatch, from: peer)) }
        guard newPeer != self.localPeer, let hops = self.hops(timeToLive) else { return }
        if hops == UInt64(self.configuration.passiveWalkLength) { self.learn(newPeer, source: peer) }
        if hops > 0, self.active.count >= self.configuration.activeCount {
            guard let next = self.randomNeighbor(except: [peer, newPeer]) else {
                return self.learn(newPeer, source: peer)
            }
            let message = MembershipMessage.forwardJoin(
                sender: self.localPeer,
                newPeer: newPeer,
                timeToLive: hops - 1
            )
            self.send(message, to: next, into: &outputs)
        } else if !self.isActive(newPeer) {
            self.tryContact(newPeer, now: now, into: &outputs)
        }
    }

    /// A time to live no longer than our own walks; nobody makes a message travel for ever.
    private func hops(_ timeToLive: UInt64) -> UInt64? { min(timeToLive, UInt64(self.configuration.activeWalkLength)) }

    // MARK: Neighbor and Disconnect

    private mutating func asked(
        by peer: PeerID,
        priority: MembershipMessage.Priority,
        now: Instant,
        into outputs: inout [MembershipOutput]
    ) {
        let hasRoom = self.active.count < self.configuration.activeCountMax
        let isAccepted = priority == .high || hasRoom || self.isActive(peer)
        if isAccepted {
            self.addActive(peer, isChosen: false, now: now, into: &outputs)
        } else {
            self.statistics.refusals += 1
        }
        self.send(.neighborReply(isAccepted: isAccepted), to: peer, into: &outputs)
        if !isAccepted { outputs.append(.release(peer)) }
    }

    private mutating func dismissed(by peer: PeerID, now: Instant, into outputs: inout [MembershipOutput]) {
        self.attempts.removeAll { $0.peer == peer }
        guard self.isActive(peer) else { return }
        self.removeActive(peer, into: &outputs)
        self.passive.insert(peer, source: peer, using: &self.random)
        self.pause(peer, now: now)
        outputs.append(.release(peer))
        self.repair(now: now, into: &outputs)
    }

    // MARK: Shuffle

    /// Sends a few neighbours and contacts on a walk that starts at a random neighbour.
    mutating func shuffle(now: Instant, into outputs: inout [MembershipOutput]) {
        self.shuffleAt = now + self.configuration.shuffleInterval
        self.isAwaitingShuffleReply = false
        guard let partner = self.active.randomElement(using: &self.random) else { return }
        let neighbors = self.active.filter { $0 != partner }.shuffled(using: &self.random)
        let sample =
            neighbors.prefix(self.configuration.shuffleActiveCount)
            + self.passive.sample(self.configuration.shufflePassiveCount, using: &self.random)
        let message = MembershipMessage.shuffle(
            sender: self.localPeer,
            peers: Array(sample),
            timeToLive: UInt64(self.configuration.passiveWalkLength)
        )
        self.statistics.shufflesSent += 1
        self.isAwaitingShuffleReply = true
        self.send(message, to: partner, into: &outputs)
    }

    private mutating func shuffled(
        _ peers: [PeerID],
        of sender: PeerID,
        timeToLive: UInt64,
        by peer: PeerID,
        into outputs: inout [MembershipOutput]
    ) {
        guard sender != self.localPeer, let hops = self.hops(timeToLive) else { return }
        let accepted = Array(peers.prefix(self.configuration.shuffleAcceptedCountMax))
        if hops > 0, let next = self.randomNeighbor(except: [sender, peer]) {
            let message = MembershipMessage.shuffle(sender: sender, peers: accepted, timeToLive: hops - 1)
            return self.send(message, to: next, into: &outputs)
        }
        // The original dials the sender to answer. We answer over connections there are: nobody can make us dial a
        // third party (spec 04 §20 F-16), and the contacts of a walk that ends here flow on with our own shuffles.
        if self.links[sender] != nil {
            let answer = self.passive.sample(accepted.count, using: &self.random)
            self.send(.shuffleReply(peers: answer), to: sender, into: &outputs)
        }
        self.merge(accepted + [sender], source: peer)
    }

    private mutating func shuffleAnswered(_ peers: [PeerID], by peer: PeerID) {
        guard self.isAwaitingShuffleReply else {
            self.statistics.unexpected += 1
            return
        }
        self.isAwaitingShuffleReply = false
        self.merge(peers, source: peer)
    }

    private mutating func merge(_ peers: [PeerID], source: PeerID) {
        self.statistics.shufflesMerged += 1
        for peer in peers.prefix(self.configuration.shuffleAcceptedCountMax + 1) { self.learn(peer, source: source) }
    }

    /// Takes a contact into the passive view.
    mutating func learn(_ peer: PeerID, source: PeerID) {
        guard peer != self.localPeer, !self.isActive(peer) else { return }
        self.passive.insert(peer, source: source, using: &self.random)
    }
}
