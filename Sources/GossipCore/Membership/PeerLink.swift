// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// What SWIM knows about one connected peer.
///
/// The wire has no incarnation numbers, so a suspect refutes by speaking: any message clears the suspicion. The word of a
/// helper counts only for the suspicion it was asked about.
struct PeerLink: Sendable {
    enum Health: Equatable, Sendable {
        case alive
        /// Silent since a probe; dead at `until`.
        case suspect(until: Instant)
        case dead
    }

    var health = Health.alive
    var lastHeard: Instant
    /// The unanswered probe.
    var probeSentAt: Instant?
    /// Whether a probe was ever sent in this suspicion or since the last message: the next Ack measures the round trip.
    private var pingedAt: Instant?
    /// Helpers asked in this suspicion.
    var helpers: [PeerID] = []
    /// Suspicions in a row that only a helper refuted.
    var hearsayCount = 0
    /// Whether we asked for this neighbour; those who asked us make room first.
    var isChosen = false
    private var smoothedRoundTrip: Nanoseconds?
    private var roundTripVariation = Nanoseconds.zero
    private var inbound: TokenBucket

    init(configuration: MembershipConfiguration, now: Instant) {
        self.lastHeard = now
        self.inbound = TokenBucket(
            tokensPerSecond: configuration.messagesPerSecond,
            burst: configuration.messageBurst,
            now: now
        )
    }

    /// Whether one more message is within the peer's rate.
    mutating func mayReceive(now: Instant) -> Bool { self.inbound.take(now: now) }

    mutating func probed(now: Instant) {
        self.probeSentAt = self.probeSentAt ?? now
        self.pingedAt = now
    }

    /// The peer answered a probe: measure the way (RFC 6298's estimator).
    mutating func acknowledged(now: Instant) {
        guard let pingedAt = self.pingedAt else { return }
        self.pingedAt = nil
        let sample = now - pingedAt
        if let smoothed = self.smoothedRoundTrip {
            let deviation = smoothed > sample ? smoothed - sample : sample - smoothed
            self.roundTripVariation = (self.roundTripVariation * 3 + deviation) / 4
            self.smoothedRoundTrip = (smoothed * 7 + sample) / 8
        } else {
            self.smoothedRoundTrip = sample
            self.roundTripVariation = sample / 2
        }
    }

    /// When the running probe counts as unanswered.
    func probeDeadline(_ configuration: MembershipConfiguration) -> Instant? {
        guard let probeSentAt = self.probeSentAt, self.health == .alive else { return nil }
        let expected = (self.smoothedRoundTrip ?? .zero) + self.roundTripVariation * 4
        return probeSentAt + min(max(expected, configuration.ackTimeLimitMin), configuration.ackTimeLimitMax)
    }
}
