// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import Node
import Primitives
import QUICCore
import Testing

/// Messages whose arrival is confirmed, from the side that sends them (spec 02 §9.3).
@Suite(.timeLimit(.minutes(5)))
struct AcknowledgedMessageTests {
    private static let magic = Array("ANQAckP1".utf8)
    private static let answerMagic = Array("ANQAckC1".utf8)

    private func sendAcknowledged(
        _ harness: inout ExchangeHarness,
        _ number: UInt64,
        _ payload: [UInt8] = [0x10, 9],
        timeout: Nanoseconds = .seconds(2)
    ) {
        harness.command(.sendAcknowledged(RequestID(number), payload, to: harness.rawPeer, timeout: timeout))
    }

    /// The tag of the only envelope that arrived.
    private func tag(_ harness: inout ExchangeHarness, _ handle: ConnectionHandle) throws -> [UInt8] {
        let streams = harness.receivedStreams(handle)
        #expect(streams.count == 1)
        let envelope = try #require(streams.first)
        #expect(envelope.starts(with: Self.magic))
        return Array(envelope[8..<24])
    }

    @Test
    func spec02_check24_anAcknowledgedMessageTravelsInItsEnvelopeAndIsConfirmed() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        self.sendAcknowledged(&harness, 1)
        harness.run(.milliseconds(50))
        let streams = harness.receivedStreams(handle)
        let envelope = try #require(streams.first)
        #expect(streams.count == 1 && envelope.count == 26)
        #expect(envelope.starts(with: Self.magic) && envelope.suffix(2) == [0x10, 9])
        #expect(harness.acknowledged(1) == nil)
        harness.send(Self.answerMagic + envelope[8..<24] + [0, 0], over: handle)
        guard case .success? = harness.acknowledged(1) else {
            Issue.record("not confirmed: \(harness.outputs)")
            return
        }
        #expect(harness.messages == [])
    }

    @Test
    func spec02_check24_answersSayWhyAMessageWasNotTaken() throws {
        let answers: [([UInt8], AcknowledgementError)] = [
            ([1, 1], .rejected(.consumerGone)), ([1, 2], .rejected(.invalidEnvelope)),
            ([1, 3], .rejected(.notSupported)),
            ([1, 77], .rejected(.unknown)), ([2, 1], .closed(.superseded)), ([2, 8], .closed(.timedOut)),
            ([2, 13], .closed(.cidsExhausted)), ([2, 0], .closed(.unknown)), ([2, 14], .closed(.unknown)),
        ]
        for (bytes, error) in answers {
            var (harness, handle) = try ExchangeHarness.connected()
            self.sendAcknowledged(&harness, 1)
            harness.run(.milliseconds(50))
            let tag = try self.tag(&harness, handle)
            harness.send(Self.answerMagic + tag + bytes, over: handle)
            #expect(harness.acknowledgementError(1) == error)
        }
        // A kind nobody knows is a payload like any other.
        var (harness, handle) = try ExchangeHarness.connected()
        self.sendAcknowledged(&harness, 1)
        harness.run(.milliseconds(50))
        let tag = try self.tag(&harness, handle)
        harness.send(Self.answerMagic + tag + [3, 0], over: handle)
        #expect(harness.acknowledged(1) == nil)
        #expect(harness.messages == [Self.answerMagic + tag + [3, 0]])
    }

    @Test
    func spec02_check25_aPeerWithoutTheParameterIsNotAsked() throws {
        var (harness, handle) = try ExchangeHarness.connected(rawAcknowledges: false)
        self.sendAcknowledged(&harness, 1)
        // At once, and nothing went out.
        #expect(harness.acknowledgementError(1) == .notSupported)
        harness.run(.seconds(1))
        #expect(harness.receivedStreams(handle) == [])
        // Ordinary messages still work.
        harness.command(.send(RequestID(2), [1, 2], to: harness.rawPeer))
        harness.run(.milliseconds(50))
        #expect(harness.receivedStreams(handle) == [[1, 2]])
    }

    @Test
    func spec02_check25_nobodyIsAskedWhoIsNotConnectedOrTooMuch() throws {
        var (harness, _) = try ExchangeHarness.connected { $0.pendingAcknowledgementCountMax = 3 }
        let stranger = PeerID(words: Words32(1, 2, 3, 4))
        harness.command(.sendAcknowledged(RequestID(1), [1], to: stranger, timeout: .seconds(1)))
        #expect(harness.acknowledgementError(1) == .transport(.notConnected))
        let limit = MessageLimits.messageByteCountMax - 24
        self.sendAcknowledged(&harness, 2, [UInt8](repeating: 1, count: limit + 1))
        let tooLarge = TransportError.messageTooLarge(byteCount: limit + 1, limit: limit)
        #expect(harness.acknowledgementError(2) == .transport(tooLarge))
        for number in 3...6 as ClosedRange<UInt64> { self.sendAcknowledged(&harness, number) }
        #expect(harness.acknowledgementError(6) == .transport(.overloaded))
        for number in 3...5 as ClosedRange<UInt64> { #expect(harness.acknowledged(number) == nil) }
    }

    @Test
    func aLargestAcknowledgedMessageArrives() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        let payload = [UInt8](repeating: 1, count: MessageLimits.messageByteCountMax - 24)
        self.sendAcknowledged(&harness, 1, payload, timeout: .seconds(30))
        var assembled: [UInt8] = []
        for _ in 0..<300 where assembled.count < MessageLimits.messageByteCountMax {
            harness.run(.milliseconds(50))
            assembled += harness.readAll(handle)
        }
        #expect(assembled.count == MessageLimits.messageByteCountMax)
        harness.send(Self.answerMagic + assembled[8..<24] + [0, 0], over: handle)
        guard case .success? = harness.acknowledged(1) else {
            Issue.record("not confirmed")
            return
        }
    }

    @Test
    func spec02_check26_noAnswerIsATimeoutAndALateOneChangesNothing() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        self.sendAcknowledged(&harness, 1, timeout: .milliseconds(700))
        harness.run(.milliseconds(699))
        #expect(harness.acknowledged(1) == nil)
        harness.run(.milliseconds(2))
        #expect(harness.acknowledgementError(1) == .timedOut)
        let tag = try self.tag(&harness, handle)
        harness.send(Self.answerMagic + tag + [0, 0], over: handle)
        harness.send(Self.answerMagic + tag + [0, 0], over: handle)
        #expect(harness.acknowledgedCount == 1)
        #expect(harness.statistics.lateAcknowledgements == 2)
        #expect(harness.end(of: handle) == nil)
        #expect(harness.messages == [])
    }

    @Test
    func spec02_check27_theEndOfAConnectionFailsAllWhoWait() throws {
        for (code, reason) in [(0x4E5B03, CloseReason.banned), (0x4E5B00, .superseded), (7, .applicationClosed)]
            as [(UInt64, CloseReason)]
        {
            var (harness, handle) = try ExchangeHarness.connected()
            for number in 1...5 as ClosedRange<UInt64> {
                self.sendAcknowledged(&harness, number, timeout: .seconds(60))
            }
            harness.run(.milliseconds(50))
            let now = harness.now
            _ = harness.updateRaw(handle) { $0.close(code: code, reason: "", now: now) }
            harness.run(.milliseconds(50))
            for number in 1...5 as ClosedRange<UInt64> {
                #expect(harness.acknowledgementError(number) == .closed(reason))
            }
            harness.run(.seconds(61))
            #expect(harness.acknowledgedCount == 5)
        }
    }

    @Test
    func spec02_check27_aConnectionThatGoesSilentFailsWhoWaitsToo() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        self.sendAcknowledged(&harness, 1, timeout: .seconds(300))
        harness.isCut = true
        harness.run(.seconds(60))
        #expect(harness.acknowledgementError(1) == .closed(.timedOut))
        _ = handle
    }

    @Test
    func tagsDifferAndAnswersFindTheirMessage() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        for number in 1...20 as ClosedRange<UInt64> {
            self.sendAcknowledged(&harness, number, [0x10, UInt8(number)], timeout: .seconds(60))
        }
        harness.run(.milliseconds(50))
        let envelopes = harness.receivedStreams(handle)
        #expect(Set(envelopes.map { Array($0[8..<24]) }).count == 20)
        for envelope in envelopes.reversed() where envelope[25] % 2 == 0 {
            harness.send(Self.answerMagic + envelope[8..<24] + [0, 0], over: handle)
        }
        for number in 1...20 as ClosedRange<UInt64> {
            #expect((harness.acknowledged(number) != nil) == (number % 2 == 0))
        }
    }

    @Test
    func aRefusedEnvelopeFailsItsSender() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        self.sendAcknowledged(&harness, 1, [UInt8](repeating: 1, count: 4_000_000), timeout: .seconds(60))
        harness.run(.milliseconds(20))
        let stream = try #require(harness.firstReadableStream(handle))
        _ = harness.updateRaw(handle) { $0.stopSending(stream, code: 0) }
        harness.run(.milliseconds(200))
        // All bytes were queued already, so the message counts as sent; nobody will confirm it.
        harness.run(.seconds(61))
        #expect(harness.acknowledgementError(1) == .timedOut)
        #expect(harness.end(of: handle) == nil)
    }

    @Test
    func anAnswerOvertakesWhatIsBeingSent() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        for number in 1...8 as ClosedRange<UInt64> {
            harness.command(.send(RequestID(number), [UInt8](repeating: 1, count: 1_000_000), to: harness.rawPeer))
        }
        let stream = try #require(harness.updateRaw(handle) { $0.openStream(.unidirectional) } ?? nil)
        let request = Self.magic + [UInt8](repeating: 5, count: 16) + [0x10]
        _ = harness.updateRaw(handle) { $0.write(stream, request[...], finish: true) }
        // There and back, and as much again for packets already on their way.
        harness.run(.milliseconds(4))
        let answer = Self.answerMagic + [UInt8](repeating: 5, count: 16) + [0, 0]
        let isAnswered = harness.receivedStreams(handle).contains(answer)
        #expect(isAnswered)
    }
}
