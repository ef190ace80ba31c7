// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// How useful a peer has been on one topic, 0 to 1 (spec 04 §7.5).
///
/// `clamp((0.6·response + 0.4·recency) · (0.35 + 0.65·health), 0, 1)`; every counter halves in 300 s.
struct PeerScore: Equatable, Sendable {
    static let halfLife = Nanoseconds.seconds(300)
    static let recencySpan = Nanoseconds.seconds(300)
    /// Least score of a peer that is promoted while better ones exist.
    static let eagerMin = 0.45
    /// Gain in score that justifies swapping a lazy peer in.
    static let swapGainMin = 0.20

    /// Something that speaks for or against a peer.
    enum Evidence: Sendable {
        case delivered
        case iWantSent
        case iWantAnswered
        case sendSucceeded
        case sendTimedOut
        case cooled
        case recoveryProbed
        case recovered
    }

    private var hasDelivered = false
    private var lastSeen: Instant?
    private var requests = 0.0
    private var responses = 0.0
    private(set) var sendSuccesses = 0.0
    private(set) var sendTimeouts = 0.0
    private(set) var coolingEvents = 0.0
    private(set) var recoveryProbes = 0.0
    private(set) var recoverySuccesses = 0.0
    private var decayedAt: Instant

    init(now: Instant) { self.decayedAt = now }

    mutating func record(_ evidence: Evidence, now: Instant) {
        self = self.decayed(to: now)
        switch evidence {
        case .delivered:
            self.hasDelivered = true
            self.lastSeen = now
        case .iWantSent: self.requests += 1
        case .iWantAnswered: self.responses += 1
        case .sendSucceeded: self.sendSuccesses += 1
        case .sendTimedOut: self.sendTimeouts += 1
        case .cooled: self.coolingEvents += 1
        case .recoveryProbed: self.recoveryProbes += 1
        case .recovered: self.recoverySuccesses += 1
        }
    }

    /// The same evidence at a later time.
    func decayed(to now: Instant) -> PeerScore {
        var copy = self
        let share = HalfLife.remainder(after: now - self.decayedAt, halfLife: Self.halfLife)
        guard share < 1 else { return copy }
        copy.requests *= share
        copy.responses *= share
        copy.sendSuccesses *= share
        copy.sendTimeouts *= share
        copy.coolingEvents *= share
        copy.recoveryProbes *= share
        copy.recoverySuccesses *= share
        copy.decayedAt = now
        return copy
    }

    /// The share of requests that were answered, or a guess where none was made.
    var responseRate: Double {
        // Both counters decay alike, so the rate keeps its meaning until the evidence is negligible.
        if self.requests > 1e-6 { return min(1, self.responses / self.requests) }
        return self.hasDelivered ? 0.8 : 0.5
    }

    /// 1 for a peer that delivered just now, or was never heard of; 0 after 300 s of silence.
    func recency(now: Instant) -> Double {
        guard let lastSeen = self.lastSeen else { return 1 }
        return max(0, 1 - (now - lastSeen).seconds / Self.recencySpan.seconds)
    }

    /// How sends to the peer went.
    var sendHealth: Double {
        let good = self.sendSuccesses + 2 * self.recoverySuccesses
        let bad = self.sendTimeouts + 3 * self.coolingEvents + 0.5 * self.recoveryProbes
        guard good + bad > 0 else { return 1 }
        return (good + 1) / (good + bad + 1)
    }

    /// The score at a point in time.
    func value(now: Instant) -> Double {
        let current = self.decayed(to: now)
        let usefulness = 0.6 * current.responseRate + 0.4 * current.recency(now: now)
        return min(1, max(0, usefulness * (0.35 + 0.65 * current.sendHealth)))
    }
}
