// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule
internal import Primitives

/// Messages kept to answer IWANT and digests, oldest out first; three bounds: age, messages per topic, bytes in all.
struct MessageCache: Sendable {
    struct Entry: Sendable {
        let topic: TopicID
        /// The transport message as it was received or built.
        let bytes: [UInt8]
        let insertedAt: Instant
    }

    private var entries: [MessageID: Entry] = [:]
    private var order: Deque<(id: MessageID, insertedAt: Instant)> = []
    private var idsByTopic: [TopicID: Deque<MessageID>] = [:]
    private(set) var byteCount = 0
    /// Entries a bound on size removed before their time.
    private(set) var evictedCount: UInt64 = 0

    let countPerTopicMax: Int
    let byteCountMax: Int
    let lifetime: Nanoseconds

    init(countPerTopicMax: Int, byteCountMax: Int, lifetime: Nanoseconds) {
        self.countPerTopicMax = countPerTopicMax
        self.byteCountMax = byteCountMax
        self.lifetime = lifetime
    }

    /// The message of an id that belongs to `topic`, unless it is too old to serve.
    func bytes(of id: MessageID, topic: TopicID, now: Instant) -> [UInt8]? {
        guard let entry = self.entries[id], entry.topic == topic, now - entry.insertedAt < self.lifetime
        else { return nil }
        return entry.bytes
    }

    /// The ids of a topic that may be served, oldest first.
    func ids(of topic: TopicID, now: Instant) -> [MessageID] {
        (self.idsByTopic[topic] ?? []).filter { self.bytes(of: $0, topic: topic, now: now) != nil }
    }

    /// Topics with messages, sorted.
    var topics: [TopicID] { self.idsByTopic.keys.sorted() }

    func count(of topic: TopicID) -> Int { self.idsByTopic[topic]?.count ?? 0 }

    /// Keeps a message; a known id keeps its first one.
    mutating func insert(_ id: MessageID, topic: TopicID, bytes: [UInt8], now: Instant) {
        guard self.entries[id] == nil, bytes.count <= self.byteCountMax else { return }
        self.entries[id] = Entry(topic: topic, bytes: bytes, insertedAt: now)
        self.order.append((id, now))
        self.idsByTopic[topic, default: []].append(id)
        self.byteCount += bytes.count
        if self.count(of: topic) > self.countPerTopicMax, let oldest = self.idsByTopic[topic]?.first {
            self.remove(oldest)
            self.evictedCount += 1
        }
        while self.byteCount > self.byteCountMax, let slot = self.order.popFirst() {
            guard self.entries[slot.id]?.insertedAt == slot.insertedAt else { continue }
            self.remove(slot.id)
            self.evictedCount += 1
        }
        self.compactOrder()
    }

    /// Forgets what is too old.
    mutating func sweep(now: Instant) {
        while let slot = self.order.first {
            let entry = self.entries[slot.id]
            let isStale = entry?.insertedAt != slot.insertedAt
            guard isStale || now - slot.insertedAt >= self.lifetime else { break }
            self.order.removeFirst()
            if !isStale { self.remove(slot.id) }
        }
    }

    /// Forgets a topic.
    mutating func removeAll(of topic: TopicID) {
        for id in self.idsByTopic.removeValue(forKey: topic) ?? [] {
            if let entry = self.entries.removeValue(forKey: id) { self.byteCount -= entry.bytes.count }
        }
        self.compactOrder()
    }

    private mutating func remove(_ id: MessageID) {
        guard let entry = self.entries.removeValue(forKey: id) else { return }
        self.byteCount -= entry.bytes.count
        // Every removal takes the oldest of its topic first, so this looks at one element.
        if let index = self.idsByTopic[entry.topic]?.firstIndex(of: id) {
            self.idsByTopic[entry.topic]?.remove(at: index)
        }
        if self.idsByTopic[entry.topic]?.isEmpty == true { self.idsByTopic[entry.topic] = nil }
    }

    /// Keeps slots of removed entries from outnumbering the live ones.
    private mutating func compactOrder() {
        guard self.order.count > 64, self.order.count > 2 * self.entries.count else { return }
        let entries = self.entries
        self.order.removeAll { entries[$0.id]?.insertedAt != $0.insertedAt }
    }
}
