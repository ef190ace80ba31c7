// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule

/// What a full `BoundedQueue` does with one more element.
package enum OverflowPolicy: Sendable {
    /// The new element is refused.
    case dropNewest
    /// The oldest element makes room.
    case dropOldest
}

/// A first-in first-out queue with a cap and a counter of what the cap cost.
package struct BoundedQueue<Element> {
    private var storage: Deque<Element> = []

    /// Largest number of elements held at once.
    package let capacity: Int
    /// What happens to one element too many.
    package let policy: OverflowPolicy
    /// How many elements the cap has dropped since creation.
    package private(set) var droppedCount: UInt64 = 0

    /// Creates an empty queue; `capacity` must be positive.
    package init(capacity: Int, policy: OverflowPolicy) {
        precondition(capacity > 0, "a queue without room is not a queue")
        self.capacity = capacity
        self.policy = policy
    }

    /// Number of queued elements.
    package var count: Int { self.storage.count }

    /// Whether nothing is queued.
    package var isEmpty: Bool { self.storage.isEmpty }

    /// Appends an element; returns `false` when something was dropped for it, or it was itself dropped.
    @discardableResult
    package mutating func enqueue(_ element: Element) -> Bool {
        guard self.storage.count >= self.capacity else {
            self.storage.append(element)
            return true
        }
        self.droppedCount += 1
        if self.policy == .dropOldest {
            self.storage.removeFirst()
            self.storage.append(element)
        }
        return false
    }

    /// Removes and returns the oldest element.
    package mutating func dequeue() -> Element? { self.storage.popFirst() }

    /// Removes everything.
    package mutating func removeAll() { self.storage.removeAll() }
}

extension BoundedQueue: Sendable where Element: Sendable {}
