// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule
internal import Primitives

/// The packets of one space that are neither acknowledged nor lost, in the order of their numbers.
///
/// Pure acknowledgements are not kept: nothing depends on them. The rest is bounded by the congestion window plus
/// two packets per probe timeout.
struct SentPackets: Sendable {
    private var packets: Deque<SentPacket> = []
    /// How many of them are ack-eliciting.
    private(set) var ackElicitingCount = 0

    /// Whether nothing is on its way.
    var isEmpty: Bool { self.packets.isEmpty }

    /// The two oldest ack-eliciting packets with something worth repeating in a probe.
    var oldestAckEliciting: [SentPacket] {
        Array(self.packets.lazy.filter { $0.isAckEliciting && !$0.isPathMTUProbe }.prefix(2))
    }

    /// When the oldest ack-eliciting packet left.
    var oldestAckElicitingSentAt: Instant? { self.packets.first(where: \.isAckEliciting)?.sentAt }

    mutating func append(_ packet: SentPacket) {
        precondition(
            self.packets.last.map { $0.packetNumber < packet.packetNumber } ?? true,
            "packet numbers of a space ascend"
        )
        self.packets.append(packet)
        if packet.isAckEliciting { self.ackElicitingCount += 1 }
    }

    /// Index of the first packet numbered `packetNumber` or more.
    private func index(of packetNumber: UInt64) -> Int {
        var low = 0
        var high = self.packets.count
        while low < high {
            let middle = (low + high) / 2
            if self.packets[middle].packetNumber < packetNumber { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Moves the packets of an acknowledged range to `acknowledged`.
    mutating func acknowledge(_ range: ClosedRange<UInt64>, into acknowledged: inout [SentPacket]) {
        let first = self.index(of: range.lowerBound)
        var end = first
        while end < self.packets.count, self.packets[end].packetNumber <= range.upperBound {
            if self.packets[end].isAckEliciting { self.ackElicitingCount -= 1 }
            acknowledged.append(self.packets[end])
            end += 1
        }
        guard end > first else { return }
        self.packets.removeSubrange(first..<end)
        if first < self.packets.count { self.packets[first].followsAcknowledged = true }
    }

    /// Moves what is lost to `lost` (RFC 9002 §6.1).
    ///
    /// - Parameters:
    ///   - largestAcknowledged: The largest acknowledged number of the space.
    ///   - reorderingThreshold: Distance at which an earlier packet is lost.
    ///   - lostSendTime: Earlier packets sent by then are lost.
    ///   - lost: Receives the lost packets.
    /// - Returns: When the oldest packet left that waits for the time threshold only.
    mutating func removeLost(
        largestAcknowledged: UInt64,
        reorderingThreshold: UInt64,
        lostSendTime: Instant,
        into lost: inout [SentPacket]
    ) -> Instant? {
        var count = 0
        // Numbers and times ascend together, so that lost packets are a prefix.
        while count < self.packets.count {
            let packet = self.packets[count]
            guard packet.packetNumber < largestAcknowledged else { break }
            guard packet.sentAt <= lostSendTime || packet.packetNumber + reorderingThreshold <= largestAcknowledged
            else { break }
            if packet.isAckEliciting { self.ackElicitingCount -= 1 }
            lost.append(packet)
            count += 1
        }
        self.packets.removeFirst(count)
        guard let next = self.packets.first, next.packetNumber < largestAcknowledged else { return nil }
        return next.sentAt
    }

    /// Forgets everything; returns the bytes that were in flight.
    mutating func removeAll() -> Int {
        let byteCount = self.packets.reduce(0) { $0 + ($1.isInFlight ? $1.byteCount : 0) }
        self.packets = []
        self.ackElicitingCount = 0
        return byteCount
    }
}
