// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import Primitives
import Testing

@testable import QUICCore

/// ECN validation (RFC 9000 §13.4.2).
struct ExplicitCongestionTests {
    private static func tested() -> ExplicitCongestion {
        var ecn = ExplicitCongestion(isEnabled: true)
        for _ in 0..<ExplicitCongestion.testingDatagramCount {
            #expect(ecn.codepoint == .capable0)
            ecn.packetSent(in: .application)
            ecn.datagramSent()
        }
        return ecn
    }

    @Test func tenDatagramsAreMarkedThenTheAnswerIsAwaited() {
        let ecn = Self.tested()
        #expect(ecn.state == .unknown)
        #expect(ecn.codepoint == .notCapable)
    }

    @Test func agreeingCountsMakeThePathCapable() {
        var ecn = Self.tested()
        let isFirstMarked = ecn.acknowledged(ECNCounts(capable0: 3), markedCount: 3, in: .application)
        #expect(!isFirstMarked)
        #expect(ecn.state == .capable)
        let counts = ECNCounts(capable0: 4, congestionExperienced: 1)
        let isMarked = ecn.acknowledged(counts, markedCount: 2, in: .application)
        #expect(isMarked)
        // The same counts again: nothing new is marked.
        let isMarkedAgain = ecn.acknowledged(counts, markedCount: 0, in: .application)
        #expect(!isMarkedAgain)
    }

    @Test(arguments: [
        nil,  // no counts at all
        ECNCounts(capable0: 2),  // fewer than acknowledged
        ECNCounts(capable0: 3, capable1: 1),  // marks we never made
        ECNCounts(capable0: 11),  // more than sent
        ECNCounts(capable0: 0, congestionExperienced: 11),
    ])
    func countsThatDoNotAgreeEndMarking(counts: ECNCounts?) {
        var ecn = Self.tested()
        let isMarked = ecn.acknowledged(counts, markedCount: 3, in: .application)
        #expect(!isMarked)
        #expect(ecn.state == .failed)
        // For ever.
        _ = ecn.acknowledged(ECNCounts(capable0: 10), markedCount: 5, in: .application)
        #expect(ecn.state == .failed)
        ecn.pathChanged()
        #expect(ecn.codepoint == .notCapable)
    }

    @Test func countsNeverShrink() {
        var ecn = Self.tested()
        _ = ecn.acknowledged(ECNCounts(capable0: 5), markedCount: 5, in: .application)
        _ = ecn.acknowledged(ECNCounts(capable0: 4), markedCount: 0, in: .application)
        #expect(ecn.state == .failed)
    }

    @Test func spacesCountByThemselves() {
        var ecn = Self.tested()
        ecn.packetSent(in: .handshake)
        _ = ecn.acknowledged(ECNCounts(capable0: 1), markedCount: 1, in: .handshake)
        #expect(ecn.state == .capable)
        _ = ecn.acknowledged(ECNCounts(capable0: 2), markedCount: 0, in: .handshake)
        #expect(ecn.state == .failed)
    }

    @Test func aPathThatDropsMarksIsLeftAlone() {
        var ecn = Self.tested()
        ecn.timedOut(count: 1)
        #expect(ecn.state == .unknown)
        ecn.timedOut(count: 2)
        #expect(ecn.state == .failed)
        var capable = Self.tested()
        _ = capable.acknowledged(ECNCounts(capable0: 5), markedCount: 5, in: .application)
        capable.timedOut(count: 5)
        #expect(capable.state == .capable)
    }

    @Test func aNewPathIsTestedAnew() {
        var ecn = Self.tested()
        _ = ecn.acknowledged(ECNCounts(capable0: 5), markedCount: 5, in: .application)
        ecn.pathChanged()
        #expect(ecn.state == .testing(remaining: ExplicitCongestion.testingDatagramCount))
    }

    @Test func countsTravelInACKFrames() throws {
        let counts = ECNCounts(capable0: 70, capable1: 1, congestionExperienced: 16_384)
        let ack = AckFrame(ranges: [7...9, 1...2], delay: 3, ecnCounts: counts)
        var writer = ByteWriter()
        ack.encode(into: &writer)
        #expect(writer.bytes.first == 0x03)
        #expect(ack.byteCount == writer.byteCount)
        var reader = FrameReader(writer.bytes)
        let decoded = try reader.next()
        #expect(decoded == .ack(ack))
        for count in 1..<writer.byteCount {
            var truncated = FrameReader(Array(writer.bytes.prefix(count)))
            do {
                _ = try truncated.next()
                Issue.record("\(count) bytes were taken for a whole frame")
            } catch {
                #expect(error == .truncated)
            }
        }
    }

    @Test func marksAreAcknowledgedAtOnceWithTheirCounts() {
        var received = ReceivedPackets(space: .application)
        let now = Instant.epoch + .seconds(1)
        received.packetReceived(0, isAckEliciting: true, codepoint: .capable0, now: now)
        #expect(!received.isAckDue(now: now))
        received.packetReceived(1, isAckEliciting: false, codepoint: .capable0, now: now)
        received.packetReceived(2, isAckEliciting: true, codepoint: .congestionExperienced, now: now)
        #expect(received.isAckDue(now: now))
        #expect(received.ackFrame(now: now)?.ecnCounts == ECNCounts(capable0: 2, congestionExperienced: 1))
    }
}
