// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What the simulated network does to datagrams.
package struct PacketConditions: Sendable {
    /// One-way delay of every datagram.
    package var latency: Nanoseconds
    /// Extra delay, uniform between zero and this: the source of reordering.
    package var jitter: Nanoseconds
    /// Probability of losing a datagram, 0 to 1.
    package var lossProbability: Double
    /// Probability of delivering a datagram twice, 0 to 1.
    package var duplicationProbability: Double
    /// Probability of flipping one bit of a datagram, 0 to 1.
    package var corruptionProbability: Double

    /// Creates conditions; everything is ideal unless said.
    package init(
        latency: Nanoseconds = .milliseconds(1),
        jitter: Nanoseconds = .zero,
        lossProbability: Double = 0,
        duplicationProbability: Double = 0,
        corruptionProbability: Double = 0
    ) {
        self.latency = latency
        self.jitter = jitter
        self.lossProbability = lossProbability
        self.duplicationProbability = duplicationProbability
        self.corruptionProbability = corruptionProbability
    }
}

/// Counters of a simulated network.
package struct PacketNetworkStatistics: Equatable, Sendable {
    package var datagramsSent: UInt64 = 0
    package var datagramsLost: UInt64 = 0
    package var datagramsDelivered: UInt64 = 0
    package var datagramsCorrupted: UInt64 = 0
    /// Datagrams to addresses without a node, and to partitioned nodes.
    package var datagramsUnreachable: UInt64 = 0
}
