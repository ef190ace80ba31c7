// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// Spreads the congestion window over the round trip (RFC 9002 §7.7): 1.25 × window / round trip, in small bursts.
///
/// A burst is what the rate allows in 2 ms, at least 10 and at most 64 datagrams: on a fast local path the pacer costs
/// few timers and never fills the receive buffer of a socket at once, on a slow one it never sends more than the initial
/// window at once.
struct Pacer: Sendable {
    /// Numerator and denominator of 1.25.
    private static let gain: (Int64, Int64) = (5, 4)
    private static let burstTime = Nanoseconds.milliseconds(2)
    private static let burstDatagramCountMin = 10
    private static let burstDatagramCountMax = 64

    /// Bytes of a full datagram; grows when path MTU discovery succeeds.
    var datagramByteCount: Int
    /// Bytes that may be sent at once.
    private var credit: Int
    private var refilledAt: Instant?

    /// Starts with one smallest burst.
    init(datagramByteCount: Int) {
        self.datagramByteCount = datagramByteCount
        self.credit = Self.burstDatagramCountMin * datagramByteCount
    }

    /// When one more datagram may be sent; `nil` means now.
    mutating func waitDeadline(window: Int, roundTrip: Nanoseconds, now: Instant) -> Instant? {
        let roundTrip = max(roundTrip.count, 1000)
        let burst = min(
            max(
                Self.bytes(in: Self.burstTime.count, window, roundTrip),
                Self.burstDatagramCountMin * self.datagramByteCount
            ),
            Self.burstDatagramCountMax * self.datagramByteCount
        )
        let elapsed = self.refilledAt.map { max(0, (now - $0).count) } ?? 0
        let earned = Self.bytes(in: elapsed, window, roundTrip)
        // Fractions of a byte are not lost: the clock only advances when something was earned.
        if earned > 0 || self.refilledAt == nil {
            self.credit = min(self.credit + earned, burst)
            self.refilledAt = now
        }
        guard self.credit < self.datagramByteCount else { return nil }
        // Waiting for half a burst keeps the number of timers low.
        let missing = burst / 2 - self.credit
        return now + Nanoseconds(Self.time(for: missing, window, roundTrip))
    }

    mutating func packetSent(byteCount: Int) { self.credit -= byteCount }

    /// Bytes the rate allows in `nanoseconds`, saturating.
    private static func bytes(in nanoseconds: Int64, _ window: Int, _ roundTrip: Int64) -> Int {
        let product = nanoseconds.multipliedReportingOverflow(by: Int64(window))
        guard !product.overflow else { return Self.burstDatagramCountMax << 16 }
        return Int(product.partialValue / roundTrip / Self.gain.1 * Self.gain.0)
    }

    private static func time(for byteCount: Int, _ window: Int, _ roundTrip: Int64) -> Int64 {
        let product = roundTrip.multipliedReportingOverflow(by: Int64(byteCount))
        guard !product.overflow else { return Nanoseconds.seconds(1).count }
        return max(1, product.partialValue / Int64(window) / Self.gain.0 * Self.gain.1)
    }
}
