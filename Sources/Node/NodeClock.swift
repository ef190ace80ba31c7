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
        let start = Self.start  // initialised before the clock is read, or the first reading would lie before it
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Instant(
            nanoseconds: UInt64(max(0, seconds)) &* 1_000_000_000 &+ UInt64(max(0, attoseconds) / 1_000_000_000)
        )
    }

    package func wallTime() -> UnixMillis {
        UnixMillis(milliseconds: UInt64(max(0, Date().timeIntervalSince1970 * 1000)))
    }

    package func sleep(until deadline: Instant) async throws {
        try Task.checkCancellation()
        while true {
            let now = self.now()
            guard deadline > now else { return }
            // In steps, because `distantFuture` is farther away than a clock can be asked to wait.
            let step = min(deadline.nanoseconds - now.nanoseconds, 3_600_000_000_000)
            try await Task.sleep(for: .nanoseconds(Int64(step)))
        }
    }
}
