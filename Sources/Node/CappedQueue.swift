// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule

/// The two caps of a queue; both hold at every moment.
package struct QueueLimits: Hashable, Sendable {
    /// Largest number of elements.
    package let count: Int
    /// Largest sum of the elements' byte counts.
    package let byteCount: Int

    /// Creates the caps; both must be positive.
    ///
    /// - Parameters:
    ///   - count: Largest number of elements.
    ///   - byteCount: Largest sum of their byte counts; only matters to a queue that is told how to measure.
    package init(count: Int, byteCount: Int = .max) {
        precondition(count > 0 && byteCount > 0, "a queue without room is not a queue")
        self.count = count
        self.byteCount = byteCount
    }
}

/// A first-in first-out queue that knows whether one more element fits; what happens if not is its owner's policy.
struct CappedQueue<Element> {
    private var entries: Deque<(element: Element, byteCount: Int)> = []
    private(set) var byteCount = 0
    let limits: QueueLimits

    init(limits: QueueLimits) { self.limits = limits }

    var count: Int { self.entries.count }
    var isEmpty: Bool { self.entries.isEmpty }

    /// Whether an element of this size fits now.
    func fits(byteCount: Int) -> Bool {
        self.entries.count < self.limits.count && byteCount <= self.limits.byteCount - self.byteCount
    }

    /// Whether an element of this size would fit an empty queue.
    func canEverFit(byteCount: Int) -> Bool { byteCount <= self.limits.byteCount }

    mutating func append(_ element: Element, byteCount: Int) {
        precondition(self.fits(byteCount: byteCount), "appended past the caps: \(self.entries.count) elements")
        self.entries.append((element, byteCount))
        self.byteCount += byteCount
    }

    mutating func popFirst() -> Element? {
        guard let entry = self.entries.popFirst() else { return nil }
        self.byteCount -= entry.byteCount
        return entry.element
    }

    /// Drops the oldest elements until an element of this size fits; returns how many went.
    mutating func makeRoom(forByteCount byteCount: Int) -> UInt64 {
        var dropped: UInt64 = 0
        while !self.fits(byteCount: byteCount), self.popFirst() != nil { dropped += 1 }
        return dropped
    }

    mutating func removeAll() {
        self.entries.removeAll()
        self.byteCount = 0
    }
}

extension CappedQueue: Sendable where Element: Sendable {}
