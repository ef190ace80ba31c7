// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule
internal import Primitives

/// Messages that were announced and have not come: Plumtree's missing-message timers (spec 04 §20 F-5).
///
/// An announced message gets `graftDelay` to come along the tree; then its advertisers are asked in turn, each for
/// `graftRetryDelay`, and after `attemptCountMax` requests it is given up until somebody announces it again.
struct MissingMessages: Sendable {
    /// Advertisers remembered per message.
    static let advertiserCountMax = 4

    /// What an announcement led to.
    enum Announcement: Equatable, Sendable {
        case tracked
        case knownMissing
        /// No room in the table, or the peer has used its share.
        case refused
    }

    /// Ask `peer` for a message.
    struct Request: Equatable, Sendable {
        let id: MessageID
        let topic: TopicID
        let peer: PeerID
    }

    /// An id under the topic it was announced on: whoever announces it on a wrong topic hinders nobody.
    private struct Key: Hashable, Sendable {
        let id: MessageID
        let topic: TopicID
    }

    private struct Entry: Sendable {
        /// Whose share of the table this entry uses.
        let announcer: PeerID
        /// Next to ask first.
        var advertisers: [PeerID]
        var asked: PeerID?
        var attemptCount = 0
        var generation: UInt64
    }

    private struct Timer: Sendable {
        let at: Instant
        let key: Key
        let generation: UInt64
    }

    private var entries: [Key: Entry] = [:]
    private var countByPeer: [PeerID: Int] = [:]
    // Each queue has one delay, so appending keeps it sorted.
    private var firstTimers: Deque<Timer> = []
    private var retryTimers: Deque<Timer> = []
    private var lastGeneration: UInt64 = 0
    private let configuration: GossipConfiguration
    private let graftDelay: Nanoseconds

    init(configuration: GossipConfiguration, graftDelay: Nanoseconds) {
        self.configuration = configuration
        self.graftDelay = graftDelay
    }

    var count: Int { self.entries.count }

    /// When the next request is due.
    var nextDeadline: Instant? {
        switch (self.firstTimers.first?.at, self.retryTimers.first?.at) {
        case (let first?, let retry?): min(first, retry)
        case (let first, let retry): first ?? retry
        }
    }

    /// A peer says that it has a message we do not know.
    mutating func announced(_ id: MessageID, topic: TopicID, by peer: PeerID, now: Instant) -> Announcement {
        let key = Key(id: id, topic: topic)
        if let entry = self.entries[key] {
            if entry.advertisers.count < Self.advertiserCountMax, !entry.advertisers.contains(peer) {
                self.entries[key]?.advertisers.append(peer)
            }
            return .knownMissing
        }
        guard self.entries.count < self.configuration.missingCountMax,
            self.countByPeer[peer, default: 0] < self.configuration.missingCountPerPeerMax
        else { return .refused }
        self.lastGeneration += 1
        self.entries[key] = Entry(announcer: peer, advertisers: [peer], generation: self.lastGeneration)
        self.countByPeer[peer, default: 0] += 1
        let at = now + self.graftDelay
        self.firstTimers.append(Timer(at: at, key: key, generation: self.lastGeneration))
        return .tracked
    }

    /// Skips the waiting time of a message just tracked, because the tree will not bring it any more.
    mutating func requestNow(_ id: MessageID, topic: TopicID, now: Instant) -> Request? {
        self.request(Key(id: id, topic: topic), now: now)
    }

    /// A message came; returns who had been asked for it.
    mutating func delivered(
        _ id: MessageID,
        topic: TopicID
    ) -> (wasMissing: Bool, asked: PeerID?, advertisers: [PeerID]) {
        guard let entry = self.remove(Key(id: id, topic: topic)) else { return (false, nil, []) }
        return (true, entry.asked, entry.advertisers)
    }

    /// Nothing can be asked of this peer any more.
    mutating func peerDisconnected(_ peer: PeerID) {
        for (key, entry) in self.entries where entry.advertisers.contains(peer) {
            self.entries[key]?.advertisers.removeAll { $0 == peer }
            if entry.advertisers.count == 1 { _ = self.remove(key) }
        }
    }

    /// The requests that are due, and how many messages were given up.
    mutating func takeDue(now: Instant) -> (requests: [Request], abandonedCount: Int) {
        var requests: [Request] = []
        var abandonedCount = 0
        while let timer = self.popDueTimer(now: now) {
            guard let entry = self.entries[timer.key], entry.generation == timer.generation else { continue }
            if entry.attemptCount >= self.configuration.graftAttemptCountMax {
                _ = self.remove(timer.key)
                abandonedCount += 1
            } else if let request = self.request(timer.key, now: now) {
                requests.append(request)
            }
        }
        return (requests, abandonedCount)
    }

    private mutating func request(_ key: Key, now: Instant) -> Request? {
        guard var entry = self.entries[key], let peer = entry.advertisers.first else { return nil }
        // The asked one goes to the end of the line: with one advertiser it is asked again.
        entry.advertisers.removeFirst()
        entry.advertisers.append(peer)
        entry.asked = peer
        entry.attemptCount += 1
        self.lastGeneration += 1
        entry.generation = self.lastGeneration
        self.entries[key] = entry
        let at = now + self.configuration.graftRetryDelay
        self.retryTimers.append(Timer(at: at, key: key, generation: self.lastGeneration))
        return Request(id: key.id, topic: key.topic, peer: peer)
    }

    private mutating func popDueTimer(now: Instant) -> Timer? {
        if let timer = self.firstTimers.first, timer.at <= now { return self.firstTimers.popFirst() }
        if let timer = self.retryTimers.first, timer.at <= now { return self.retryTimers.popFirst() }
        return nil
    }

    private mutating func remove(_ key: Key) -> Entry? {
        guard let entry = self.entries.removeValue(forKey: key) else { return nil }
        let left = self.countByPeer[entry.announcer, default: 1] - 1
        self.countByPeer[entry.announcer] = left > 0 ? left : nil
        return entry
    }
}
