// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import Primitives
import Testing

@testable import QUICCore

/// Connections packet by packet.
@Suite(.timeLimit(.minutes(1)))
struct ConnectionTests {
    @Test
    func theHandshakeTakesTwoRoundTripsAndPadsItsInitials() throws {
        // Without probes for a larger path MTU, which begin right after it.
        var pair = try EndpointPair { $0.datagramByteCountMax = 1200 }
        try pair.dial()
        pair.run(.milliseconds(4))
        #expect(try pair.clientConnection.isEstablished)
        #expect(try pair.serverConnection.isEstablished)
        for flight in pair.log {
            #expect(flight.bytes.count <= 1200)
            if flight.toServer, flight.bytes[0] & 0xF0 == 0xC0 { #expect(flight.bytes.count == 1200) }
        }
        // Something was coalesced: a datagram that is longer than its first packet.
        let isCoalesced = try pair.log.contains { flight in
            try PacketHeader.parse(flight.bytes, at: 0).packetRange.upperBound < flight.bytes.count
        }
        #expect(isCoalesced)
        pair.run(.seconds(1))
        for connection in [try pair.clientConnection, try pair.serverConnection] {
            #expect(connection.levels[.initial] == nil && connection.levels[.handshake] == nil)
            #expect(connection.bytesInFlight == 0)
            #expect(connection.localIDs.active.count == 5)
        }
        #expect(
            pair.clientEvents.contains {
                if case .observedAddress(EndpointPair.clientAddress) = $0 { true } else { false }
            }
        )
        #expect(
            pair.serverEvents.contains {
                if case .observedAddress(EndpointPair.serverAddress) = $0 { true } else { false }
            }
        )
    }

    @Test
    func spec02_check11_aFourKilobyteInitialIsAccepted() throws {
        var pair = try EndpointPair()
        pair.passes = { _ in false }
        try pair.dial()
        let packet = try pair.forgeFromClient([.ping, .padding(byteCount: 4000)], space: .initial)
        #expect(packet.count > 4000)
        pair.injectToServer(packet)
        #expect(pair.server.connectionCount == 1)
        pair.passes = { _ in true }
        pair.run(.seconds(5))
        #expect(try pair.clientConnection.isEstablished)
        #expect(try pair.serverConnection.isEstablished)
    }

    @Test
    func aHandshakeNobodyAnswersEndsAfterThirtySeconds() throws {
        var pair = try EndpointPair()
        pair.passes = { _ in false }
        try pair.dial()
        pair.run(.seconds(29))
        #expect(pair.clientEnd == nil)
        pair.run(.seconds(2))
        #expect(pair.clientEnd == .timedOut)
        #expect(pair.client.connectionCount == 0 && pair.client.routeCount == 0)
        // Backed off: a handful of packets, not a flood.
        #expect(pair.log.count < 30)
    }

    @Test
    func datagramsInReverseOrderCompleteTheHandshake() throws {
        var pair = try EndpointPair()
        pair.passes = { _ in false }
        try pair.dial()
        // Bursts are turned around, one after the other.
        for _ in 0..<40 {
            let burst = pair.log
            pair.log = []
            pair.now = pair.now + .milliseconds(1)
            for flight in burst.reversed() {
                if flight.toServer { pair.injectToServer(flight.bytes) } else { pair.injectToClient(flight.bytes) }
            }
            if pair.log.isEmpty { pair.run(.milliseconds(50)) }
        }
        #expect(try pair.clientConnection.isEstablished)
        #expect(try pair.serverConnection.isEstablished)
    }

    @Test
    func spec02_check16_extensionFramesWithoutNegotiationEndTheConnection() throws {
        let address = NetworkAddress(ipv4: 0x7F00_0001, port: 9)
        let natFrames: [NATFrame] = [
            .addAddress(sequence: 0, address), .punchMeNow(round: 0, pairedWithSequence: 0, address),
            .removeAddress(sequence: 0), .tryConnectTo(requestID: 1, address, timeoutMilliseconds: 100),
        ]
        for frame in natFrames {
            var pair = try EndpointPair.established()
            // Negotiated: read, counted, without effect.
            pair.injectToServer(try pair.forgeFromClient([.nat(frame)]))
            #expect(pair.serverEnd == nil)
            #expect(try pair.serverConnection.ignoredNATFrameCount == 1)
            try pair.updateServer { $0.peerParameters?.natTraversal = nil }
            pair.injectToServer(try pair.forgeFromClient([.nat(frame)]))
            #expect(pair.serverFailureCode == .protocolViolation)
        }
        var pair = try EndpointPair.established()
        try pair.updateServer { $0.peerParameters?.addressDiscovery = nil }
        pair.injectToServer(try pair.forgeFromClient([.observedAddress(sequence: 9, address)]))
        #expect(pair.serverFailureCode == .protocolViolation)
    }

    @Test
    func spec02_check17_staleAddressObservationsAreIgnored() throws {
        var pair = try EndpointPair.established()
        pair.serverEvents = []
        for (sequence, port) in [(5, 1), (4, 2), (5, 3), (6, 4)] as [(UInt64, UInt16)] {
            let address = NetworkAddress(ipv4: 0x0102_0304, port: port)
            pair.injectToServer(try pair.forgeFromClient([.observedAddress(sequence: sequence, address)]))
        }
        let ports = pair.serverEvents.compactMap { event -> UInt16? in
            if case .observedAddress(let address) = event { address.port } else { nil }
        }
        #expect(ports == [1, 4])
    }

    @Test(
        arguments: [
            ([0x21], .frameEncodingError),
            ([0x30, 1, 2], .protocolViolation),
            ([0x1F], .protocolViolation),
            ([0x07, 1, 1], .protocolViolation),
            ([0x1E], .protocolViolation),
            ([0x19, 0x3F], .protocolViolation),
            ([0x02, 0x7F, 0xFF, 0, 0, 0], .protocolViolation),
            ([0x0A, 0x40, 0x03, 0], .streamStateError),
            ([], .protocolViolation),
        ] as [([UInt8], TransportErrorCode)]
    )
    func frameFaultsCloseWithTheirCode(payload: [UInt8], code: TransportErrorCode) throws {
        var pair = try EndpointPair.established()
        let packet =
            payload.isEmpty
            ? try pair.forgeFromClientWithoutFrames() : try pair.forgeFromClient(payload: payload)
        pair.injectToServer(packet)
        #expect(pair.serverFailureCode == code)
        pair.run(.seconds(5))
        #expect(pair.clientEnd == .closedByPeerTransport(code: code.rawValue, reason: pair.serverReason))
        #expect(pair.server.connectionCount == 0 && pair.client.connectionCount == 0)
    }

    @Test
    func applicationFramesInTheHandshakeAreViolations() throws {
        var pair = try EndpointPair()
        pair.passes = { _ in false }
        try pair.dial()
        let packet = try pair.forgeFromClient([.maxData(1), .padding(byteCount: 1200)], space: .initial)
        pair.injectToServer(packet)
        #expect(pair.serverFailureCode == .protocolViolation)
        #expect(pair.log.contains { !$0.toServer })
    }

    @Test
    func spec02_check19_keyUpdatesAreFollowedBothWaysAndNotTooFast() throws {
        var pair = try EndpointPair.established()
        for round in 1...5 as ClosedRange<UInt64> {
            let byClient = round % 2 == 1
            func advance(_ connection: inout Connection) {
                guard var level = connection.levels[.application] else { return }
                #expect(throws: Never.self) { try connection.keyUpdate.advance(&level) }
                connection.levels[.application] = level
                connection.pendingPing = true
            }
            if byClient { try pair.updateClient(advance) } else { try pair.updateServer(advance) }
            pair.run(.milliseconds(100))
            try pair.updateClient { $0.pendingPing = true }
            try pair.updateServer { $0.pendingPing = true }
            pair.run(.milliseconds(100))
            for connection in [try pair.clientConnection, try pair.serverConnection] {
                #expect(connection.keyUpdate.updateCount == round)
                #expect(connection.bytesInFlight == 0)
                #expect(connection.droppedPacketCount == 0)
            }
            pair.run(.seconds(5))
        }
        // A second update before the first was acknowledged.
        pair.passes = { $0.toServer }
        for _ in 0..<2 {
            try pair.updateClient { connection in
                guard var level = connection.levels[.application] else { return }
                try? connection.keyUpdate.advance(&level)
                connection.levels[.application] = level
            }
            // A PATH_RESPONSE is acknowledged late, so no acknowledgement is out yet when the second one arrives.
            pair.server.datagramReceived(
                try pair.forgeFromClient([.pathResponse(1)]),
                from: EndpointPair.clientAddress,
                now: pair.now
            )
        }
        pair.collect()
        #expect(pair.serverFailureCode == .keyUpdateError)
    }

    @Test
    func pathChallengesAreAnsweredInFullDatagrams() throws {
        var pair = try EndpointPair.established()
        pair.log = []
        pair.injectToServer(try pair.forgeFromClient([.pathChallenge(77)]))
        let answer = try #require(pair.log.first { !$0.toServer })
        #expect(answer.bytes.count == 1200)
    }

    @Test
    func spec02_check18_aPeerWithPostQuantumParameterGetsNoLargeDatagrams() throws {
        // No proof: whatever is larger does not arrive.
        var pair = try EndpointPair.established(pathByteCount: 1200)
        try pair.updateServer { $0.peerParameters?.pqcAlgorithms = 1 }
        let probeCounts = try (pair.clientConnection.pathMTU.probeCount, pair.serverConnection.pathMTU.probeCount)
        pair.log = []
        let stream = try pair.updateServer { $0.openStream(.unidirectional) }
        let id = try #require(stream)
        try pair.updateServer { _ = $0.write(id, [UInt8](repeating: 1, count: 50_000)[...], finish: true) }
        pair.injectToServer(try pair.forgeFromClient([.pathChallenge(1)]))
        pair.run(.seconds(1))
        #expect(pair.log.count > 40)
        let probeCount = try pair.clientConnection.pathMTU.probeCount + pair.serverConnection.pathMTU.probeCount
        let largeCount = pair.log.count { $0.bytes.count > 1200 }
        #expect(largeCount == Int(probeCount - probeCounts.0 - probeCounts.1), "only probes are larger")
    }

    @Test
    func retiredConnectionIDsAreReplaced() throws {
        var pair = try EndpointPair.established()
        let before = try pair.serverConnection.localIDs.active
        let routes = pair.server.routeCount
        let unused = try #require(before.last)
        pair.injectToServer(try pair.forgeFromClient([.retireConnectionID(sequence: unused.sequence)]))
        let after = try pair.serverConnection.localIDs.active
        #expect(after.count == before.count && !after.contains { $0.sequence == unused.sequence })
        #expect(pair.server.routeCount == routes)
        // The id a packet came in on cannot be retired by it.
        pair.injectToServer(try pair.forgeFromClient([.retireConnectionID(sequence: 0)]))
        #expect(pair.serverFailureCode == .protocolViolation)
    }

    @Test
    func aPeerThatRetiresOldIDsGetsThemBack() throws {
        var pair = try EndpointPair.established()
        // The server has left the id of the handshake already (spec 02 §3.2).
        let current = try pair.serverConnection.remoteIDs.current.sequence
        #expect(current == 1)
        let frame = NewConnectionIDFrame(
            sequence: 9,
            retirePriorTo: 9,
            id: try #require(ConnectionID([1, 1, 1, 1, 1, 1, 1, 1])),
            resetToken: [UInt8](repeating: 5, count: 16)
        )
        pair.injectToServer(try pair.forgeFromClient([.newConnectionID(frame)]))
        #expect(try pair.serverConnection.remoteIDs.current.sequence == 9)
        #expect(try pair.serverConnection.remoteIDs.pendingRetirements == [])
    }

    @Test
    func closePacketsAreRepeatedEverMoreRarely() throws {
        var pair = try EndpointPair.established()
        pair.passes = { _ in false }
        pair.log = []
        try pair.updateServer { $0.close(code: 0x4E5B04, reason: "LifecycleCleanup", now: .epoch + .seconds(2)) }
        #expect(pair.log.count == 1)
        for _ in 0..<100 { pair.injectToServer(try pair.forgeFromClient([.ping])) }
        #expect(pair.log.filter { !$0.toServer }.count == 1 + 7)
        pair.injectToClient(try #require(pair.log.last { !$0.toServer }).bytes)
        #expect(pair.clientEnd == .closedByPeerApplication(code: 0x4E5B04, reason: "LifecycleCleanup"))
        pair.run(.seconds(5))
        #expect(pair.client.connectionCount == 0 && pair.server.connectionCount == 0)
        #expect(pair.client.routeCount == 0 && pair.server.routeCount == 0)
    }

    @Test
    func aPeerThatSendsButNeverAcknowledgesIsDead() throws {
        var pair = try EndpointPair.established()
        // Nothing of the server's reaches the client; the client keeps talking.
        pair.passes = { $0.toServer }
        let stream = try pair.updateServer { $0.openStream(.unidirectional) }
        let id = try #require(stream)
        try pair.updateServer { _ = $0.write(id, [1, 2, 3], finish: true) }
        let start = pair.now
        let pings = try (0..<60).map { _ in try pair.forgeFromClient([.ping]) }
        for ping in pings where pair.serverEnd == nil {
            pair.run(.seconds(1))
            pair.injectToServer(ping)
        }
        #expect(pair.serverEnd == .timedOut)
        #expect(pair.now - start <= .seconds(35))
    }

    @Test
    func spec02_check35_anUnknownVersionDrawsVersionNegotiation() throws {
        var pair = try EndpointPair()
        var initial: [UInt8] = [0xC0, 0, 0, 0, 2, 8] + [UInt8](1...8) + [4, 9, 9, 9, 9]
        initial += [UInt8](repeating: 0, count: 1200 - initial.count)
        pair.injectToServer(initial)
        let answer = try #require(pair.log.first).bytes
        let header = try PacketHeader.parse(answer, at: 0)
        #expect(header.kind == .versionNegotiation)
        #expect(answer[0] & 0x40 != 0)
        #expect(header.destinationConnectionID.bytes == [9, 9, 9, 9])
        #expect(header.sourceConnectionID.bytes == [UInt8](1...8))
        #expect(VersionNegotiationPacket.versions(in: answer, header: header).contains(1))
        #expect(pair.server.connectionCount == 0)
        // A short one draws nothing.
        pair.injectToServer(Array(initial.prefix(1199)))
        #expect(pair.log.count == 1)
    }

    @Test
    func versionNegotiationEndsADialOnlyWithoutOurVersion() throws {
        for (versions, end) in [([0x0A0A_0A0A, 2], ConnectionEnd.versionMismatch), ([2, 1], nil)]
            as [([UInt32], ConnectionEnd?)]
        {
            var pair = try EndpointPair()
            pair.passes = { _ in false }
            try pair.dial()
            let first = try PacketHeader.parse(try #require(pair.log.first).bytes, at: 0)
            var writer = ByteWriter()
            writer.writeUInt8(0xC0)
            writer.writeBigEndian(UInt32(0))
            writer.writePrefixedConnectionID(first.sourceConnectionID)
            writer.writePrefixedConnectionID(first.destinationConnectionID)
            for version in versions { writer.writeBigEndian(version) }
            pair.injectToClient(writer.bytes)
            #expect(pair.clientEnd == end)
        }
    }

    @Test
    func initialsThatAreTooSmallOrForgedLeaveNoState() throws {
        var pair = try EndpointPair()
        pair.passes = { _ in false }
        try pair.dial()
        let first = try #require(pair.log.first).bytes
        pair.injectToServer(Array(first.prefix(1199)))
        var forged = first
        forged[1100] ^= 1
        pair.injectToServer(forged)
        #expect(pair.server.connectionCount == 0 && pair.server.routeCount == 0)
        #expect(pair.server.statistics.rejectedInitials + pair.server.statistics.malformedDatagrams == 2)
        pair.injectToServer(first)
        #expect(pair.server.connectionCount == 1)
        // From somewhere else, the rest of the handshake is dropped.
        let before = try pair.serverConnection.droppedPacketCount
        pair.injectToServer(first, from: NetworkAddress(ipv4: 0x7F00_0001, port: 6666))
        #expect(try pair.serverConnection.droppedPacketCount == before + 1)
    }
}

extension EndpointPair {
    /// A packet whose payload is empty: its packet number is four bytes long, so that it can still be sampled.
    fileprivate mutating func forgeFromClientWithoutFrames() throws -> [UInt8] {
        let known = self.clientHandle
        let handle = try #require(known)
        let packet = self.client.update(handle) { connection -> [UInt8]? in
            let number = connection.recovery.takePacketNumber(in: .application)
            var header = ByteWriter()
            header.writeUInt8(0x43)
            header.writeBytes(connection.remoteIDs.current.id.bytes)
            header.writeBigEndian(UInt32(number))
            return try? connection.levels[.application]?.sendKeys.protect(
                header: header.bytes,
                packetNumberByteCount: 4,
                packetNumber: number,
                payload: []
            )
        }
        return try #require(packet ?? nil)
    }

    /// The reason the server gave.
    fileprivate var serverReason: String {
        if case .failed(let failure)? = self.serverEnd { failure.reason } else { "" }
    }
}
