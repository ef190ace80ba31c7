// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What will happen, earliest first; ties are broken by order of insertion, so that a run can be replayed.
///
/// A heap of plain 24-byte keys beside a table of payloads: inserting allocates nothing once the arrays have grown, and
/// nothing large moves when the heap is ordered.
package struct EventQueue<Payload> {
    private struct Key {
        let at: Instant
        let order: UInt64
        let slot: Int

        func precedes(_ other: Key) -> Bool {
            self.at == other.at ? self.order < other.order : self.at < other.at
        }
    }

    /// Children per heap node: four are as few steps as two, in half the cache lines.
    private static var arity: Int { 4 }

    private var heap: [Key] = []
    private var payloads: [Payload?] = []
    private var freeSlots: [Int] = []
    private var lastOrder: UInt64 = 0

    /// Creates an empty queue.
    package init() {}

    /// Number of events that wait.
    package var count: Int { self.heap.count }

    /// When the next event happens.
    package var nextInstant: Instant? { self.heap.first?.at }

    /// Plans an event.
    package mutating func insert(_ payload: Payload, at instant: Instant) {
        let slot: Int
        if let free = self.freeSlots.popLast() {
            slot = free
            self.payloads[slot] = payload
        } else {
            slot = self.payloads.count
            self.payloads.append(payload)
        }
        self.lastOrder += 1
        let key = Key(at: instant, order: self.lastOrder, slot: slot)
        self.heap.append(key)
        self.siftUp(key)
    }

    /// Takes the next event if it happens no later than `end`.
    package mutating func popNext(until end: Instant) -> (payload: Payload, at: Instant)? {
        guard let first = self.heap.first, first.at <= end, let last = self.heap.popLast() else { return nil }
        if !self.heap.isEmpty { self.siftDown(last) }
        guard let payload = self.payloads[first.slot].take() else { return nil }
        self.freeSlots.append(first.slot)
        return (payload, first.at)
    }

    /// Moves the last key to its place.
    private mutating func siftUp(_ key: Key) {
        var index = self.heap.count - 1
        while index > 0 {
            let parent = (index - 1) / Self.arity
            guard key.precedes(self.heap[parent]) else { break }
            self.heap[index] = self.heap[parent]
            index = parent
        }
        self.heap[index] = key
    }

    /// Puts `key` in place of the first one.
    private mutating func siftDown(_ key: Key) {
        var index = 0
        while true {
            let firstChild = index * Self.arity + 1
            guard firstChild < self.heap.count else { break }
            var least = firstChild
            var child = firstChild + 1
            while child < min(firstChild + Self.arity, self.heap.count) {
                if self.heap[child].precedes(self.heap[least]) { least = child }
                child += 1
            }
            guard self.heap[least].precedes(key) else { break }
            self.heap[index] = self.heap[least]
            index = least
        }
        self.heap[index] = key
    }
}
