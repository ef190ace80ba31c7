// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import DequeModule
import Primitives
import Testing

@testable import QUICCore

/// Two stream tables that exchange frames without packets: limits, credit, ends.
struct StreamTableTests {
    private static let uni = StreamID(index: 0, opener: .client, direction: .unidirectional)

    private static func limits(_ change: (inout TransportParameters) -> Void = { _ in }) -> TransportParameters {
        var limits = TransportParameters.recommended(initialSourceConnectionID: [1])
        change(&limits)
        return limits
    }

    /// A table with the peer's limits applied.
    private static func table(_ role: TLSRole, limits: TransportParameters = Self.limits()) -> StreamTable {
        var table = StreamTable(role: role, limits: limits)
        table.applyPeerLimits(limits)
        return table
    }

    private static func open(_ table: inout StreamTable) throws -> StreamID {
        let id = table.open(.unidirectional)
        return try #require(id)
    }

    private static func frame(_ id: StreamID, _ offset: UInt64, _ data: [UInt8], fin: Bool = false) -> StreamFrame {
        StreamFrame(id: id, offset: offset, data: data[...], isFinished: fin)
    }

    private static func draft(_ number: UInt64 = 0) -> PacketDraft {
        PacketDraft(
            space: .application,
            packetNumber: number,
            largestAcknowledged: nil,
            destination: .empty,
            source: .empty,
            keyPhase: false
        )
    }

    /// Takes one packet's worth of frames out of a table.
    private static func packet(_ table: inout StreamTable) throws -> (frames: [Frame], contents: [SentFrame]) {
        var draft = Self.draft()
        table.writeFrames(into: &draft, byteCountMax: 1200)
        #expect(draft.byteCount <= 1200)
        var reader = FrameReader(draft.payload.bytes)
        var frames: [Frame] = []
        while let frame = try reader.next() { frames.append(frame) }
        return (frames, Array(draft.contents))
    }

    /// Hands frames to a table.
    private static func deliver(
        _ frames: [Frame],
        to table: inout StreamTable,
        events: inout Deque<ConnectionEvent>
    ) throws(ConnectionFailure) {
        for frame in frames {
            switch frame {
            case .stream(let frame): try table.streamReceived(frame, into: &events)
            case .resetStream(let id, let code, let size):
                try table.resetReceived(id, code: code, finalSize: size, into: &events)
            case .stopSending(let id, let code): try table.stopSendingReceived(id, code: code, into: &events)
            case .maxData(let limit): table.maxDataReceived(limit)
            case .maxStreamData(let id, let limit): try table.maxStreamDataReceived(id, limit, into: &events)
            case .maxStreams(let direction, let limit): _ = table.maxStreamsReceived(direction, limit)
            default: Issue.record("unexpected frame \(frame)")
            }
        }
    }

    private static func code(_ body: () throws -> Void) -> TransportErrorCode? {
        do {
            try body()
            return nil
        } catch {
            return (error as? ConnectionFailure)?.code
        }
    }

