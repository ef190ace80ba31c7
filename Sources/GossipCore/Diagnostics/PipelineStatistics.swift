// SPDX-License-Identifier: MIT OR Apache-2.0

/// Section `stats` of `GET /diagnostics/gossip`: the way of messages to local subscribers (spec 04 §8).
///
/// Kept by the pub/sub shell, which knows the subscriptions: every delivered copy counts per subscription.
package struct PipelineStatistics: Equatable, Sendable {
    package var publishTotal: UInt64 = 0
    package var publishFailed: UInt64 = 0
    package var incomingTotal: UInt64 = 0
    package var incomingDecoded: UInt64 = 0
    /// Malformed, wrong signature, revoked or blocked.
    package var incomingDecodeFailed: UInt64 = 0
    package var deliveredToSubscriber: UInt64 = 0
    package var slowSubscriberDropped: UInt64 = 0
    /// Includes `slowSubscriberDropped`.
    package var subscriberChannelClosed: UInt64 = 0

    /// Creates zero counters.
    package init() {}

    /// Counts copies that slow clients lost from their queues.
    ///
    /// The queue of a client holds copies of its own, so each lost one is a further copy that arrived, was decoded and met a
    /// closed channel: the two differences below stay what they were.
    package mutating func countLost(_ count: UInt64) {
        self.incomingTotal += count
        self.incomingDecoded += count
        self.slowSubscriberDropped += count
        self.subscriberChannelClosed += count
    }

    /// Copies between arrival and decoding.
    package var inFlightDecode: Int64 {
        Int64(clamping: self.incomingTotal) - Int64(clamping: self.incomingDecoded)
            - Int64(clamping: self.incomingDecodeFailed)
    }

    /// Copies that vanished without a reason: 0, always.
    package var decodeToDeliveryDrops: Int64 {
        Int64(clamping: self.incomingDecoded) - Int64(clamping: self.deliveredToSubscriber)
            - Int64(clamping: self.subscriberChannelClosed)
    }
}
