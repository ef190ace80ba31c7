// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// The proof that the peer receives at an address (RFC 9000 §8.2): challenges go out until one is answered or time is up.
struct PathValidation: Sendable {
    /// Challenges remembered; a later one replaces the oldest.
    static let challengeCountMax = 8

    /// Challenges sent so far, any of which may be answered.
    private var challenges: [UInt64] = []
    /// When the next challenge goes out.
    private(set) var nextChallengeAt: Instant
    /// The wait between challenges, doubled each time.
    private var interval: Nanoseconds
    /// When the address is given up (RFC 9000 §8.2.4).
    let giveUpAt: Instant

    /// Starts a validation whose first challenge is due at once.
    ///
    /// - Parameters:
    ///   - probeTimeout: The probe timeout of the current path.
    ///   - now: The current instant.
    init(probeTimeout: Nanoseconds, now: Instant) {
        self.nextChallengeAt = now
        self.interval = probeTimeout
        // The new path may be slower than the old one: as slow as a path nobody has measured yet.
        let unmeasured = RoundTripEstimator().probeTimeout(maxAckDelay: .zero)
        self.giveUpAt = now + max(probeTimeout, unmeasured) * 3
    }

    /// When `handleTimeout` has something to do.
    var deadline: Instant { min(self.nextChallengeAt, self.giveUpAt) }

    /// Whether a challenge should go out.
    func isChallengeDue(now: Instant) -> Bool { self.nextChallengeAt <= now }

    /// A challenge with these bytes goes out now.
    mutating func challengeSent(_ data: UInt64, now: Instant) {
        if self.challenges.count == Self.challengeCountMax { self.challenges.removeFirst() }
        self.challenges.append(data)
        self.nextChallengeAt = now + self.interval
        self.interval = self.interval * 2
    }

    /// No challenge may go out before more bytes arrived; asks again after a while.
    mutating func challengeDelayed(now: Instant) { self.nextChallengeAt = now + self.interval }

    /// More bytes arrived: a delayed challenge may go out at once.
    mutating func challengeAllowed(now: Instant) {
        if self.challenges.isEmpty { self.nextChallengeAt = now }
    }

    /// Whether a response answers one of the challenges.
    func isAnswered(by data: UInt64) -> Bool { self.challenges.contains(data) }
}