    @Test
    func aStreamCarriesItsBytesAndItsEnd() throws {
        var (client, server) = (Self.table(.client), Self.table(.server))
        var events: Deque<ConnectionEvent> = []
        let id = try Self.open(&client)
        let message = [UInt8](repeating: 7, count: 5000)
        #expect(client.write(id, message[...], finish: true, into: &events) == 5000)
        var contents: [SentFrame] = []
        while client.hasFramesToSend {
            let packet = try Self.packet(&client)
            contents += packet.contents
            try Self.deliver(packet.frames, to: &server, events: &events)
        }
        #expect(server.read(id, maxByteCount: 4000, into: &events)?.bytes.count == 4000)
        let rest = try #require(server.read(id, maxByteCount: 4000, into: &events))
        #expect(rest.bytes.count == 1000 && rest.isFinished)
        #expect(server.read(id, maxByteCount: 1, into: &events) == nil)
        #expect(server.count == 0)
        #expect(client.heldByteCount == 5000)
        for content in contents { client.acknowledged(content, into: &events) }
        #expect(client.count == 0 && client.heldByteCount == 0)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func lossesAreRepairedWhateverTheOrder(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var (client, server) = (Self.table(.client), Self.table(.server))
        var events: Deque<ConnectionEvent> = []
        let id = try Self.open(&client)
        let message = (0..<Int.random(in: 0...20_000, using: &random)).map { UInt8(truncatingIfNeeded: $0 * 7) }
        #expect(client.write(id, message[...], finish: true, into: &events) == message.count)
        var inFlight: [(frames: [Frame], contents: [SentFrame])] = []
        for _ in 0..<2000 where client.count > 0 {
            if client.hasFramesToSend { inFlight.append(try Self.packet(&client)) }
            guard !inFlight.isEmpty, Bool.random(using: &random) || !client.hasFramesToSend else { continue }
            let packet = inFlight.remove(at: Int.random(in: inFlight.indices, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: for content in packet.contents { client.lost(content) }
            case 1:
                // Arrived, but thought lost: it is sent twice.
                try Self.deliver(packet.frames, to: &server, events: &events)
                for content in packet.contents { client.lost(content) }
            default:
                try Self.deliver(packet.frames, to: &server, events: &events)
                for content in packet.contents { client.acknowledged(content, into: &events) }
            }
        }
        #expect(client.count == 0 && client.heldByteCount == 0)
        let received = try #require(server.read(id, maxByteCount: .max, into: &events))
        #expect(received.bytes == message && received.isFinished)
    }

    @Test
    func theWindowOfAStreamHoldsToTheByteAndMoves() throws {
        let limits = Self.limits { $0.initialMaxStreamDataUni = 1000 }
        var (client, server) = (Self.table(.client, limits: limits), Self.table(.server, limits: limits))
        var events: Deque<ConnectionEvent> = []
        let id = try Self.open(&client)
        #expect(client.write(id, [UInt8](repeating: 1, count: 3000)[...], finish: true, into: &events) == 3000)
        try Self.deliver(Self.packet(&client).frames, to: &server, events: &events)
        // The peer is told once what is in the way (RFC 9000 §4.1).
        let blocked = try Self.packet(&client).frames
        #expect(blocked == [.streamDataBlocked(id, limit: 1000)])
        #expect(!client.hasFramesToSend)
        #expect(
            Self.code { try server.streamReceived(Self.frame(id, 999, [1, 1]), into: &events) } == .flowControlError
        )
        #expect(server.read(id, maxByteCount: 200, into: &events)?.bytes.count == 200)
        #expect(!server.hasFramesToSend)
        #expect(server.read(id, maxByteCount: 50, into: &events)?.bytes.count == 50)
        let credit = try Self.packet(&server).frames
        #expect(credit == [.maxStreamData(id, 1250)])
        try Self.deliver(credit, to: &client, events: &events)
        let more = try Self.packet(&client).frames
        guard case .stream(let frame)? = more.first else {
            Issue.record("no data after new credit")
            return
        }
        #expect(frame.offset == 1000 && frame.data.count == 250 && !frame.isFinished)
    }

