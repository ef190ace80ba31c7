// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Primitives
import Testing

@testable import QUICCore

/// Datagrams, blocked frames, the spin bit, early packets, early key updates.
@Suite(.timeLimit(.minutes(5)))
struct ConnectionExtrasTests {
    // MARK: - Key update

    @Test
    func spec02_check19_anUpdateIsStartedEarlyOnPurposeOnceAndTrafficGoesOn() throws {
        var pair = try EndpointPair.established { connection in
            connection.updatesKeysEarly = true
            connection.datagramByteCountMax = 1200
        }
        let counts = [
            try pair.clientConnection.keyUpdate.earlyPacketCount, try pair.serverConnection.keyUpdate.earlyPacketCount,
        ]
        #expect(counts.allSatisfy { $0.map(KeyUpdate.earlyPacketCounts.contains) ?? false })
        var received = 0
        for _ in 0..<6 {
            let opened = try pair.updateClient { $0.openStream(.unidirectional) }
            let stream = try #require(opened)
            try pair.updateClient { _ = $0.write(stream, [UInt8](repeating: 5, count: 400_000)[...], finish: true) }
            pair.run(.seconds(3))
            while let bytes = try pair.updateServer({ $0.read(stream, maxByteCount: 1 << 20) }) {
                received += bytes.bytes.count
                if bytes.isFinished { break }
            }
        }
        #expect(received == 6 * 400_000)
        for connection in [try pair.clientConnection, try pair.serverConnection] {
            // One by each side at most, and at least one by the busy client.
            #expect(connection.keyUpdate.updateCount >= 1 && connection.keyUpdate.updateCount <= 2)
            #expect(connection.droppedPacketCount == 0)
            #expect(connection.bytesInFlight == 0)
        }
        #expect(
            try pair.clientConnection.keyUpdate.updateCount == pair.serverConnection.keyUpdate.updateCount
        )
    }

    @Test
    func anEarlyUpdateWaitsForItsCountAndForConfirmation() throws {
        var pair = try EndpointPair.established()
        try pair.updateClient { $0.keyUpdate.earlyPacketCount = $0.levels[.application]!.protectedPacketCount + 2 }
        for expected in [0, 0, 1, 1] as [UInt64] {
            #expect(try pair.clientConnection.keyUpdate.updateCount == expected)
            try pair.updateClient { $0.pendingPing = true }
            pair.run(.milliseconds(100))
        }
        #expect(try pair.clientConnection.keyUpdate.updateCount == 1)
        #expect(try pair.serverConnection.keyUpdate.updateCount == 1)
    }

    @Test
    func theNumbersDrawnForEarlyUpdatesSpread() throws {
        var numbers = UnpredictableNumbers(key: .init([UInt8](repeating: 7, count: 32)))
        let drawn = (0..<2000).map { _ in numbers.next(in: KeyUpdate.earlyPacketCounts) }
        #expect(drawn.allSatisfy { (10...999).contains($0) })
        #expect(Set(drawn).count > 700)
        #expect(drawn.contains { $0 < 50 } && drawn.contains { $0 > 950 })
        let bits = (0..<1000).map { _ in numbers.nextBit() }
        #expect((400...600).contains(bits.count(where: { $0 })))
    }

    // MARK: - Datagrams

    private func pairWithDatagrams() throws -> EndpointPair {
        try EndpointPair.established { connection in
            connection.datagramFrameByteCountMax = 65_535
            connection.datagramByteCountMax = 1200
        }
    }

    private func takeAtServer(_ pair: inout EndpointPair) throws -> [[UInt8]] {
        var datagrams: [[UInt8]] = []
        while let datagram = try pair.updateServer({ $0.receiveDatagram() }) { datagrams.append(datagram) }
        return datagrams
    }

    @Test
    func datagramsArriveWholeAndAreNotRepeated() throws {
        var pair = try self.pairWithDatagrams()
        let limit = try #require(try pair.clientConnection.datagramPayloadByteCountMax)
        #expect(limit > 1100 && limit < 1200)
        let sent: [[UInt8]] = [
            [], [1], [UInt8](repeating: 3, count: limit), [UInt8](repeating: 4, count: 600), [5, 6],
        ]
        try pair.updateClient { connection in
            for datagram in sent { try? connection.sendDatagram(datagram) }
        }
        pair.run(.milliseconds(100))
        #expect(try self.takeAtServer(&pair) == sent)
        let isReadable = pair.serverEvents.contains { if case .datagramsReadable = $0 { true } else { false } }
        #expect(isReadable)
        // Lost is lost.
        pair.passes = { !$0.toServer }
        try pair.updateClient { try? $0.sendDatagram([9, 9]) }
        pair.passes = { _ in true }
        pair.run(.seconds(5))
        #expect(try self.takeAtServer(&pair) == [])
        #expect(try pair.clientConnection.bytesInFlight == 0)
        try pair.updateClient { connection in
            #expect(throws: DatagramError.tooLarge(limit: limit)) {
                try connection.sendDatagram([UInt8](repeating: 0, count: limit + 1))
            }
        }
    }

    @Test
    func datagramsNeedNegotiation() throws {
        var pair = try EndpointPair.established()
        try pair.updateClient { connection in
            #expect(connection.datagramPayloadByteCountMax == nil)
            #expect(throws: DatagramError.notSupported) { try connection.sendDatagram([1]) }
        }
        pair.injectToServer(try pair.forgeFromClient([.datagram([1, 2, 3][...])]))
        #expect(pair.serverFailureCode == .protocolViolation)
        // Larger than what was negotiated.
        pair = try EndpointPair.established { $0.datagramFrameByteCountMax = 100 }
        pair.injectToServer(try pair.forgeFromClient([.datagram([UInt8](repeating: 1, count: 97)[...])]))
        #expect(pair.serverEnd == nil)
        pair.injectToServer(try pair.forgeFromClient([.datagram([UInt8](repeating: 1, count: 101)[...])]))
        #expect(pair.serverFailureCode == .protocolViolation)
    }

    @Test
    func aDatagramQueueIsBoundedAndTheOldestGoes() {
        var queue = DatagramQueue(byteCountMax: 1000)
        for number in 0..<100 as Range<UInt8> { queue.append([number] + [UInt8](repeating: 0, count: 99)) }
        #expect(queue.droppedCount == 94)
        #expect(queue.popFirst()?.first == 94)
        queue.append([UInt8](repeating: 1, count: 1000))
        // It made room and then did not fit all the same.
        #expect(queue.isEmpty && queue.droppedCount == 94 + 5 + 1)
        for _ in 0..<10_000 { queue.append([]) }
        var count = 0
        while queue.popFirst() != nil { count += 1 }
        #expect(count == 1000 / DatagramQueue.entryByteCount)
    }

    // MARK: - Blocked

    /// The frames of all the client's 1-RTT packets so far.
    private func sentFrames(_ pair: EndpointPair) throws -> [Frame] {
        let keys = try #require(try pair.serverConnection.levels[.application]?.receiveKeys)
        var largest: UInt64?
        var frames: [Frame] = []
        for flight in pair.log where flight.toServer && flight.bytes[0] & 0x80 == 0 {
            let header = try PacketHeader.parse(flight.bytes, at: 0)
            let opened = try keys.openHeader(
                in: flight.bytes,
                packet: header,
                largestReceived: largest
            )
            largest = opened.packetNumber
            var reader = FrameReader(try keys.openPayload(in: flight.bytes, packet: header, header: opened))
            while let frame = try reader.next() { frames.append(frame) }
        }
        return frames
    }

    @Test
    func theNeedForCreditIsToldOncePerLimit() throws {
        var pair = try EndpointPair.established()
        // Nobody reads at the server, so its windows stay.
        let opened = try pair.updateClient { $0.openStream(.unidirectional) }
        let stream = try #require(opened)
        try pair.updateClient { _ = $0.write(stream, [UInt8](repeating: 1, count: 1_300_000)[...], finish: false) }
        pair.run(.seconds(5))
        let isStreamBlocked = Frame.streamDataBlocked(stream, limit: 1_250_000)
        #expect(try self.sentFrames(pair).count { $0 == isStreamBlocked } == 1)
        try pair.updateClient { _ = $0.write(stream, [1, 2, 3], finish: false) }
        pair.run(.seconds(1))
        #expect(try self.sentFrames(pair).count { $0 == isStreamBlocked } == 1)
        // Fourteen such streams fill the window of the connection.
        for _ in 0..<13 {
            let opened = try pair.updateClient { $0.openStream(.unidirectional) }
            let next = try #require(opened)
            var rest = 1_250_000
            while rest > 0 {
                let bytes = [UInt8](repeating: 1, count: rest)
                rest -= try pair.updateClient { $0.write(next, bytes[...], finish: false) }
                pair.run(.milliseconds(300))
            }
        }
        pair.run(.seconds(5))
        let limit: UInt64 = 16 * 1024 * 1024
        #expect(try self.sentFrames(pair).count { $0 == .dataBlocked(limit: limit) } == 1)
        #expect(pair.serverEnd == nil && pair.clientEnd == nil)
    }

    @Test
    func theNeedForStreamsIsToldOncePerLimit() throws {
        var pair = try EndpointPair.established()
        var opened: [StreamID?] = []
        for _ in 0..<105 { opened.append(try pair.updateClient { $0.openStream(.bidirectional) }) }
        #expect(opened.prefix(100).allSatisfy { $0 != nil } && opened.suffix(5).allSatisfy { $0 == nil })
        pair.run(.milliseconds(100))
        #expect(try self.sentFrames(pair).count { $0 == .streamsBlocked(.bidirectional, limit: 100) } == 1)
    }

    @Test
    func aBlockedFrameForTheWrongSideIsAnError() throws {
        var pair = try EndpointPair.established()
        pair.injectToServer(
            try pair.forgeFromClient([.dataBlocked(limit: 1), .streamsBlocked(.bidirectional, limit: 1)])
        )
        #expect(pair.serverEnd == nil)
        let own = StreamID(index: 0, opener: .server, direction: .unidirectional)
        pair.injectToServer(try pair.forgeFromClient([.streamDataBlocked(own, limit: 1)]))
        #expect(pair.serverFailureCode == .streamStateError)
    }

    @Test
    func aCancelledWriteResetsItsStreamAndIsNeverAShortMessage() throws {
        var pair = try EndpointPair.established()
        let opened = try pair.updateClient { $0.openStream(.unidirectional) }
        let stream = try #require(opened)
        try pair.updateClient { _ = $0.write(stream, [UInt8](repeating: 1, count: 50_000)[...], finish: false) }
        pair.run(.milliseconds(3))
        try pair.updateClient { $0.resetStream(stream, code: 3) }
        pair.run(.seconds(1))
        let isReset = pair.serverEvents.contains { if case .streamReset(stream, code: 3) = $0 { true } else { false } }
        #expect(isReset)
        let isFinished = try pair.updateServer { $0.read(stream, maxByteCount: 1 << 20)?.isFinished }
        #expect(isFinished == nil)
        #expect(try pair.clientConnection.heldByteCount == 0)
        #expect(try pair.clientConnection.streamCount == 0 && pair.serverConnection.streamCount == 0)
    }

    @Test
    func aPrioritizedStreamOvertakesOthers() throws {
        var pair = try EndpointPair.established()
        let openedBulk = try pair.updateClient { $0.openStream(.unidirectional) }
        let bulk = try #require(openedBulk)
        try pair.updateClient { _ = $0.write(bulk, [UInt8](repeating: 1, count: 1_000_000)[...], finish: true) }
        let opened = try pair.updateClient { $0.openStream(.unidirectional, isPrioritized: true) }
        let answer = try #require(opened)
        try pair.updateClient { _ = $0.write(answer, [7][...], finish: true) }
        pair.run(.milliseconds(400))
        let order = pair.serverEvents.compactMap { event -> StreamID? in
            if case .streamReadable(let id) = event { id } else { nil }
        }
        let position = try #require(order.firstIndex(of: answer))
        #expect(position < 40)
    }

    // MARK: - Header bits, ids, early packets

    @Test
    func theSpinBitTurnsOncePerRoundTripOnMostConnections() throws {
        var participants = 0
        for seed in 1...24 as ClosedRange<UInt64> {
            var pair = try EndpointPair.established(seed: seed)
            let client = try pair.clientConnection.spinBit
            let server = try pair.serverConnection.spinBit
            participants += client.participates ? 1 : 0
            guard client.participates, server.participates, seed <= 6 else { continue }
            var seen: [Bool] = []
            for _ in 0..<6 {
                try pair.updateClient { $0.pendingPing = true }
                pair.run(.milliseconds(100))
                var noise = UnpredictableNumbers(key: .init([1]))
                seen.append(try pair.clientConnection.spinBit.next(&noise))
            }
            // Every ping and its answer turn the bit.
            #expect(zip(seen, seen.dropFirst()).allSatisfy { $0 != $1 })
        }
        #expect(participants >= 16 && participants <= 24)
    }

    @Test
    func aClearedFixedBitIsTolerated() throws {
        var pair = try EndpointPair.established()
        let packet = try pair.forgeGreasedPing()
        #expect(packet[0] & 0xC0 == 0)
        let largest = try pair.serverConnection.received[.application].largest ?? 0
        pair.injectToServer(packet)
        #expect(try pair.serverConnection.received[.application].largest ?? 0 > largest)
        #expect(try pair.serverConnection.droppedPacketCount == 0)
    }

    @Test
    func aServerLeavesTheClientsHandshakeIDBehind() throws {
        let pair = try EndpointPair.established()
        #expect(try pair.serverConnection.remoteIDs.current.sequence == 1)
        #expect(try !pair.clientConnection.localIDs.active.contains { $0.sequence == 0 })
        // The client keeps five ids out, and the server's id of the handshake stays in use.
        #expect(try pair.clientConnection.localIDs.active.count == 5)
        #expect(try pair.clientConnection.remoteIDs.current.sequence == 0)
    }

    @Test
    func earlyPacketsAreKeptButFew() throws {
        var pair = try EndpointPair()
        // The client is established with the server's flight; its own last flight is held back.
        let firstArrival = pair.now + pair.latency
        pair.passes = { !$0.toServer || $0.at <= firstArrival }
        try pair.dial()
        pair.run(.milliseconds(3))
        try #require(try pair.clientConnection.isEstablished)
        try #require(try !pair.serverConnection.isEstablished)
        let held = pair.log.filter(\.toServer).suffix(20).map(\.bytes)
        let dropped = try pair.serverConnection.droppedPacketCount
        for _ in 0..<12 { pair.injectToServer(try pair.forgeFromClient([.ping])) }
        #expect(try pair.serverConnection.undecryptable.count == Connection.earlyDatagramCountMax)
        #expect(try pair.serverConnection.droppedPacketCount == dropped + 4)
        pair.passes = { _ in true }
        for datagram in held { pair.injectToServer(datagram) }
        pair.run(.seconds(2))
        #expect(try pair.serverConnection.isEstablished)
        #expect(try pair.serverConnection.undecryptable.isEmpty)
    }
}

extension EndpointPair {
    /// A PING whose fixed bit is 0 (RFC 9287).
    fileprivate mutating func forgeGreasedPing() throws -> [UInt8] {
        let known = self.clientHandle
        let handle = try #require(known)
        let packet = self.client.update(handle) { connection -> [UInt8]? in
            let number = connection.recovery.takePacketNumber(in: .application)
            var header = [0x03 as UInt8] + connection.remoteIDs.current.id.bytes
            header += (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * (3 - $0))) }
            return try? connection.levels[.application]?.sendKeys.protect(
                header: header,
                packetNumberByteCount: 4,
                packetNumber: number,
                payload: [1, 0, 0, 0]
            )
        }
        return try #require(packet ?? nil)
    }
}
