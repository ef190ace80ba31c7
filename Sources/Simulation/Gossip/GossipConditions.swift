// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What the simulated network does to gossip messages, and how long cryptography takes.
package struct GossipConditions: Sendable {
    /// One-way delay of every message.
    package var latency: Nanoseconds
    /// Extra delay, uniform between zero and this: the source of reordering.
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

    /// Creates conditions; nothing is lost or duplicated unless said.
    package init(
        latency: Nanoseconds = .milliseconds(10),
        jitter: Nanoseconds = .milliseconds(10),
        lossProbability: Double = 0,
        duplicationProbability: Double = 0
    ) {
        self.latency = latency
        self.jitter = jitter
        self.lossProbability = lossProbability
        self.duplicationProbability = duplicationProbability
    }
}
