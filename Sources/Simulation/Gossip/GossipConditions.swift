// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What the simulated network does to gossip messages, and how long everything around the cores takes.
package struct GossipConditions: Sendable {
    /// One-way delay of the fastest link.
    package var latency: Nanoseconds
    /// Extra delay of each link, uniform between zero and this; the same for every message of the link.
    package var latencySpread: Nanoseconds
    /// Extra delay of each message, uniform between zero and this: the source of reordering.
    package var jitter: Nanoseconds
    /// Probability of losing a message, 0 to 1.
    ///
    /// QUIC retransmits, so this stands for links that break and come back.
    package var lossProbability: Double
    /// Probability of delivering a message twice, 0 to 1.
    package var duplicationProbability: Double
    /// Virtual time of one signature check.
    package var verifyDelay = Nanoseconds.microseconds(150)
    /// Virtual time of one signature.
    package var signDelay = Nanoseconds.microseconds(500)
    /// How long neighbours take to notice a crash or a cut: QUIC's idle time-out, shortened by keep-alive failures.
    package var detectionDelay = Nanoseconds.seconds(5)
    /// How long an attempt to connect to a node that does not answer takes to fail.
    package var dialTimeout = Nanoseconds.seconds(1)
    /// Whether signatures are checked; `false` is a negative control: then forgeries must be found by the audit.
    package var checksSignatures = true

    /// Creates conditions; nothing is lost or duplicated unless said.
    package init(
        latency: Nanoseconds = .milliseconds(10),
        latencySpread: Nanoseconds = .zero,
        jitter: Nanoseconds = .milliseconds(10),
        lossProbability: Double = 0,
        duplicationProbability: Double = 0
    ) {
        self.latency = latency
        self.latencySpread = latencySpread
        self.jitter = jitter
        self.lossProbability = lossProbability
        self.duplicationProbability = duplicationProbability
    }

    /// The fixed delay of the link between two nodes, the same in both directions.
    func latency(between first: Int, and second: Int, seed: UInt64) -> Nanoseconds {
        guard self.latencySpread > .zero else { return self.latency }
        let low = UInt64(min(first, second))
        let high = UInt64(max(first, second))
        var generator = SplitMix64(seed: seed ^ low &* 0x9E37_79B9_7F4A_7C15 ^ high &* 0xC2B2_AE3D_27D4_EB4F)
        return self.latency + Nanoseconds(Int64(generator.next() % UInt64(self.latencySpread.count)))
    }
}

/// The clock of one node: off by a constant, and too fast or too slow.
package struct SkewedClock: Equatable, Sendable {
    /// What the node's clock was ahead (or behind, negative) at the epoch.
    package var offset = Nanoseconds.zero
    /// Millionths by which it runs fast (or slow, negative); quartz stays below 200.
    package var driftPerMillion: Int64 = 0

    /// Creates a clock; a true one unless said.
    package init(offset: Nanoseconds = .zero, driftPerMillion: Int64 = 0) {
        self.offset = offset
        self.driftPerMillion = driftPerMillion
    }

    /// What the node reads at a true instant.
    package func reading(at instant: Instant) -> Instant {
        guard self != SkewedClock() else { return instant }
        let elapsed = Int64(clamping: instant.nanoseconds)
        return instant + self.offset + Nanoseconds(elapsed / 1000 * self.driftPerMillion / 1000)
    }

    /// The first true instant at which the node reads at least `reading`.
    package func instant(of reading: Instant) -> Instant {
        guard self != SkewedClock() else { return reading }
        let elapsed = Int64(clamping: (reading - self.offset).nanoseconds)
        var instant = Instant(nanoseconds: UInt64(max(0, elapsed - elapsed / 1000 * self.driftPerMillion / 1000)))
        while self.reading(at: instant) < reading {
            let missing = (reading - self.reading(at: instant)).count
            instant = instant + Nanoseconds(max(1, missing - missing * self.driftPerMillion / 1_000_000))
        }
        return instant
    }
}
