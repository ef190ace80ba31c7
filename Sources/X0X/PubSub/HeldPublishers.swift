// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule
internal import Primitives

/// Publishers that wait until their node has caught up with what it receives.
///
/// A node that is behind forwards late, is asked again for what it has, and forgets what it is asked for: publishing more then
/// loses messages. Whoever waits is let go when the queue is short again, or after half a second, less than a slow peer may
/// delay a publish (spec 04 check 19), so that nobody can silence a node by flooding it.
struct HeldPublishers {
    /// With so many messages waiting to be handled, publishers wait.
    static let depthToHold = 256
    /// With so many left they go on.
    static let depthToRelease = 128
    /// The longest wait.
    static let waitMax = Nanoseconds.milliseconds(500)
    /// Publishers that wait at once; more go ahead.
    static let countMax = 1024

    private var waiting: Deque<(publisher: CheckedContinuation<Void, Never>, since: Instant)> = []  // ≤ countMax

    var isEmpty: Bool { self.waiting.isEmpty }

    /// Whether a publisher has to wait at this depth of the queue.
    func mustWait(depth: Int) -> Bool { depth >= Self.depthToHold && self.waiting.count < Self.countMax }

    /// One more waits; it is resumed exactly once, by whoever takes it out.
    mutating func add(_ publisher: CheckedContinuation<Void, Never>, now: Instant) {
        self.waiting.append((publisher, now))
    }

    /// Those who may go on at this depth and time.
    mutating func take(depth: Int, now: Instant) -> [CheckedContinuation<Void, Never>] {
        if depth <= Self.depthToRelease { return self.takeAll() }
        var taken: [CheckedContinuation<Void, Never>] = []
        while let first = self.waiting.first, now - first.since >= Self.waitMax {
            taken.append(first.publisher)
            self.waiting.removeFirst()
        }
        return taken
    }

    /// Everybody.
    mutating func takeAll() -> [CheckedContinuation<Void, Never>] {
        defer { self.waiting = [] }
        return self.waiting.map(\.publisher)
    }
}
