// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Primitives
import Testing

@testable import QUICCore

/// Peers and strangers that want something for nothing: every attack ends with a code or a counter, and costs little.
@Suite(.timeLimit(.minutes(5)))
struct AdversaryTests {
    // MARK: - Acknowledgements

    @Test
    func spec02_check20_anOptimisticAcknowledgementEndsTheConnection() throws {
        var pair = try EndpointPair.established { $0.datagramByteCountMax = 1200 }
        // The server sends enough to have skipped a number; the client claims to have received everything.
        let opened = try pair.updateServer { $0.openStream(.unidirectional) }
        let stream = try #require(opened)
        try pair.updateServer { _ = $0.write(stream, [UInt8](repeating: 1, count: 300_000)[...], finish: true) }
        pair.run(.seconds(1))
        #expect(pair.serverEnd == nil)
        let next = try pair.serverConnection.recovery.spaces[.application].numbers.next
        #expect(next > 128)
        let window = try pair.serverConnection.recovery.congestion.window
        pair.injectToServer(try pair.forgeFromClient([.ack(AckFrame(ranges: [0...next - 1], delay: 0))]))
        #expect(pair.serverFailureCode == .protocolViolation)
        #expect(try pair.serverConnection.recovery.congestion.window <= window)
    }

    @Test
    func spec02_check20_acknowledgingTheFutureEndsTheConnection() throws {
        for ahead in [0, 1, 1000, 1 << 40] as [UInt64] {
            var pair = try EndpointPair.established()
            let next = try pair.serverConnection.recovery.spaces[.application].numbers.next
            pair.injectToServer(
                try pair.forgeFromClient([.ack(AckFrame(ranges: [next + ahead...next + ahead], delay: 0))])
            )
            #expect(pair.serverFailureCode == .protocolViolation)
        }
    }

    @Test
    func bytesInFlightReturnToZero() throws {
        var pair = try EndpointPair.established()
        var random = SplitMix64(seed: 5)
        pair.passes = { _ in Int.random(in: 0..<100, using: &random) >= 15 }
        for _ in 0..<20 {
            let opened = try pair.updateClient { $0.openStream(.unidirectional) }
            let stream = try #require(opened)
            try pair.updateClient { _ = $0.write(stream, [UInt8](repeating: 1, count: 20_000)[...], finish: true) }
            pair.run(.milliseconds(30))
        }
        pair.passes = { _ in true }
        pair.run(.seconds(20))
        for connection in [try pair.clientConnection, try pair.serverConnection] {
            #expect(connection.bytesInFlight == 0)
            #expect(connection.heldByteCount == 0)
            #expect(connection.holdsInvariants)
        }
        #expect(pair.serverEnd == nil && pair.clientEnd == nil)
    }

    // MARK: - Reassembly

    @Test
    func aCryptoBombIsBounded() throws {
        for space in [PacketNumberSpace.initial, .application] {
            var pair = try space == .initial ? EndpointPair() : .established()
            if space == .initial {
                pair.passes = { _ in false }
                try pair.dial()
            }
            let byteCountMax = CryptoStream.reassemblyByteCountMax
            // Nothing was received in either of these spaces yet.
            let read: UInt64 = 0
            // Far, but within the limit: kept. One byte beyond: the end.
            let inside = Frame.crypto(offset: read + byteCountMax - 1, data: [1][...])
            pair.injectToServer(try pair.forgeFromClient([inside, .padding(byteCount: 1150)], space: space))
            #expect(pair.serverEnd == nil)
            let outside = Frame.crypto(offset: read + byteCountMax, data: [1][...])
            pair.injectToServer(try pair.forgeFromClient([outside, .padding(byteCount: 1150)], space: space))
            #expect(pair.serverFailureCode == .cryptoBufferExceeded)
        }
    }

