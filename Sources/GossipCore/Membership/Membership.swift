// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// Who the neighbours are: HyParView's views (DSN 2007), with SWIM (DSN 2002) as the judge of who is alive (spec 04 §10, §20
/// F-15 to F-18).
///
/// The active view holds connected peers that hold us in theirs; messages are pushed over it. The passive view holds
/// contacts. A neighbour that leaves, fails or falls silent is replaced at once by a connected peer or a contact that agrees.
/// Identities come from the transport: a message that claims another sender is dropped where the claim would matter.
struct Membership: Sendable {
    let localPeer: PeerID
    let configuration: MembershipConfiguration
    var random: SplitMix64
    /// Connected peers; the node around it bounds them.
    var links: [PeerID: PeerLink] = [:]
    /// Neighbours, sorted; at most `activeCountMax`.
    private(set) var active: [PeerID] = []
    var passive: PassiveView
    /// Contacts being tried; at most `attemptCountMax`.
    var attempts: [NeighborAttempt] = []
    /// Neighbours that failed; at most `lostCountMax`.
    var lost: [LostNeighbor] = []
    /// Contacts not to be tried before an instant; at most `pausedCountMax`, the oldest give way.
    var paused: [(peer: PeerID, until: Instant)] = []
    /// Peers to send a Join as soon as they are connected; at most `attemptCountMax`.
    var seeds: [PeerID] = []
    /// Probes on behalf of others; at most `relayCountMax`.
    var relays: [ProbeRelay] = []
    /// The neighbours in the order they are probed in, refilled in random order.
    var probeOrder: [PeerID] = []

    var probeAt: Instant?
    var shuffleAt: Instant?
    var repairAt: Instant?
    /// When the first probe or suspicion runs out; early when it was answered meanwhile by something else than an Ack.
    var silenceAt: Instant?
    /// Shuffles sent and not yet answered, within the last period.
    var isAwaitingShuffleReply = false
    var statistics = MembershipStatistics()

    static let pausedCountMax = 32

    init(localPeer: PeerID, configuration: MembershipConfiguration, seed: UInt64) {
        configuration.checkRelations()
        self.localPeer = localPeer
        self.configuration = configuration
        self.random = SplitMix64(seed: seed)
        self.passive = PassiveView(countMax: configuration.passiveCountMax)
    }

    // MARK: Events

    /// A connection to a peer is ready; repeating it answers a `connect`.
    mutating func peerConnected(_ peer: PeerID, now: Instant, into outputs: inout [MembershipOutput]) {
        if self.links[peer] == nil { self.links[peer] = PeerLink(configuration: self.configuration, now: now) }
        let wasLost = self.lost.contains { $0.peer == peer }
        if self.seeds.contains(peer) || self.active.isEmpty {
            self.seeds.removeAll { $0 == peer }
            self.sendJoin(to: peer, now: now, into: &outputs)
        } else if self.isTrying(peer) {
            self.ask(peer, now: now, into: &outputs)
        } else if wasLost || self.wantsNeighbors, !self.isActive(peer) {
            self.tryContact(peer, now: now, into: &outputs)
        }
        self.armTimers(now: now)
    }

    /// The last connection to a peer ended.
    mutating func peerDisconnected(_ peer: PeerID, now: Instant, into outputs: inout [MembershipOutput]) {
        guard let link = self.links.removeValue(forKey: peer) else { return }
        self.attempts.removeAll { $0.peer == peer }
        self.relays.removeAll { $0.target == peer || $0.requester == peer }
        if self.isActive(peer) {
            self.removeActive(peer, into: &outputs)
            self.remember(lost: peer, now: now)
        } else if link.health != .dead {
            self.passive.insert(peer, source: peer, using: &self.random)
        }
        self.repair(now: now, into: &outputs)
        self.armTimers(now: now)
    }

    /// A peer said anything on any stream, so it is alive; returns whether it was dead.
    mutating func heard(from peer: PeerID, now: Instant) -> Bool {
        guard let index = self.links.index(forKey: peer) else { return false }
        let health = self.links.values[index].health
        self.links.values[index].lastHeard = now
        self.links.values[index].probeSentAt = nil
        guard health != .alive else { return false }
        self.links.values[index].health = .alive
        self.links.values[index].helpers = []
        self.links.values[index].hearsayCount = 0
        self.statistics.refutations += 1
        return health == .dead
    }

    /// A transport message of stream 00 arrived.
    mutating func messageReceived(
        _ bytes: [UInt8],
        from peer: PeerID,
        now: Instant,
        into outputs: inout [MembershipOutput]
    ) {
        guard self.links[peer] != nil else { return outputs.append(.drop(.unknownPeer, from: peer)) }
        guard self.links[peer]?.mayReceive(now: now) == true else {
            return outputs.append(.drop(.membershipOverload, from: peer))
        }
        guard let message = try? MembershipMessage(decodingTransportMessage: bytes) else {
            return outputs.append(.drop(.membershipUndecodable, from: peer))
        }
        self.statistics.received += 1
        switch message {
        case .join, .forwardJoin, .neighbor, .neighborReply, .shuffle, .shuffleReply, .disconnect:
            self.handleHyParView(message, from: peer, now: now, into: &outputs)
        case .ping, .ack, .pingRequest, .ackResponse:
            self.handleSWIM(message, from: peer, now: now, into: &outputs)
        }
        self.armTimers(now: now)
    }