    @Test
    func theWindowOfTheConnectionHoldsToTheByteAndMoves() throws {
        let limits = Self.limits { $0.initialMaxData = 1000 }
        var (client, server) = (Self.table(.client, limits: limits), Self.table(.server, limits: limits))
        var events: Deque<ConnectionEvent> = []
        let first = try Self.open(&client)
        let second = try Self.open(&client)
        _ = client.write(first, [UInt8](repeating: 1, count: 600)[...], finish: true, into: &events)
        _ = client.write(second, [UInt8](repeating: 2, count: 600)[...], finish: true, into: &events)
        try Self.deliver(Self.packet(&client).frames, to: &server, events: &events)
        #expect(server.receiveWindow.bufferedByteCount == 1000)
        let blocked = try Self.packet(&client).frames
        #expect(blocked == [.dataBlocked(limit: 1000)])
        #expect(!client.hasFramesToSend)
        #expect(
            Self.code { try server.streamReceived(Self.frame(second, 400, [1]), into: &events) } == .flowControlError
        )
        #expect(server.read(first, maxByteCount: 1000, into: &events)?.isFinished == true)
        try Self.deliver(Self.packet(&server).frames, to: &client, events: &events)
        try Self.deliver(Self.packet(&client).frames, to: &server, events: &events)
        #expect(server.read(second, maxByteCount: 1000, into: &events)?.bytes.count == 600)
    }

    @Test
    func streamCreditHoldsToTheStreamAndIsRenewed() throws {
        let limits = Self.limits { $0.initialMaxStreamsUni = 16 }
        var (client, server) = (Self.table(.client, limits: limits), Self.table(.server, limits: limits))
        var events: Deque<ConnectionEvent> = []
        for _ in 0..<16 { #expect(client.open(.unidirectional) != nil) }
        #expect(client.open(.unidirectional) == nil)
        let beyond = StreamID(index: 16, opener: .client, direction: .unidirectional)
        #expect(Self.code { try server.streamReceived(Self.frame(beyond, 0, []), into: &events) } == .streamLimitError)
        // State exists only for streams that were used.
        let last = StreamID(index: 15, opener: .client, direction: .unidirectional)
        try server.streamReceived(Self.frame(last, 0, [1], fin: true), into: &events)
        #expect(server.count == 1)
        for index in 0..<3 as Range<UInt64> {
            let id = StreamID(index: index, opener: .client, direction: .unidirectional)
            try server.streamReceived(Self.frame(id, 0, [1], fin: true), into: &events)
            #expect(server.read(id, maxByteCount: 9, into: &events)?.isFinished == true)
        }
        let credit = try Self.packet(&server).frames
        #expect(credit == [.maxStreams(.unidirectional, 19)])
        guard case .maxStreams(let direction, let limit)? = credit.first else { return }
        #expect(client.maxStreamsReceived(direction, limit) == true)
        #expect(client.open(.unidirectional) == beyond)
        // A late frame of an ended stream is no error and opens nothing.
        try server.streamReceived(Self.frame(Self.uni, 0, [1], fin: true), into: &events)
        #expect(server.count == 1)
    }

    @Test
    func framesForTheWrongSideAreStateErrors() {
        var server = Self.table(.server)
        var events: Deque<ConnectionEvent> = []
        let own = StreamID(index: 0, opener: .server, direction: .unidirectional)
        #expect(Self.code { try server.streamReceived(Self.frame(own, 0, [1]), into: &events) } == .streamStateError)
        #expect(Self.code { try server.maxStreamDataReceived(Self.uni, 9, into: &events) } == .streamStateError)
        #expect(Self.code { try server.stopSendingReceived(Self.uni, code: 0, into: &events) } == .streamStateError)
        #expect(
            Self.code { try server.resetReceived(own, code: 0, finalSize: 0, into: &events) } == .streamStateError
        )
        let unopened = StreamID(index: 0, opener: .server, direction: .bidirectional)
        #expect(Self.code { try server.maxStreamDataReceived(unopened, 9, into: &events) } == .streamStateError)
    }

    @Test
    func theFinalSizeNeverChanges() throws {
        var events: Deque<ConnectionEvent> = []
        func table() throws -> StreamTable {
            var table = Self.table(.server)
            try table.streamReceived(Self.frame(Self.uni, 5, [1, 2], fin: true), into: &events)
            return table
        }
        var first = try table()
        #expect(Self.code { try first.streamReceived(Self.frame(Self.uni, 7, [1]), into: &events) } == .finalSizeError)
        var second = try table()
        #expect(
            Self.code { try second.streamReceived(Self.frame(Self.uni, 0, [1], fin: true), into: &events) }
                == .finalSizeError
        )
        var third = try table()
        #expect(
            Self.code { try third.resetReceived(Self.uni, code: 0, finalSize: 8, into: &events) } == .finalSizeError
        )
        var fourth = Self.table(.server)
        try fourth.streamReceived(Self.frame(Self.uni, 5, [1, 2]), into: &events)
        #expect(
            Self.code { try fourth.streamReceived(Self.frame(Self.uni, 0, [1], fin: true), into: &events) }
                == .finalSizeError
        )
    }

    @Test
    func aResetGivesTheWindowBack() throws {
        var (client, server) = (Self.table(.client), Self.table(.server))
        var events: Deque<ConnectionEvent> = []
        let id = try Self.open(&client)
        _ = client.write(id, [UInt8](repeating: 1, count: 100_000)[...], finish: true, into: &events)
        let lost = try Self.packet(&client)
        client.reset(id, code: 9, into: &events)
        #expect(client.heldByteCount == 0)
        for content in lost.contents { client.lost(content) }
        let packet = try Self.packet(&client)
        guard case .resetStream(id, code: 9, finalSize: let size)? = packet.frames.first else {
            Issue.record("no reset")
            return
        }
        #expect(size > 0 && size < 1200)
        try Self.deliver(packet.frames, to: &server, events: &events)
        #expect(server.receiveWindow.bufferedByteCount == 0)
        #expect(server.count == 0)
        #expect(events.contains { if case .streamReset(id, code: 9) = $0 { true } else { false } })
        // Data that arrives behind the reset is ignored.
        try Self.deliver(lost.frames, to: &server, events: &events)
        #expect(server.count == 0)
        for content in packet.contents { client.acknowledged(content, into: &events) }
        #expect(client.count == 0)
    }

    @Test
    func aRefusedStreamIsStoppedAndThrownAway() throws {
        var (client, server) = (Self.table(.client), Self.table(.server))
        var events: Deque<ConnectionEvent> = []
        let id = try Self.open(&client)
        _ = client.write(id, [UInt8](repeating: 1, count: 3000)[...], finish: true, into: &events)
        try Self.deliver(Self.packet(&client).frames, to: &server, events: &events)
        server.stop(id, code: 3, into: &events)
        #expect(server.receiveWindow.bufferedByteCount == 0)
        #expect(server.read(id, maxByteCount: 10, into: &events) == nil)
        // What was under way is counted and thrown away.
        try Self.deliver(Self.packet(&client).frames, to: &server, events: &events)
        #expect(server.receiveWindow.bufferedByteCount == 0)
        try Self.deliver(Self.packet(&server).frames, to: &client, events: &events)
        #expect(events.contains { if case .streamStopped(id, code: 3) = $0 { true } else { false } })
        #expect(client.write(id, [1], finish: false, into: &events) == 0)
        let reset = try Self.packet(&client)
        try Self.deliver(reset.frames, to: &server, events: &events)
        #expect(server.count == 0)
        #expect(!events.contains { if case .streamReset = $0 { true } else { false } })
    }

    @Test
    func writersWaitForRoomAndAreWokenInTurn() throws {
        var client = Self.table(.client)
        var events: Deque<ConnectionEvent> = []
        let streams = try (0..<3).map { _ in try Self.open(&client) }
        let big = [UInt8](repeating: 1, count: StreamTable.heldByteCountMax - 10)
        #expect(client.write(streams[0], big[...], finish: true, into: &events) == big.count)
        #expect(client.write(streams[1], [UInt8](repeating: 2, count: 100)[...], finish: true, into: &events) == 10)
        #expect(client.write(streams[2], [3], finish: true, into: &events) == 0)
        #expect(events.isEmpty)
        #expect(client.heldByteCount == StreamTable.heldByteCountMax)
        client.reset(streams[0], code: 0, into: &events)
        guard case .streamWritable(streams[1])? = events.popFirst() else {
            Issue.record("the first waiting writer was not woken")
            return
        }
        #expect(events.isEmpty)
        #expect(client.write(streams[1], [UInt8](repeating: 2, count: 90)[...], finish: true, into: &events) == 90)
        guard case .streamWritable(streams[2])? = events.popFirst() else {
            Issue.record("the second waiting writer was not woken")
            return
        }
    }
}

extension StreamTable {
    /// Reads into an array of its own.
    fileprivate mutating func read(
        _ id: StreamID,
        maxByteCount: Int,
        into events: inout Deque<ConnectionEvent>
    ) -> (bytes: [UInt8], isFinished: Bool)? {
        var bytes: [UInt8] = []
        return self.read(id, &bytes, maxByteCount: maxByteCount, into: &events).map { (bytes, $0) }
    }
}
