// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// The round-trip time of a path and how much it varies (RFC 9002 §5).
struct RoundTripEstimator: Sendable {
    /// The guess before the first sample (RFC 9002 §6.2.2).
    static let initial = Nanoseconds.milliseconds(333)
    /// The resolution timers are trusted to have (RFC 9002 §6.1.2).
    static let granularity = Nanoseconds.milliseconds(1)

    /// The last sample.
    private(set) var latest = Nanoseconds.zero
    /// The weighted average, `initial` before the first sample.
    private(set) var smoothed = RoundTripEstimator.initial
    /// The mean deviation.
    private(set) var variation = RoundTripEstimator.initial / 2
    /// The smallest sample, without any acknowledgement delay taken off.
    private(set) var minimum = Nanoseconds.zero
    /// When the first sample was taken; `nil` means that `smoothed` is a guess.
    private(set) var firstSampleAt: Instant?

    /// Takes a sample.
    ///
    /// - Parameters:
    ///   - sample: From sending the largest newly acknowledged packet to the arrival of its ACK.
    ///   - acknowledgementDelay: How long the peer says it waited; the caller has limited it to the peer's promise.
    ///   - now: The current time.
    mutating func addSample(_ sample: Nanoseconds, acknowledgementDelay: Nanoseconds, now: Instant) {
        let sample = max(sample, Nanoseconds(1))
        self.latest = sample
        guard self.firstSampleAt != nil else {
            self.firstSampleAt = now
            self.minimum = sample
            self.smoothed = sample
            self.variation = sample / 2
            return
        }
        self.minimum = min(self.minimum, sample)
        // The delay is believed only as far as the result stays plausible (RFC 9002 §5.3).
        let adjusted = sample - acknowledgementDelay >= self.minimum ? sample - acknowledgementDelay : sample
        let deviation = Nanoseconds((self.smoothed - adjusted).count.magnitude.clampedToInt64)
        self.variation = (self.variation * 3 + deviation) / 4
        self.smoothed = (self.smoothed * 7 + adjusted) / 8
    }

    /// How long to wait for an acknowledgement before probing, without backoff (RFC 9002 §6.2.1).
    func probeTimeout(maxAckDelay: Nanoseconds) -> Nanoseconds {
        self.smoothed + max(self.variation * 4, Self.granularity) + maxAckDelay
    }

    /// Age at which a packet sent before an acknowledged one is lost: 9/8 round trips (RFC 9002 §6.1.2).
    var lossDelay: Nanoseconds { max(max(self.latest, self.smoothed) * 9 / 8, Self.granularity) }
}

extension UInt64 {
    fileprivate var clampedToInt64: Int64 { Int64(clamping: self) }
}
