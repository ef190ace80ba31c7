// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// The packet numbers received in one space, and when to acknowledge them (RFC 9000 §13.2, spec 02 §8).
///
/// Initial and Handshake packets are acknowledged at once. 1-RTT packets are acknowledged at every second
/// ack-eliciting one, at once when they arrive out of order, and otherwise after at most 25 ms.
/// Memory: at most `rangeCountMax` ranges; what is forgotten counts as received but is never reported.
struct ReceivedPackets: Sendable {
    /// Ranges kept and reported per ACK.
    static let rangeCountMax = 64
    /// Ack-eliciting 1-RTT packets after which an ACK is due.
    static let ackElicitingThreshold = 2
    /// The max_ack_delay we advertise by default.
    static let maxAckDelay = Nanoseconds.milliseconds(25)
    /// The ack_delay_exponent we advertise by default.
    static let ackDelayExponent: UInt64 = 3

    private let acknowledgesAtOnce: Bool
    private var numbers = RangeSet64()
    /// Every number below was received or given up: it is never processed (again).
    private var floor: UInt64 = 0
    /// The largest number received so far.
    private(set) var largest: UInt64?
    /// Marked packets received so far.
    private(set) var ecnCounts = ECNCounts()
    private var largestReceivedAt = Instant.epoch
    private var largestAckEliciting: UInt64?
    private var ackElicitingCountSinceAck = 0
    /// When an ACK has to go out by itself at the latest; `nil` while nothing waits for one.
    private(set) var ackDeadline: Instant?

    /// An empty set with the acknowledgement policy of `space`.
    init(space: PacketNumberSpace) { self.acknowledgesAtOnce = space != .application }

    /// Whether a packet is a duplicate, or too old to tell.
    func contains(_ packetNumber: UInt64) -> Bool {
        packetNumber < self.floor || self.numbers.contains(packetNumber)
    }

    /// Whether some ack-eliciting packet was not acknowledged yet: an ACK should ride on the next packet.
    var hasUnacknowledged: Bool { self.ackElicitingCountSinceAck > 0 }

    /// Whether a packet has to be sent for the ACK alone.
    func isAckDue(now: Instant) -> Bool {
        guard let ackDeadline else { return false }
        return ackDeadline <= now
    }

    /// Notes a packet whose frames were processed.
    mutating func packetReceived(
        _ packetNumber: UInt64,
        isAckEliciting: Bool,
        codepoint: ECNCodepoint = .notCapable,
        now: Instant
    ) {
        self.ecnCounts.count(codepoint)
        let isInOrder = self.largest.map { packetNumber == $0 + 1 } ?? true
        self.numbers.insert(packetNumber)
        self.limitRanges()
        if self.largest.map({ packetNumber > $0 }) ?? true {
            self.largest = packetNumber
            self.largestReceivedAt = now
        }
        guard isAckEliciting else { return }
        self.ackElicitingCountSinceAck += 1
        let isDue =
            self.acknowledgesAtOnce || self.ackElicitingCountSinceAck >= Self.ackElicitingThreshold
            || codepoint == .congestionExperienced
            || self.isOutOfOrder(packetNumber, isInOrder: isInOrder)
        self.largestAckEliciting = max(packetNumber, self.largestAckEliciting ?? packetNumber)
        self.ackDeadline = min(self.ackDeadline ?? .distantFuture, isDue ? now : now + Self.maxAckDelay)
    }

    /// RFC 9000 §13.2.1: reordering is reported at once, so that the peer detects loss quickly.
    private func isOutOfOrder(_ packetNumber: UInt64, isInOrder: Bool) -> Bool {
        if isInOrder { return false }
        guard let largestAckEliciting, packetNumber > largestAckEliciting else { return true }
        // A gap between the largest ack-eliciting packet and this one.
        return !self.numbers.contains(largestAckEliciting..<packetNumber)
    }

    private mutating func limitRanges() {
        while self.numbers.ranges.count > Self.rangeCountMax, let forgotten = self.numbers.popFirstRange() {
            self.floor = max(self.floor, forgotten.upperBound)
        }
    }

    /// The acknowledgement of everything remembered; `nil` when there is nothing.
    func ackFrame(now: Instant, delayExponent: UInt64 = Self.ackDelayExponent) -> AckFrame? {
        guard let newest = self.numbers.ranges.last else { return nil }
        let others = self.numbers.ranges.dropLast()
        let waited = max(0, (now - self.largestReceivedAt).microseconds)
        return AckFrame(
            first: newest.lowerBound...newest.upperBound - 1,
            others: others.isEmpty ? [] : others.reversed().map { $0.lowerBound...$0.upperBound - 1 },
            delay: UInt64(waited) >> delayExponent,
            ecnCounts: self.ecnCounts.isEmpty ? nil : self.ecnCounts
        )
    }

    /// An ACK with everything remembered was put into a packet.
    mutating func ackSent() {
        self.ackElicitingCountSinceAck = 0
        self.ackDeadline = nil
    }

    /// The peer has received an ACK that reported up to `largest`: no need to report that again (RFC 9000 §13.2.4).
    mutating func ackAcknowledged(largest: UInt64) {
        guard largest < PacketNumber.maximum, largest + 1 > self.floor else { return }
        self.floor = largest + 1
        self.numbers.remove(0..<self.floor)
    }
}
