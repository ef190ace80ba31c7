// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@testable import QUICCore

@Suite struct ReceivedPacketsTests {
    private static func at(_ milliseconds: Int64) -> Instant { .epoch + .seconds(1) + .milliseconds(milliseconds) }

    /// Whatever arrives in whatever order: an ACK names only numbers that arrived, and stays within its bound.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func spec02_check20_onlyReceivedNumbersAreAcknowledged(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var received = ReceivedPackets(space: .application)
        var arrived: Set<UInt64> = []
        var next: UInt64 = 0
        for step in 0..<4_000 as Range<Int64> {
            let now = Self.at(step)
            switch UInt8.random(in: 0..<20, using: &random) {
            case 0:
                // The peer saw one of our ACKs.
                if let largest = received.largest {
                    received.ackAcknowledged(largest: UInt64.random(in: 0...largest, using: &random))
                }
            case 1...4: next += UInt64.random(in: 0..<6, using: &random)
            default: break
            }
            next += 1
            let number =
                Bool.random(using: &random)
                ? next : UInt64.random(in: (next < 300 ? 0 : next - 300)...next, using: &random)
            if !received.contains(number) {
                #expect(arrived.insert(number).inserted, "a number was taken twice")
                received.packetReceived(number, isAckEliciting: Bool.random(using: &random), now: now)
            }
            guard let frame = received.ackFrame(now: now) else { continue }
            #expect(frame.ranges.count <= ReceivedPackets.rangeCountMax)
            for range in frame.ranges {
                #expect(range.allSatisfy(arrived.contains), "an unseen number is acknowledged")
            }
            for (upper, lower) in zip(frame.ranges, frame.ranges.dropFirst()) {
                #expect(lower.upperBound + 2 <= upper.lowerBound)
            }
            if received.isAckDue(now: now) { received.ackSent() }
        }
    }

    @Test func theNumberOfRangesIsBoundedAndWhatIsForgottenIsNotProcessedAgain() {
        var received = ReceivedPackets(space: .application)
        for index in 0..<1_000 as Range<UInt64> {
            received.packetReceived(index * 2, isAckEliciting: true, now: Self.at(0))
        }
        let frame = received.ackFrame(now: Self.at(0))
        #expect(frame?.ranges.count == 64)
        #expect(frame?.largest == 1_998)
        #expect(frame?.ranges.last == 1_872...1_872)
        #expect(received.contains(1_870) && received.contains(1_871 - 2))
        #expect(!received.contains(1_873))
    }

    @Test(arguments: [PacketNumberSpace.initial, .handshake])
    func handshakePacketsAreAcknowledgedAtOnce(space: PacketNumberSpace) {
        var received = ReceivedPackets(space: space)
        received.packetReceived(0, isAckEliciting: false, now: Self.at(0))
        #expect(!received.isAckDue(now: Self.at(1_000)), "acknowledgements are not acknowledged by themselves")
        received.packetReceived(1, isAckEliciting: true, now: Self.at(0))
        #expect(received.isAckDue(now: Self.at(0)))
        received.ackSent()
        #expect(!received.isAckDue(now: Self.at(1_000)) && !received.hasUnacknowledged)
    }

    @Test func everySecondAckElicitingPacketOr25MillisecondsMakeAnAckDue() {
        var received = ReceivedPackets(space: .application)
        received.packetReceived(0, isAckEliciting: true, now: Self.at(0))
        #expect(received.hasUnacknowledged)
        #expect(!received.isAckDue(now: Self.at(24)))
        #expect(received.ackDeadline == Self.at(25))
        #expect(received.isAckDue(now: Self.at(25)))
        received.packetReceived(1, isAckEliciting: true, now: Self.at(3))
        #expect(received.isAckDue(now: Self.at(3)))
    }

    @Test func reorderingMakesAnAckDueAtOnce() {
        var gap = ReceivedPackets(space: .application)
        gap.packetReceived(0, isAckEliciting: true, now: Self.at(0))
        gap.ackSent()
        gap.packetReceived(2, isAckEliciting: true, now: Self.at(1))
        #expect(gap.isAckDue(now: Self.at(1)), "a gap")
        gap.ackSent()
        gap.packetReceived(1, isAckEliciting: true, now: Self.at(2))
        #expect(gap.isAckDue(now: Self.at(2)), "a late packet")
        gap.ackSent()
        gap.packetReceived(3, isAckEliciting: false, now: Self.at(3))
        gap.packetReceived(4, isAckEliciting: true, now: Self.at(3))
        #expect(!gap.isAckDue(now: Self.at(3)), "in order behind a pure acknowledgement")
    }

    @Test func theDelayCountsFromTheLargestPacket() {
        var received = ReceivedPackets(space: .application)
        received.packetReceived(5, isAckEliciting: true, now: Self.at(0))
        received.packetReceived(4, isAckEliciting: true, now: Self.at(9))
        #expect(received.ackFrame(now: Self.at(16)) == AckFrame(ranges: [4...5], delay: 2_000))
    }

    @Test func anAcknowledgedAckIsNotRepeated() {
        var received = ReceivedPackets(space: .application)
        for number in [0, 1, 2, 5] as [UInt64] {
            received.packetReceived(number, isAckEliciting: true, now: Self.at(0))
        }
        received.ackAcknowledged(largest: 5)
        #expect(received.ackFrame(now: Self.at(0)) == nil)
        #expect(received.contains(4), "given up together with what was reported")
        #expect(received.largest == 5)
        received.packetReceived(6, isAckEliciting: true, now: Self.at(1))
        #expect(received.ackFrame(now: Self.at(1))?.ranges == [6...6])
    }
}
