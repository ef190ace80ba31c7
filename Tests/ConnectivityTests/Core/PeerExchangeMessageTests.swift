// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import Node
import Primitives
import QUICCore
import Testing

/// Messages against a peer that sends exactly what a test wants.
@Suite(.timeLimit(.minutes(1)))
struct PeerExchangeMessageTests {
    private let tag = [UInt8](0..<16)

    @Test
    func spec02_check21_aLargestMessageIsReceivedAndALargerOneCostsOnlyItself() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        let largest = [UInt8](repeating: 1, count: MessageLimits.messageByteCountMax)
        harness.send(largest, over: handle)
        harness.run(.seconds(2))
        #expect(harness.messages == [largest])
        // One byte more: the rest is refused, the connection goes on.
        let stream = try #require(harness.updateRaw(handle) { $0.openStream(.unidirectional) } ?? nil)
        var rest = (largest + [1])[...]
        for _ in 0..<200 where !rest.isEmpty {
            let bytes = rest
            rest = rest.dropFirst(harness.updateRaw(handle) { $0.write(stream, bytes, finish: true) } ?? 0)
            harness.run(.milliseconds(50))
        }
        harness.run(.seconds(2))
        #expect(harness.statistics.oversizeStreamsDropped == 1)
        harness.send([1, 2, 3], over: handle)
        #expect(harness.messages.count == 2)
        #expect(harness.messages.last == [1, 2, 3])
        // The sender refuses before anything is queued.
        let peer = harness.rawPeer
        harness.command(.send(RequestID(1), largest + [0], to: peer))
        guard
            case .sendCompleted(_, .failure(.messageTooLarge(byteCount: 4_194_305, limit: 4_194_304)))? =
                harness.outputs.last
        else {
            Issue.record("expected a refusal")
            return
        }
    }

    @Test
    func spec02_check22_anEmptyStreamIsNoMessage() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        harness.send([], over: handle)
        harness.send([1], over: handle)
        #expect(harness.messages == [[1]])
        #expect(harness.statistics.messagesReceived == 1)
    }

    @Test
    func spec02_check23_aProbeIsAnsweredAndDeliversNothing() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        let probe = Array("ANQProR1".utf8) + self.tag
        harness.send(probe, over: handle)
        #expect(harness.messages == [])
        #expect(harness.receivedStreams(handle) == [Array("ANQAckC1".utf8) + self.tag + [0, 0]])
        harness.send(probe + [0], over: handle)
        harness.send(probe.dropLast(), over: handle)
        #expect(harness.messages == [probe + [0], probe.dropLast()])
        #expect(harness.receivedStreams(handle) == [])
    }

    @Test
    func spec02_check24_anAcknowledgedPayloadIsDeliveredAndAnswered() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        harness.send(Array("ANQAckP1".utf8) + self.tag + [0x10, 9], over: handle)
        #expect(harness.messages == [[0x10, 9]])
        #expect(harness.receivedStreams(handle) == [Array("ANQAckC1".utf8) + self.tag + [0, 0]])
        harness.command(.stopDelivery)
        harness.send(Array("ANQAckP1".utf8) + self.tag + [0x10, 8], over: handle)
        #expect(harness.messages == [[0x10, 9]])
        #expect(harness.receivedStreams(handle) == [Array("ANQAckC1".utf8) + self.tag + [1, 1]])
    }

    @Test
    func aResetStreamCostsOnlyItself() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        let stream = try #require(harness.updateRaw(handle) { $0.openStream(.unidirectional) } ?? nil)
        _ = harness.updateRaw(handle) { $0.write(stream, [1, 2, 3, 4], finish: false) }
        harness.run(.milliseconds(50))
        harness.updateRaw(handle) { $0.resetStream(stream, code: 7) }
        harness.send([1, 5], over: handle)
        #expect(harness.messages == [[1, 5]])
        #expect(harness.statistics.resetStreamsDropped == 1)
    }

    @Test
    func aConnectionThatEndsInTheMiddleOfAMessageDeliversNothingOfIt() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        let stream = try #require(harness.updateRaw(handle) { $0.openStream(.unidirectional) } ?? nil)
        _ = harness.updateRaw(handle) { $0.write(stream, [1, 2, 3, 4], finish: false) }
        harness.run(.milliseconds(50))
        let now = harness.now
        harness.updateRaw(handle) { $0.close(code: 0, reason: "", now: now) }
        harness.run(.seconds(5))
        #expect(harness.messages == [])
        #expect(harness.statistics.messagesReceived == 0)
        #expect(harness.exchange.inspectedApplication.linkCount == 0)
    }

    @Test
    func anUnfinishedStreamBlocksNobody() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        let stuck = try #require(harness.updateRaw(handle) { $0.openStream(.unidirectional) } ?? nil)
        _ = harness.updateRaw(handle) { $0.write(stuck, [1, 2], finish: false) }
        harness.send([1, 6], over: handle)
        #expect(harness.messages == [[1, 6]])
        _ = harness.updateRaw(handle) { $0.write(stuck, [3], finish: true) }
        harness.run(.milliseconds(50))
        #expect(harness.messages == [[1, 6], [1, 2, 3]])
    }

    @Test
    func aBidirectionalStreamIsRefused() throws {
        var (harness, handle) = try ExchangeHarness.connected()
        let stream = try #require(harness.updateRaw(handle) { $0.openStream(.bidirectional) } ?? nil)
        _ = harness.updateRaw(handle) { $0.write(stream, [0, 0, 0, 1, 1], finish: false) }
        harness.run(.milliseconds(50))
        #expect(harness.statistics.bidirectionalStreamsRefused == 1)
        harness.send([1, 7], over: handle)
        #expect(harness.messages == [[1, 7]])
    }

    @Test
    func unfinishedMessagesAreBoundedPerConnection() throws {
        var (harness, handle) = try ExchangeHarness.connected { $0.assemblyByteCountMax = 10_000 }
        for _ in 0..<4 {
            let stream = try #require(harness.updateRaw(handle) { $0.openStream(.unidirectional) } ?? nil)
            _ = harness.updateRaw(handle) { $0.write(stream, [UInt8](repeating: 1, count: 4000)[...], finish: false) }
            harness.run(.milliseconds(50))
        }
        #expect(harness.statistics.assemblyBudgetDrops == 2)
        harness.send([1, 8], over: handle)
        #expect(harness.messages == [[1, 8]])
    }

    @Test
    func spec02_check37_aWrongPeerIsClosedBeforeItsPayloadIsDelivered() throws {
        var harness = try ExchangeHarness()
        // The other side answers and sends a message as early as it can.
        harness.onRawHandshake = { connection in
            guard let stream = connection.openStream(.unidirectional) else { return }
            _ = connection.write(stream, [1, 1, 1], finish: true)
        }
        let expected = harness.exchangePeer
        let someone = PeerID(words: Words32(1, 2, 3, 4))
        #expect(expected != someone)
        harness.command(.dial(RequestID(5), harness.rawAddress, expecting: someone))
        harness.run(.seconds(2))
        guard case .dialCompleted(_, .failure(.wrongPeer(harness.rawPeer)))? = harness.outputs.first else {
            Issue.record("expected a wrong peer, not \(harness.outputs)")
            return
        }
        #expect(harness.messages == [])
        #expect(harness.statistics.wrongPeersClosed == 1)
        let handle = try #require(harness.rawEvents.first?.handle)
        // Before the handshake is complete, an application's close looks like this (spec 02 §10.1).
        #expect(harness.end(of: handle) == .closedByPeerTransport(code: 0x0C, reason: ""))
    }
}
