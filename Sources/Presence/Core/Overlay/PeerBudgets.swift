// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// How much presence traffic one transport peer may send: a bucket per kind, so that queries never cost beacons (P-4).
///
/// Keyed by the peer the handshake proved, not by an id in the message: nobody can use up somebody else's budget. Bounded;
/// the peer idle for longest makes room.
package struct PeerBudgets: Sendable {
    /// What is budgeted.
    package enum Kind: Int, CaseIterable, Sendable {
        /// Beacons that are news.
        case beacon
        /// Queries not seen before.
        case query
        /// Answers to a peer that did not ask itself but was named as the origin.
        case answer
    }

    private struct Entry: Sendable {
        var buckets: [TokenBucket]
        var usedAt: Instant
    }

    private let beaconsPerSecond: Double
    private let peerCountMax: Int
    private var entries: [PeerID: Entry] = [:]  // ≤ peerCountMax

    /// Saved tokens, and tokens per second (spec 05 §4).
    private static let burst = 3.0
    private static let tokensPerSecond = 0.2
    /// Idle entries are removed after this (spec 05 §3).
    private static let idleLimit = Nanoseconds.seconds(300)

    /// Creates empty budgets.
    ///
    /// - Parameters:
    ///   - beaconInterval: This node's own interval; a network that beacons faster than every 5 s needs more tokens.
    ///   - peerCountMax: Peers budgeted at once.
    package init(beaconInterval: Nanoseconds = .seconds(30), peerCountMax: Int = 2048) {
        precondition(beaconInterval > .zero && peerCountMax > 0, "a budget without room budgets nothing")
        self.beaconsPerSecond = max(Self.tokensPerSecond, 1.5 / beaconInterval.seconds)
        self.peerCountMax = peerCountMax
    }

    /// Peers with an entry.
    package var count: Int { self.entries.count }

    /// Takes one token of the peer, if it has one.
    package mutating func take(_ kind: Kind, of peer: PeerID, now: Instant) -> Bool {
        if self.entries[peer] == nil { self.makeRoom(now: now) }
        var entry = self.entries.removeValue(forKey: peer) ?? Entry(buckets: self.fullBuckets(now: now), usedAt: now)
        entry.usedAt = now
        let isTaken = entry.buckets[kind.rawValue].take(now: now)
        self.entries[peer] = entry
        return isTaken
    }

    /// Forgets peers that sent nothing for 300 s.
    package mutating func sweep(now: Instant) {
        self.entries = self.entries.filter { now - $0.value.usedAt <= Self.idleLimit }
    }

    private func fullBuckets(now: Instant) -> [TokenBucket] {
        Kind.allCases.map { kind in
            let rate = kind == .beacon ? self.beaconsPerSecond : Self.tokensPerSecond
            return TokenBucket(tokensPerSecond: rate, burst: Self.burst, now: now)
        }
    }

    private mutating func makeRoom(now: Instant) {
        guard self.entries.count >= self.peerCountMax else { return }
        self.sweep(now: now)
        guard self.entries.count >= self.peerCountMax else { return }
        let oldest = self.entries.min { ($0.value.usedAt, $0.key) < ($1.value.usedAt, $1.key) }
        if let oldest { self.entries[oldest.key] = nil }
    }
}
