// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// What was delivered when a packet left; stays with the packet until it is acknowledged.
struct DeliverySnapshot: Equatable, Sendable {
    /// Bytes acknowledged until then.
    var deliveredByteCount = 0
    /// When the last of them were acknowledged.
    var deliveredAt = Instant.epoch
    /// When the packet left whose acknowledgement that was.
    var firstSentAt = Instant.epoch
    /// Whether there was less to send than the path would have carried.
    var isApplicationLimited = false
}

/// What an acknowledgement says about the speed of the path.
struct DeliverySample: Equatable, Sendable {
    /// Bytes per second; `nil` when the time was too short to tell.
    let bytesPerSecond: Double?
    /// Bytes that had been delivered when the newest acknowledged packet left: which round trip it belongs to.
    let priorByteCount: Int
    /// Whether the rate says more about the application than about the path.
    let isApplicationLimited: Bool
}

/// Measures how fast packets are delivered (draft-ietf-ccwg-bbr §4.1): acknowledged bytes over the longer of the time it
/// took to send them and the time it took to acknowledge them, so that neither bursts of packets nor of
/// acknowledgements look like speed.
struct DeliveryRate: Sendable {
    /// Bytes acknowledged so far.
    private(set) var deliveredByteCount = 0
    private var deliveredAt = Instant.epoch
    private var firstSentAt = Instant.epoch
    /// While fewer bytes than this are delivered, samples are limited by the application; 0 for not limited.
    private var limitedUntil = 0

    /// A packet leaves; `bytesInFlight` is without it.
    mutating func packetSent(bytesInFlight: Int, now: Instant) -> DeliverySnapshot {
        if bytesInFlight == 0 {
            self.firstSentAt = now
            self.deliveredAt = now
        }
        return DeliverySnapshot(
            deliveredByteCount: self.deliveredByteCount,
            deliveredAt: self.deliveredAt,
            firstSentAt: self.firstSentAt,
            isApplicationLimited: self.limitedUntil > 0
        )
    }

    /// There is nothing to send although the path would carry more.
    mutating func applicationLimited(bytesInFlight: Int) {
        self.limitedUntil = max(1, self.deliveredByteCount + bytesInFlight)
    }

    /// Packets were acknowledged.
    ///
    /// - Parameters:
    ///   - byteCount: Bytes of all of them that were in flight.
    ///   - newest: What the one of them remembers that left last.
    ///   - sentAt: When that one left.
    ///   - minimumRoundTrip: The shortest round trip known; shorter intervals tell nothing.
    ///   - now: The current instant.
    /// - Returns: The rate these acknowledgements show.
    mutating func acknowledged(
        byteCount: Int,
        newest: DeliverySnapshot,
        sentAt: Instant,
        minimumRoundTrip: Nanoseconds,
        now: Instant
    ) -> DeliverySample {
        self.deliveredByteCount += byteCount
        self.deliveredAt = now
        self.firstSentAt = sentAt
        if self.limitedUntil > 0, self.deliveredByteCount > self.limitedUntil { self.limitedUntil = 0 }
        let interval = max(sentAt - newest.firstSentAt, now - newest.deliveredAt)
        let delivered = self.deliveredByteCount - newest.deliveredByteCount
        return DeliverySample(
            bytesPerSecond: interval.count > 0 && interval >= minimumRoundTrip
                ? Double(delivered) / interval.seconds : nil,
            priorByteCount: newest.deliveredByteCount,
            isApplicationLimited: newest.isApplicationLimited
        )
    }
}
