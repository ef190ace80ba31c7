// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// A contact on its way to become a neighbour.
struct NeighborAttempt: Sendable {
    enum Phase: Sendable {
        case connecting
        case asked
    }

    let peer: PeerID
    var phase: Phase
    var deadline: Instant
}

/// A neighbour that failed and may come back.
struct LostNeighbor: Sendable {
    let peer: PeerID
    var retryAt: Instant
    var pause: Nanoseconds
    let givenUpAt: Instant
}

/// Replacing neighbours: connected peers first, then contacts; and looking for those that failed, because after a partition
/// they are the only way to the other side.
extension Membership {
    /// Whether the repair timer has something to do.
    var needsRepair: Bool {
        if !self.attempts.isEmpty || !self.lost.isEmpty { return true }
        let hasCandidates = !self.passive.isEmpty || self.links.count > self.active.count
        return self.wantsNeighbors && hasCandidates
    }

    /// Enters the overlay through these peers as soon as they are connected.
    mutating func join(_ peers: [PeerID], now: Instant, into outputs: inout [MembershipOutput]) {
        for peer in peers where peer != self.localPeer && !self.isActive(peer) {
            if self.links[peer] != nil {
                self.sendJoin(to: peer, now: now, into: &outputs)
            } else if self.seeds.count < self.configuration.attemptCountMax, !self.seeds.contains(peer) {
                self.seeds.append(peer)
                outputs.append(.connect(peer))
            } else {
                self.learn(peer, source: peer)
            }
        }
        self.armTimers(now: now)
    }

    mutating func repair(now: Instant, into outputs: inout [MembershipOutput]) {
        self.expireAttempts(now: now, into: &outputs)
        self.paused.removeAll { $0.until <= now }
        while self.wantsNeighbors, self.attempts.count < self.configuration.attemptCountMax,
            let candidate = self.candidate()
        {
            self.tryContact(candidate, now: now, into: &outputs)
        }
        self.lookForLost(now: now, into: &outputs)
        if self.needsRepair { self.repairAt = now + self.configuration.repairInterval }
    }

    /// A contact to try: a connected peer that is alive, or somebody from the passive view.
    private mutating func candidate() -> PeerID? {
        var connected: [PeerID] = []
        for (peer, link) in self.links where link.health == .alive && self.isCandidate(peer) { connected.append(peer) }
        connected.sort()
        if let peer = connected.randomElement(using: &self.random) { return peer }
        let contacts = self.passive.peers.filter { self.isCandidate($0) && self.links[$0] == nil }
        return contacts.randomElement(using: &self.random)
    }

    private func isCandidate(_ peer: PeerID) -> Bool {
        !self.isActive(peer) && !self.isTrying(peer) && !self.paused.contains { $0.peer == peer }
    }

    func isTrying(_ peer: PeerID) -> Bool { self.attempts.contains { $0.peer == peer } }

    /// Asks a contact to be a neighbour, connecting first if need be; nothing happens over the cap.
    mutating func tryContact(_ peer: PeerID, now: Instant, into outputs: inout [MembershipOutput]) {
        guard !self.isTrying(peer), self.attempts.count < self.configuration.attemptCountMax else { return }
        let deadline = now + self.configuration.connectTimeLimit
        self.attempts.append(NeighborAttempt(peer: peer, phase: .connecting, deadline: deadline))
        if self.links[peer] != nil {
            self.ask(peer, now: now, into: &outputs)
        } else {
            outputs.append(.connect(peer))
        }
    }

    /// The contact is connected: ask.
    mutating func ask(_ peer: PeerID, now: Instant, into outputs: inout [MembershipOutput]) {
        guard let index = self.attempts.firstIndex(where: { $0.peer == peer }) else { return }
        self.attempts[index].phase = .asked
        self.attempts[index].deadline = now + self.configuration.replyTimeLimit
        let priority: MembershipMessage.Priority = self.active.isEmpty ? .high : .low
        self.send(.neighbor(sender: self.localPeer, priority: priority), to: peer, into: &outputs)
    }

    mutating func answered(by peer: PeerID, _ isAccepted: Bool, now: Instant, into outputs: inout [MembershipOutput]) {
        guard self.attempts.contains(where: { $0.peer == peer && $0.phase == .asked }) else {
            self.statistics.unexpected += 1
            return
        }
        self.attempts.removeAll { $0.peer == peer }
        self.lost.removeAll { $0.peer == peer }
        if isAccepted {
            self.addActive(peer, isChosen: true, now: now, into: &outputs)
        } else {
            self.statistics.refused += 1
            self.learn(peer, source: peer)
            self.pause(peer, now: now)
            outputs.append(.release(peer))
        }
        self.repair(now: now, into: &outputs)
    }

    /// A `connect` led nowhere.
    mutating func connectFailed(_ peer: PeerID, now: Instant, into outputs: inout [MembershipOutput]) {
        self.seeds.removeAll { $0 == peer }
        guard self.isTrying(peer) else { return }
        self.statistics.connectFailures += 1
        self.attempts.removeAll { $0.peer == peer }
        self.passive.remove(peer)
        self.pause(peer, now: now)
        self.repair(now: now, into: &outputs)
        self.armTimers(now: now)
    }

    private mutating func expireAttempts(now: Instant, into outputs: inout [MembershipOutput]) {
        for attempt in self.attempts where attempt.deadline <= now {
            self.attempts.removeAll { $0.peer == attempt.peer }
            self.pause(attempt.peer, now: now)
            switch attempt.phase {
            case .connecting:
                self.statistics.connectFailures += 1
                self.passive.remove(attempt.peer)
            case .asked:
                // It may have agreed, and its answer be late: it must not believe in a neighbour it has not.
                self.statistics.unanswered += 1
                self.send(.disconnect, to: attempt.peer, into: &outputs)
                outputs.append(.release(attempt.peer))
            }
        }
    }

    /// Leaves a contact alone for a while.
    mutating func pause(_ peer: PeerID, now: Instant) {
        self.paused.removeAll { $0.peer == peer }
        if self.paused.count >= Self.pausedCountMax { self.paused.removeFirst() }
        self.paused.append((peer, now + self.configuration.retryPause))
    }

    // MARK: Lost neighbours

    /// Keeps a neighbour that failed, to look for it again.
    mutating func remember(lost peer: PeerID, now: Instant) {
        self.lost.removeAll { $0.peer == peer }
        if self.lost.count >= self.configuration.lostCountMax { self.lost.removeFirst() }
        let pause = self.configuration.lostPauseMin
        self.lost.append(
            LostNeighbor(
                peer: peer,
                retryAt: now + pause + self.jitter(pause),
                pause: pause,
                givenUpAt: now + self.configuration.lostLifetime
            )
        )
    }

    /// Tries one lost neighbour whose time has come, even when there are neighbours enough.
    private mutating func lookForLost(now: Instant, into outputs: inout [MembershipOutput]) {
        self.lost.removeAll { $0.givenUpAt <= now }
        guard self.attempts.count < self.configuration.attemptCountMax,
            let index = self.lost.firstIndex(where: { $0.retryAt <= now && !self.isTrying($0.peer) })
        else { return }
        let pause = min(self.lost[index].pause * 2, self.configuration.lostPauseMax)
        self.lost[index].pause = pause
        self.lost[index].retryAt = now + pause + self.jitter(pause)
        self.tryContact(self.lost[index].peer, now: now, into: &outputs)
    }
}
