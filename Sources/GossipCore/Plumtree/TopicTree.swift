// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// The edges of one topic's spanning tree at this node (Plumtree, SRDS 2007, §3; spec 04 §7.4, §20 F-6).
///
/// Connected peers are eager (messages are pushed to them) or lazy (they hear of messages); lazy is everybody connected
/// who is not eager, so a quiet topic stores nothing per peer. The tree forms by itself: who delivers first becomes eager, who
/// pushes a duplicate becomes lazy and is asked to stop. Until the first message the eager set is a random sample.
struct TopicTree: Sendable {
    /// What is known about one peer on this topic; created by evidence, gone with the connection.
    private struct Record: Sendable {
        var score: PeerScore
        var cooling: PeerCooling?
        var prunedAt: Instant?
        /// Whether the peer has brought something new since it became eager: it is an edge of the tree.
        var isParent = false
        /// Duplicates from the peer since it last brought something new, and the first of them.
        var duplicateCount = 0
        var duplicateSince: Instant?
        var noticedAt: Instant?
        /// Requests to stop pushing since the peer last brought something new.
        var noticeCount = 0
    }

    /// Moves between the sets, for the counters.
    struct Moves: Equatable, Sendable {
        var prunes = 0
        var grafts = 0
    }

    let topic: TopicID
    /// Peers messages are pushed to, sorted; at most `eagerDegreeMax`.
    private(set) var eager: [PeerID] = []
    /// Whether traffic has shaped the tree.
    private(set) var isShaped = false
    private var records: [PeerID: Record] = [:]
    private var swappedAt: Instant?
    private let configuration: GossipConfiguration

    init(topic: TopicID, configuration: GossipConfiguration) {
        self.topic = topic
        self.configuration = configuration
    }

    // MARK: Peers

    /// Chooses the eager peers of a topic without traffic.
    mutating func sample(_ connected: [PeerID], using random: inout SplitMix64) {
        guard !self.isShaped else { return }
        var candidates = connected.filter { !self.isSuppressed($0) }
        candidates.shuffle(using: &random)
        self.eager = candidates.prefix(self.configuration.eagerDegreeInitial).sorted()
    }

    /// A new neighbour is eager until it proves redundant, as long as the initial degree is not reached.
    mutating func peerConnected(_ peer: PeerID) -> Bool {
        self.eager.count < self.configuration.eagerDegreeInitial && self.insertEager(peer)
    }

    /// Forgets a peer that is not connected any more.
    mutating func peerDisconnected(_ peer: PeerID) {
        self.removeEager(peer)
        self.records[peer] = nil
    }

    // MARK: Traffic

    /// The peer brought a new message: it is our parent in the tree.
    mutating func delivered(by peer: PeerID, now: Instant) -> Bool {
        self.isShaped = true
        self.record(.delivered, of: peer, now: now)
        self.update(peer, now: now) {
            $0.isParent = true
            $0.duplicateCount = 0
            $0.duplicateSince = nil
            $0.noticeCount = 0
        }
        return self.graft(peer)
    }

    /// What a duplicate says about the edge it came over.
    enum Duplicate: Equatable, Sendable {
        /// An edge of the tree that was late; it stays.
        case tolerated
        /// A redundant edge: the peer should stop pushing. `moved` when it became lazy just now.
        case redundant(moved: Bool)
    }

    /// The peer pushed what we had.
    ///
    /// Who never brought anything new is redundant at once. A proven edge must be late for a while: messages of several
    /// publishers in flight see a cycle from different sides, and if each cut it where they met, the tree would fall apart.
    mutating func duplicate(from peer: PeerID, now: Instant) -> Duplicate {
        self.isShaped = true
        self.update(peer, now: now) {
            $0.duplicateCount += 1
            $0.duplicateSince = $0.duplicateSince ?? now
        }
        guard self.isRedundant(peer, now: now) else { return .tolerated }
        return .redundant(moved: self.prune(peer, now: now))
    }

    private func isRedundant(_ peer: PeerID, now: Instant) -> Bool {
        guard let record = self.records[peer], record.isParent, let since = record.duplicateSince else { return true }
        return record.duplicateCount >= self.configuration.pruneDuplicateCount
            && now - since >= self.configuration.pruneDuplicateSpan
    }

    /// Moves a peer to lazy, unless nobody would be left.
    mutating func prune(_ peer: PeerID, now: Instant) -> Bool {
        guard self.isEager(peer), self.eager.count > self.configuration.eagerDegreeMin else { return false }
        self.removeEager(peer)
        self.update(peer, now: now) {
            $0.prunedAt = now
            $0.isParent = false
        }
        return true
    }

    /// Moves a peer to eager if there is room and it takes messages.
    mutating func graft(_ peer: PeerID) -> Bool {
        guard self.eager.count < self.configuration.eagerDegreeMax, !self.isSuppressed(peer), self.insertEager(peer)
        else { return false }
        self.records[peer]?.prunedAt = nil
        return true
    }

    /// A message was published here, so there is something to shape the tree.
    mutating func published() { self.isShaped = true }

