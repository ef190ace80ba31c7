// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// HyStart++: leaves slow start when the round trip grows, before the queue overflows (RFC 9406).
///
/// It watches the smallest round trip of each round of the first slow start. When that has grown clearly, growth slows
/// to a quarter for up to five rounds (conservative slow start); if the round trip shrinks again meanwhile the alarm was
/// false, otherwise slow start is over. Sending is paced, so that the RFC's limit L on growth per ACK does not apply.
struct HyStart: Sendable {
    /// MIN_RTT_THRESH and MAX_RTT_THRESH (RFC 9406 §4.3).
    static let thresholds = Nanoseconds.milliseconds(4)...Nanoseconds.milliseconds(16)
    /// MIN_RTT_DIVISOR.
    static let roundTripDivisor: Int64 = 8
    /// N_RTT_SAMPLE: samples of a round before its minimum counts.
    static let sampleCountMin = 8
    /// CSS_GROWTH_DIVISOR.
    static let growthDivisor = 4
    /// CSS_ROUNDS.
    static let conservativeRoundCountMax = 5

    /// How the window grows with an acknowledgement.
    enum Growth: Equatable, Sendable {
        /// By all acknowledged bytes.
        case full
        /// By a quarter of them.
        case conservative
        /// Slow start is over.
        case ended
    }

    private enum Phase: Sendable {
        case standard
        /// `baseline` is the smallest round trip when the alarm was raised; rounds count down.
        case conservative(baseline: Nanoseconds, roundsLeft: Int)
        case ended
    }

    private var phase = Phase.standard
    /// Packets sent from then on belong to the next round.
    private var roundStartedAt: Instant?
    private var lastRoundMinimum: Nanoseconds?
    private var roundMinimum: Nanoseconds?
    private var sampleCount = 0

    /// Packets were acknowledged in slow start; `newestSentAt` tells when the newest of them was sent.
    mutating func acknowledged(newestSentAt: Instant, roundTrip: Nanoseconds, now: Instant) -> Growth {
        if self.roundStartedAt.map({ newestSentAt >= $0 }) ?? true { self.startRound(now: now) }
        self.roundMinimum = min(self.roundMinimum ?? roundTrip, roundTrip)
        self.sampleCount += 1
        switch self.phase {
        case .ended: return .ended
        case .standard:
            guard let minimum = self.settledMinimum, let last = self.lastRoundMinimum else { return .full }
            let rise = min(max(last / Self.roundTripDivisor, Self.thresholds.lowerBound), Self.thresholds.upperBound)
            guard minimum >= last + rise else { return .full }
            self.phase = .conservative(baseline: minimum, roundsLeft: Self.conservativeRoundCountMax)
            return .conservative
        case .conservative(let baseline, _):
            guard let minimum = self.settledMinimum, minimum < baseline else { return .conservative }
            self.phase = .standard
            return .full
        }
    }

    /// The smallest round trip of this round, once there are enough samples.
    private var settledMinimum: Nanoseconds? { self.sampleCount >= Self.sampleCountMin ? self.roundMinimum : nil }

    private mutating func startRound(now: Instant) {
        if case .conservative(let baseline, let roundsLeft) = self.phase {
            self.phase = roundsLeft > 1 ? .conservative(baseline: baseline, roundsLeft: roundsLeft - 1) : .ended
        }
        self.roundStartedAt = now
        self.lastRoundMinimum = self.roundMinimum
        self.roundMinimum = nil
        self.sampleCount = 0
    }
}
