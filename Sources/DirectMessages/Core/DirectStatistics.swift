// SPDX-License-Identifier: MIT OR Apache-2.0

/// Counters of direct messages since start, named as in `GET /diagnostics/dm` (spec 08 §7.5).
package struct DirectStatistics: Equatable, Sendable {
    /// Sends past input validation.
    package var outgoingSendTotal: UInt64 = 0
    package var outgoingSendSucceeded: UInt64 = 0
    package var outgoingSendFailed: UInt64 = 0
    package var outgoingPathLoopback: UInt64 = 0
    package var outgoingPathRawQUIC: UInt64 = 0
    package var outgoingPathGossipInbox: UInt64 = 0
    /// Messages that reached the fan-out.
    package var incomingEnvelopesTotal: UInt64 = 0
    package var incomingDecodeFailed: UInt64 = 0
    package var incomingSignatureFailed: UInt64 = 0
    package var incomingTrustRejected: UInt64 = 0
    /// Messages delivered to at least one subscriber.
    package var incomingDeliveredToSubscribe: UInt64 = 0
    /// Messages evicted from the queues of slow subscribers; filled in by the owner of the queues.
    package var subscriberEventsEvicted: UInt64 = 0
    package var subscriberChannelClosed: UInt64 = 0

    /// Creates counters at zero.
    package init() {}

    /// Counts a finished send.
    package mutating func sendFinished(over path: DirectPath?) {
        guard let path else {
            self.outgoingSendFailed += 1
            return
        }
        self.outgoingSendSucceeded += 1
        switch path {
        case .loopback: self.outgoingPathLoopback += 1
        case .gossipInbox: self.outgoingPathGossipInbox += 1
        case .rawQUIC, .rawQUICAcknowledged: self.outgoingPathRawQUIC += 1
        }
    }
}