    @Test
    func aStreamOfSingleBytesBehindGapsIsBounded() throws {
        var pair = try EndpointPair.established()
        let stream = StreamID(index: 0, opener: .client, direction: .unidirectional)
        var sent = 0
        // Every second byte, 64 frames a packet.
        while pair.serverEnd == nil, sent < 4096 {
            let frames = (0..<64).map { index in
                Frame.stream(
                    StreamFrame(id: stream, offset: UInt64(2 * (sent + index) + 1), data: [9][...], isFinished: false)
                )
            }
            pair.injectToServer(try pair.forgeFromClient(frames))
            sent += 64
        }
        #expect(pair.serverEnd != nil)
        #expect(sent <= ReassemblyBuffer.gapCountMax + 128)
        #expect(try pair.serverConnection.streamCount == 0)
    }

    @Test
    func aFloodOfEmptyStreamsIsBoundedByTheStreamLimit() throws {
        var pair = try EndpointPair.established()
        var index: UInt64 = 0
        while pair.serverEnd == nil, index < 12_000 {
            let frames = (0..<100).map { offset in
                Frame.stream(
                    StreamFrame(
                        id: StreamID(index: index + offset, opener: .client, direction: .unidirectional),
                        offset: 0,
                        data: [],
                        isFinished: false
                    )
                )
            }
            pair.injectToServer(try pair.forgeFromClient(frames))
            pair.serverEvents.removeAll { if case .streamOpened = $0 { true } else { false } }
            index += 100
        }
        #expect(pair.serverFailureCode == .streamLimitError)
        #expect(index == 10_100)
        #expect(try pair.serverConnection.streamCount == 0)
    }

    // MARK: - Connection ids

