// SPDX-License-Identifier: MIT OR Apache-2.0

internal import FoundationEssentials
package import Primitives

/// The clock of a node: the only place where services read time; cores get it passed in.
package protocol NodeClock: Sendable {
    /// Monotonic time, for timers and ages.
    func now() -> Instant

    /// Wall-clock time, only for values that travel or are stored.
    func wallTime() -> UnixMillis

    /// Waits until monotonic time reaches `deadline`; throws `CancellationError` when the task is cancelled.
    func sleep(until deadline: Instant) async throws
}

/// The clocks of the operating system; monotonic time starts at the first use in this process.
package struct SystemClock: NodeClock {
    private static let start: ContinuousClock.Instant = .now

    /// Creates the clock; all instances share one epoch.
    package init() {}

    package func now() -> Instant {
        let (seconds, attoseconds) = (ContinuousClock.now - Self.start).components
        return Instant(nanoseconds: UInt64(max(0, seconds)) &* 1_000_000_000 &+ UInt64(attoseconds / 1_000_000_000))
    }

    package func wallTime() -> UnixMillis {
        UnixMillis(milliseconds: UInt64(max(0, Date().timeIntervalSince1970 * 1000)))
    }

    package func sleep(until deadline: Instant) async throws {
        let remaining = deadline - self.now()
        guard remaining > .zero else { return try Task.checkCancellation() }
        try await Task.sleep(for: .nanoseconds(remaining.count))
    }
}
