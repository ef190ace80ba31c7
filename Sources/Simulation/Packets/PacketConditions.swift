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

    /// Speed of the link to each node in bytes per second; `nil` for no limit.
    package var bytesPerSecond: Int?
    /// Bytes that may wait for such a link; a datagram beyond is lost.
    package var queueByteCountMax = 128 << 10

    /// Datagrams that allow it are marked when they wait longer than this for a link; `nil` for never (RFC 3168).
    package var markingQueueTime: Nanoseconds?
    /// Whether the ECN bits are cleared on the way.
    package var clearsECN = false

    /// Creates conditions; everything is ideal unless said.
    package init(
        latency: Nanoseconds = .milliseconds(1),
        jitter: Nanoseconds = .zero,
        lossProbability: Double = 0,
        duplicationProbability: Double = 0,
        corruptionProbability: Double = 0,
        bytesPerSecond: Int? = nil
    ) {
        self.latency = latency
        self.jitter = jitter
        self.lossProbability = lossProbability
        self.duplicationProbability = duplicationProbability
        self.corruptionProbability = corruptionProbability
        self.bytesPerSecond = bytesPerSecond
    }
}

/// Counters of a simulated network.
package struct PacketNetworkStatistics: Equatable, Sendable {
    package var datagramsSent: UInt64 = 0
    package var datagramsLost: UInt64 = 0
    package var datagramsDelivered: UInt64 = 0
    package var datagramsCorrupted: UInt64 = 0
    package var datagramsMarked: UInt64 = 0
    /// Datagrams to addresses without a node, and to partitioned nodes.
    package var datagramsUnreachable: UInt64 = 0
}
