// SPDX-License-Identifier: MIT OR Apache-2.0

/// A map with a capacity and a lifetime per entry, ordered by insertion.
///
/// Inserting over the capacity evicts the oldest entry; an entry older than `lifetime` is treated as absent.
/// Re-inserting a key makes it the youngest. All operations are amortised O(1) except eviction bursts.
package struct ExpiringCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        var value: Value
        var insertedAt: Instant
        var generation: UInt64
    }

    private var entries: [Key: Entry] = [:]
    private var order: [(key: Key, generation: UInt64)] = []
    private var orderHead = 0
    private var lastGeneration: UInt64 = 0

    /// Largest number of entries.
    package let capacity: Int
    /// Age at which an entry is gone.
    package let lifetime: Nanoseconds
    /// Entries evicted by the capacity, not by age.
    package private(set) var evictedCount: UInt64 = 0

    /// Creates an empty cache; `capacity` must be positive.
    package init(capacity: Int, lifetime: Nanoseconds) {
        precondition(capacity > 0, "a cache without room is not a cache")
        self.capacity = capacity
        self.lifetime = lifetime
    }

    /// Number of stored entries, expired ones included until they are swept.
    package var count: Int { self.entries.count }

    /// The live value of `key`.
    package func value(for key: Key, now: Instant) -> Value? {
        guard let entry = self.entries[key], now - entry.insertedAt < self.lifetime else { return nil }
        return entry.value
    }

    /// When `key` was inserted, if it is live.
    package func insertionInstant(of key: Key, now: Instant) -> Instant? {
        guard let entry = self.entries[key], now - entry.insertedAt < self.lifetime else { return nil }
        return entry.insertedAt
    }

    /// Whether `key` is live.
    package func contains(_ key: Key, now: Instant) -> Bool { self.insertionInstant(of: key, now: now) != nil }

    /// Inserts or replaces; evicts the oldest entry when full.
    package mutating func insert(_ value: Value, for key: Key, now: Instant) {
        self.lastGeneration += 1
        self.entries[key] = Entry(value: value, insertedAt: now, generation: self.lastGeneration)
        self.order.append((key, self.lastGeneration))
        while self.entries.count > self.capacity {
            if self.dropOldest() { self.evictedCount += 1 }
        }
        self.compactOrder()
    }

    /// Changes the value of a live entry in place without touching its age.
    package mutating func update(_ key: Key, now: Instant, _ body: (inout Value) -> Void) {
        guard self.contains(key, now: now), var entry = self.entries.removeValue(forKey: key) else { return }
        body(&entry.value)
        self.entries[key] = entry
    }

    /// Removes an entry and returns its value, expired or not.
    @discardableResult
    package mutating func remove(_ key: Key) -> Value? { self.entries.removeValue(forKey: key)?.value }

    /// Removes every expired entry; returns how many.
    @discardableResult
    package mutating func sweep(now: Instant) -> Int {
        var removed = 0
        while self.orderHead < self.order.count {
            let oldest = self.order[self.orderHead]
            if let entry = self.entries[oldest.key], entry.generation == oldest.generation {
                guard now - entry.insertedAt >= self.lifetime else { break }
                self.entries[oldest.key] = nil
                removed += 1
            }
            self.orderHead += 1
        }
        self.compactOrder()
        return removed
    }

    /// The live keys, oldest first.
    package func keys(now: Instant) -> [Key] {
        var keys: [Key] = []
        for slot in self.order[self.orderHead...] {
            if let entry = self.entries[slot.key], entry.generation == slot.generation,
                now - entry.insertedAt < self.lifetime
            {
                keys.append(slot.key)
            }
        }
        return keys
    }

    private mutating func dropOldest() -> Bool {
        guard self.orderHead < self.order.count else { return false }
        let oldest = self.order[self.orderHead]
        self.orderHead += 1
        guard self.entries[oldest.key]?.generation == oldest.generation else { return false }
        self.entries[oldest.key] = nil
        return true
    }

    /// Forgets order slots that are consumed or stale, so that `order` stays within twice the entries.
    private mutating func compactOrder() {
        guard self.order.count > 32, self.order.count > 2 * self.entries.count else { return }
        let entries = self.entries
        self.order = self.order[self.orderHead...].filter { entries[$0.key]?.generation == $0.generation }
        self.orderHead = 0
    }
}