    /// Whether to ask a peer now to stop pushing; asking counts.
    ///
    /// The pause between two requests doubles, up to 64 of them: the original does not understand what we ask.
    mutating func takeNotice(to peer: PeerID, now: Instant) -> Bool {
        if let record = self.records[peer], let noticedAt = record.noticedAt {
            let pause = self.configuration.pruneNoticeInterval * (1 << Int64(min(max(0, record.noticeCount - 1), 6)))
            guard now - noticedAt >= pause else { return false }
        }
        self.update(peer, now: now) {
            $0.noticedAt = now
            $0.noticeCount += 1
        }
        return true
    }

    /// Adds to a peer's score.
    mutating func record(_ evidence: PeerScore.Evidence, of peer: PeerID, now: Instant) {
        self.update(peer, now: now) { $0.score.record(evidence, now: now) }
    }

    // MARK: Sends

    /// Whether a message may be queued for a peer; an admitted probe has the id `id`.
    mutating func admit(_ peer: PeerID, id: RequestID, now: Instant) -> Bool {
        switch self.records[peer]?.cooling?.admission(now: now) {
        case .send, nil: return true
        case .skip: return false
        case .probe:
            self.records[peer]?.cooling?.probeStarted(id)
            self.record(.recoveryProbed, of: peer, now: now)
            return true
        }
    }

    /// What the end of a send means for the peer.
    enum SendEffect: Equatable, Sendable {
        case none
        /// It left the eager set, because it does not take messages.
        case cooled
        /// It takes messages again, after a cool-down in which it got none.
        case recovered
    }

    /// A send to a peer ended.
    mutating func sendFinished(_ id: RequestID, to peer: PeerID, _ outcome: SendOutcome, now: Instant) -> SendEffect {
        switch outcome {
        case .sent:
            self.record(.sendSucceeded, of: peer, now: now)
            guard self.records[peer]?.cooling?.succeeded(id, now: now) == true else { return .none }
            self.record(.recovered, of: peer, now: now)
            self.records[peer]?.cooling = nil
            return .recovered
        case .timedOut:
            self.record(.sendTimedOut, of: peer, now: now)
            self.update(peer, now: now) { $0.cooling = $0.cooling ?? PeerCooling(now: now) }
            let hasCooled = self.records[peer]?.cooling?.timedOut(id, now: now) == true
            return hasCooled && self.cool(peer, now: now) ? .cooled : .none
        case .failed:
            let hasCooled = self.records[peer]?.cooling?.failed(id, now: now) == true
            return hasCooled && self.cool(peer, now: now) ? .cooled : .none
        }
    }

    /// Peers whose cool-down is over and that wait for a probe, sorted.
    func peersToProbe(now: Instant) -> [PeerID] {
        self.records.filter { $0.value.cooling?.admission(now: now) == .probe }.map(\.key).sorted()
    }

    private mutating func cool(_ peer: PeerID, now: Instant) -> Bool {
        self.record(.cooled, of: peer, now: now)
        return self.removeEager(peer)
    }

    // MARK: Queries

    func isEager(_ peer: PeerID) -> Bool { self.eager.contains(peer) }

    func isSuppressed(_ peer: PeerID) -> Bool { self.records[peer]?.cooling?.isSuppressed ?? false }

    /// The score of a peer; 0.70 for one never heard of.
    func score(of peer: PeerID, now: Instant) -> Double {
        (self.records[peer]?.score ?? PeerScore(now: now)).value(now: now)
    }

    /// Peers with evidence, sorted.
    var knownPeers: [PeerID] { self.records.keys.sorted() }

    func evidence(of peer: PeerID) -> PeerScore? { self.records[peer]?.score }

    func cooling(of peer: PeerID) -> PeerCooling? { self.records[peer]?.cooling }

    /// Whether maintenance may promote a peer: it takes messages, and was not pruned lately.
    func isHeld(_ peer: PeerID, now: Instant) -> Bool {
        guard let prunedAt = self.records[peer]?.prunedAt else { return false }
        return now - prunedAt < self.configuration.pruneHold
    }

    // MARK: Storage

    @discardableResult
    mutating func insertEager(_ peer: PeerID) -> Bool {
        let index = self.eager.firstIndex { $0 >= peer } ?? self.eager.endIndex
        guard index == self.eager.endIndex || self.eager[index] != peer else { return false }
        self.eager.insert(peer, at: index)
        return true
    }

    @discardableResult
    mutating func removeEager(_ peer: PeerID) -> Bool {
        guard let index = self.eager.firstIndex(of: peer) else { return false }
        self.eager.remove(at: index)
        return true
    }

    /// When the last opportunistic swap was considered.
    var lastSwapConsidered: Instant? {
        get { self.swappedAt }
        set { self.swappedAt = newValue }
    }

    private mutating func update(_ peer: PeerID, now: Instant, _ change: (inout Record) -> Void) {
        change(&self.records[peer, default: Record(score: PeerScore(now: now))])
    }
}
