// SPDX-License-Identifier: MIT OR Apache-2.0

/// A span of monotonic time in nanoseconds.
///
/// Plain integers, because `Duration` arithmetic is an order of magnitude slower in packet loops.
public struct Nanoseconds: Hashable, Comparable, Sendable {
    /// The signed number of nanoseconds.
    public var count: Int64

    /// Creates a span of `count` nanoseconds.
    public init(_ count: Int64) { self.count = count }

    /// A span of no time.
    public static let zero = Nanoseconds(0)

    /// A span of whole microseconds.
    public static func microseconds(_ value: Int64) -> Nanoseconds { Nanoseconds(value &* 1000) }

    /// A span of whole milliseconds.
    public static func milliseconds(_ value: Int64) -> Nanoseconds { Nanoseconds(value &* 1_000_000) }

    /// A span of whole seconds.
    public static func seconds(_ value: Int64) -> Nanoseconds { Nanoseconds(value &* 1_000_000_000) }

    /// Whole milliseconds, rounded towards zero.
    public var milliseconds: Int64 { self.count / 1_000_000 }

    /// Whole microseconds, rounded towards zero.
    public var microseconds: Int64 { self.count / 1000 }

    /// Seconds as a floating-point number, for display and rates.
    public var seconds: Double { Double(self.count) / 1e9 }

    /// The natural order.
    public static func < (lhs: Nanoseconds, rhs: Nanoseconds) -> Bool { lhs.count < rhs.count }
    /// The sum.
    public static func + (lhs: Nanoseconds, rhs: Nanoseconds) -> Nanoseconds { Nanoseconds(lhs.count &+ rhs.count) }
    /// The difference.
    public static func - (lhs: Nanoseconds, rhs: Nanoseconds) -> Nanoseconds { Nanoseconds(lhs.count &- rhs.count) }
    /// A multiple.
    public static func * (lhs: Nanoseconds, rhs: Int64) -> Nanoseconds { Nanoseconds(lhs.count &* rhs) }
    /// A fraction, rounded towards zero.
    public static func / (lhs: Nanoseconds, rhs: Int64) -> Nanoseconds { Nanoseconds(lhs.count / rhs) }
}

/// A point in monotonic time: nanoseconds since an arbitrary epoch.
///
/// Shells read the clock once per batch of events and pass the value in; cores never read a clock.
public struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since the epoch of this process.
    public var nanoseconds: UInt64

    /// Creates an instant `nanoseconds` after the epoch.
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// The epoch itself; the start of virtual time in tests.
    public static let epoch = Instant(nanoseconds: 0)

    /// The greatest instant; "never" as a deadline.
    public static let distantFuture = Instant(nanoseconds: .max)

    /// The natural order.
    public static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.nanoseconds < rhs.nanoseconds }

    /// The instant `span` later, saturating at both ends.
    public static func + (lhs: Instant, span: Nanoseconds) -> Instant {
        if span.count >= 0 {
            let (sum, overflow) = lhs.nanoseconds.addingReportingOverflow(UInt64(span.count))
            return overflow ? .distantFuture : Instant(nanoseconds: sum)
        }
        let (difference, overflow) = lhs.nanoseconds.subtractingReportingOverflow(span.count.magnitude)
        return overflow ? .epoch : Instant(nanoseconds: difference)
    }

    /// The instant `span` earlier, saturating at both ends.
    public static func - (lhs: Instant, span: Nanoseconds) -> Instant {
        // The most negative span has no positive counterpart; the nearest one is close enough at ±292 years.
        lhs + Nanoseconds(span.count == .min ? .max : -span.count)
    }

    /// The signed time from `rhs` to `lhs`.
    public static func - (lhs: Instant, rhs: Instant) -> Nanoseconds {
        Nanoseconds(Int64(bitPattern: lhs.nanoseconds &- rhs.nanoseconds))
    }
}

/// Wall-clock time in milliseconds since 1970-01-01T00:00:00Z; only for values that travel or are stored.
package struct UnixMillis: Hashable, Comparable, Sendable {
    /// Milliseconds since the Unix epoch.
    package var milliseconds: UInt64

    /// Creates a wall-clock time.
    package init(milliseconds: UInt64) { self.milliseconds = milliseconds }

    /// Creates a wall-clock time from whole seconds.
    package init(seconds: UInt64) { self.milliseconds = seconds &* 1000 }

    /// Whole seconds since the Unix epoch.
    package var seconds: UInt64 { self.milliseconds / 1000 }

    package static func < (lhs: UnixMillis, rhs: UnixMillis) -> Bool { lhs.milliseconds < rhs.milliseconds }
}