    /// Does what is due.
    mutating func handleTimeout(now: Instant, into outputs: inout [MembershipOutput]) {
        if let silenceAt = self.silenceAt, silenceAt <= now { self.judgeSilence(now: now, into: &outputs) }
        if let probeAt = self.probeAt, probeAt <= now { self.probe(now: now, into: &outputs) }
        if let shuffleAt = self.shuffleAt, shuffleAt <= now { self.shuffle(now: now, into: &outputs) }
        if let repairAt = self.repairAt, repairAt <= now {
            self.repairAt = nil
            self.repair(now: now, into: &outputs)
        }
        self.armTimers(now: now)
    }

    /// When ``handleTimeout(now:into:)`` is wanted next; `nil` for a node nobody is connected to.
    var nextDeadline: Instant? {
        var earliest = Instant.distantFuture
        if let probeAt = self.probeAt { earliest = min(earliest, probeAt) }
        if let shuffleAt = self.shuffleAt { earliest = min(earliest, shuffleAt) }
        if let repairAt = self.repairAt { earliest = min(earliest, repairAt) }
        if let silenceAt = self.silenceAt { earliest = min(earliest, silenceAt) }
        return earliest == .distantFuture ? nil : earliest
    }

    mutating func armTimers(now: Instant) {
        if self.active.isEmpty {
            self.probeAt = nil
            self.shuffleAt = nil
        } else {
            if self.probeAt == nil { self.probeAt = now + self.jitter(self.configuration.probeInterval) }
            if self.shuffleAt == nil { self.shuffleAt = now + self.jitter(self.configuration.shuffleInterval) }
        }
        if self.repairAt == nil, self.needsRepair { self.repairAt = now + self.configuration.repairInterval }
        self.silenceAt = nil
        for peer in self.active {
            guard let deadline = self.silenceDeadline(of: peer) else { continue }
            self.silenceAt = min(self.silenceAt ?? deadline, deadline)
        }
    }

    /// A random part of a period, so that nodes do not act in step.
    mutating func jitter(_ period: Nanoseconds) -> Nanoseconds {
        Nanoseconds(Int64.random(in: 0..<max(1, period.count), using: &self.random))
    }

    // MARK: Views

    func isActive(_ peer: PeerID) -> Bool { self.active.contains(peer) }

    /// Whether there are fewer neighbours than wanted, those being asked included.
    var wantsNeighbors: Bool { self.active.count + self.attempts.count < self.configuration.activeCount }

    /// Makes a connected peer a neighbour; a full view makes room.
    mutating func addActive(
        _ peer: PeerID,
        isChosen: Bool,
        now: Instant,
        into outputs: inout [MembershipOutput]
    ) {
        self.attempts.removeAll { $0.peer == peer }
        self.lost.removeAll { $0.peer == peer }
        self.passive.remove(peer)
        guard self.links[peer] != nil, !self.isActive(peer) else { return }
        if self.active.count >= self.configuration.activeCountMax { self.evict(now: now, into: &outputs) }
        let index = self.active.firstIndex { $0 > peer } ?? self.active.endIndex
        self.active.insert(peer, at: index)
        self.links[peer]?.isChosen = isChosen
        self.statistics.neighborsGained += 1
        outputs.append(.neighborUp(peer))
    }

    /// Takes a peer out of the active view; the caller decides what it is now.
    mutating func removeActive(_ peer: PeerID, into outputs: inout [MembershipOutput]) {
        guard let index = self.active.firstIndex(of: peer) else { return }
        self.active.remove(at: index)
        self.probeOrder.removeAll { $0 == peer }
        self.statistics.neighborsLost += 1
        outputs.append(.neighborDown(peer))
    }

    /// Ends the neighbourhood with a peer that lives: it is told, and stays a contact.
    mutating func dismiss(_ peer: PeerID, into outputs: inout [MembershipOutput]) {
        self.removeActive(peer, into: &outputs)
        self.passive.insert(peer, source: peer, using: &self.random)
        self.send(.disconnect, to: peer, into: &outputs)
        outputs.append(.release(peer))
    }

    /// Makes room for one; neighbours that came by themselves go first, so that strangers cannot replace those we chose.
    private mutating func evict(now: Instant, into outputs: inout [MembershipOutput]) {
        let strangers = self.active.filter { self.links[$0]?.isChosen != true }
        guard let victim = (strangers.isEmpty ? self.active : strangers).randomElement(using: &self.random)
        else { return }
        self.statistics.evictions += 1
        self.dismiss(victim, into: &outputs)
    }

    mutating func send(_ message: MembershipMessage, to peer: PeerID, into outputs: inout [MembershipOutput]) {
        self.statistics.sent += 1
        outputs.append(.send(message, to: peer))
    }

    /// A random neighbour that is none of these.
    mutating func randomNeighbor(except others: [PeerID]) -> PeerID? {
        self.active.filter { !others.contains($0) }.randomElement(using: &self.random)
    }
}