    private func newID(_ sequence: UInt64, retirePriorTo: UInt64 = 0) throws -> Frame {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: (sequence &* 0x9E37_79B9_7F4A_7C15) >> UInt64(8 * $0)) }
        return .newConnectionID(
            NewConnectionIDFrame(
                sequence: sequence,
                retirePriorTo: retirePriorTo,
                id: try #require(ConnectionID(bytes)),
                resetToken: [UInt8](repeating: UInt8(truncatingIfNeeded: sequence), count: 16)
            )
        )
    }

    @Test
    func moreConnectionIDsThanAllowedEndTheConnection() throws {
        var pair = try EndpointPair.established()
        var sequence: UInt64 = 100
        while pair.serverEnd == nil, sequence < 120 {
            pair.injectToServer(try pair.forgeFromClient([try self.newID(sequence)]))
            sequence += 1
        }
        #expect(pair.serverFailureCode == .connectionIDLimitError)
        #expect(sequence <= 102)
    }

    @Test
    func aStormOfRetirementsIsBounded() throws {
        var pair = try EndpointPair.established()
        // Nothing is acknowledged and the window fills: the retirements cannot leave.
        pair.passes = { $0.toServer }
        let opened = try pair.updateServer { $0.openStream(.unidirectional) }
        let stream = try #require(opened)
        try pair.updateServer { _ = $0.write(stream, [UInt8](repeating: 1, count: 500_000)[...], finish: true) }
        pair.run(.milliseconds(10))
        var sequence: UInt64 = 1000
        while pair.serverEnd == nil, sequence < 1200 {
            pair.injectToServer(try pair.forgeFromClient([try self.newID(sequence, retirePriorTo: sequence)]))
            #expect(try pair.serverConnection.remoteIDs.pendingRetirements.count <= 51)
            sequence += 1
        }
        #expect(pair.serverFailureCode == .connectionIDLimitError)
    }

    @Test
    func retiringIDsForEverCostsNothing() throws {
        var pair = try EndpointPair.established()
        let routes = pair.server.routeCount
        for _ in 0..<500 {
            let unused = try #require(try pair.serverConnection.localIDs.active.last).sequence
            pair.injectToServer(try pair.forgeFromClient([.retireConnectionID(sequence: unused)]))
            #expect(pair.server.routeCount == routes)
            #expect(try pair.serverConnection.localIDs.active.count <= LocalConnectionIDs.countMax)
            #expect(try pair.serverConnection.localIDs.unannounced.count <= LocalConnectionIDs.countMax)
        }
        #expect(pair.serverEnd == nil)
        // An id never issued is another matter.
        pair.injectToServer(try pair.forgeFromClient([.retireConnectionID(sequence: 1 << 40)]))
        #expect(pair.serverFailureCode == .protocolViolation)
    }

    // MARK: - Resets

    @Test
    func spec02_check34_guessingResetTokensEndsNothing() throws {
        var pair = try EndpointPair.established()
        pair.passes = { _ in false }
        var random = SplitMix64(seed: 34)
        let known = try pair.clientConnection.remoteIDs.resetTokens
        #expect(known.count >= 4)
        for round in 0..<20_000 {
            var datagram = (0..<Int.random(in: 21...60, using: &random)).map { _ in
                UInt8.random(in: .min ... .max, using: &random)
            }
            datagram[0] = 0x40 | (datagram[0] & 0x3F)
            if round % 2 == 0 {
                // To an id of ours, so that it reaches the connection; and the token nearly right.
                datagram.replaceSubrange(1..<9, with: try pair.clientConnection.localIDs.active[0].id.bytes)
                var token = known[round % known.count]
                token[round % 16] ^= UInt8(1 << (round % 8))
                datagram.replaceSubrange(datagram.count - 16..<datagram.count, with: token)
                if datagram.count < 25 { continue }
            }
            pair.client.datagramReceived(datagram, from: EndpointPair.serverAddress, now: pair.now)
        }
        pair.collect()
        #expect(pair.clientEnd == nil)
        #expect(pair.client.statistics.statelessResetsSent <= 1)
        // The right token from another address is nothing either; from the peer it is the end.
        let genuine = [0x41] + [UInt8](repeating: 7, count: 20) + known[0]
        pair.injectToClient(genuine, from: NetworkAddress(ipv4: 0x7F00_0001, port: 9))
        #expect(pair.clientEnd == nil)
        pair.injectToClient(genuine)
        #expect(pair.clientEnd == .reset)
    }

    @Test
    func resetsAreNeverALoop() throws {
        // Two nodes without any state throw a reset at each other: each answer is smaller, until there is none.
        var pair = try EndpointPair()
        var datagram = [0x40] + [UInt8](repeating: 9, count: 1199)
        var count = 0
        while count < 100 {
            pair.now = pair.now + .seconds(1)
            pair.log = []
            pair.passes = { _ in false }
            count += 1
            if count % 2 == 1 { pair.injectToServer(datagram) } else { pair.injectToClient(datagram) }
            guard let answer = pair.log.first?.bytes else { break }
            #expect(answer.count < datagram.count)
            datagram = answer
        }
        #expect(count <= 25)
    }

    // MARK: - Floods

    @Test
    func aFloodOfForgedPacketsIsCountedAndChangesNothing() throws {
        var pair = try EndpointPair.established()
        let id = try pair.serverConnection.localIDs.active[1].id
        let before = try pair.serverConnection.droppedPacketCount
        let deadline = try #require(pair.server.nextDeadline)
        for number in 0..<5000 {
            let bytes = [0x40] + id.bytes + (0..<40).map { UInt8(truncatingIfNeeded: number >> ($0 % 16)) }
            pair.server.datagramReceived(bytes, from: EndpointPair.clientAddress, now: pair.now)
        }
        pair.collect()
        #expect(try pair.serverConnection.droppedPacketCount == before + 5000)
        #expect(pair.server.nextDeadline == deadline)
        #expect(pair.serverEnd == nil)
    }

    @Test
    func pathChallengesInPlentyGetFewAnswers() throws {
        var pair = try EndpointPair.established()
        pair.log = []
        let frames = (0..<100).map { Frame.pathChallenge(UInt64($0)) }
        let packet = try pair.forgeFromClient(frames)
        pair.injectToServer(packet)
        #expect(try pair.serverConnection.pathResponses.count <= Connection.pathResponseCountMax)
        #expect(pair.log.filter { !$0.toServer }.count <= 2)
    }

    @Test
    func observationsInPlentyAreBounded() throws {
        var pair = try EndpointPair.established()
        for number in 0..<1000 as Range<UInt64> {
            let address = NetworkAddress(ipv4: UInt32(number), port: 1)
            pair.injectToServer(try pair.forgeFromClient([.observedAddress(sequence: number + 5, address)]))
        }
        #expect(pair.serverEnd == nil)
        #expect(try pair.serverConnection.lastObservedSequence == 1004)
    }
}
