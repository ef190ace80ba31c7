// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Primitives
import Testing

@testable import QUICCore

/// Who may open a connection: Retry, caps, refusals (spec 02 §3.2, §3.6, §15).
@Suite(.timeLimit(.minutes(5)))
struct AdmissionTests {
    /// A genuine Initial of a client that never comes to the point, in a datagram of 1,200 bytes.
    private func initial(_ number: UInt64, destinationByteCount: Int = 8) throws -> [UInt8] {
        var bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * (7 - $0))) }
        bytes = Array(bytes.suffix(destinationByteCount))
        let destination = try #require(ConnectionID(bytes))
        let keys = try ProtectionLevel(initialFor: .client, destinationConnectionID: destination)
        var draft = PacketDraft(
            space: .initial,
            packetNumber: 0,
            largestAcknowledged: nil,
            destination: destination,
            source: try #require(ConnectionID([1, 2, 3, 4])),
            keyPhase: false
        )
        draft.append(.ping, nil)
        draft.pad(byteCount: 1200 - draft.byteCount)
        return try draft.protect(with: keys.sendKeys)
    }

    /// The transport close in a datagram that answers `initial`.
    private func closeCode(in answer: [UInt8], answering initial: [UInt8]) throws -> UInt64? {
        let asked = try PacketHeader.parse(initial, at: 0)
        let header = try PacketHeader.parse(answer, at: 0)
        #expect(header.isInitial)
        #expect(header.destinationConnectionID == asked.sourceConnectionID)
        let keys = try ProtectionLevel(initialFor: .client, destinationConnectionID: asked.destinationConnectionID)
        let opened = try keys.receiveKeys.openHeader(in: answer, packet: header, largestReceived: nil)
        var reader = FrameReader(try keys.receiveKeys.openPayload(in: answer, packet: header, header: opened))
        while let frame = try reader.next() {
            if case .connectionClose(let content) = frame { return content.code }
        }
        return nil
    }

    @Test
    func aServerThatIsBusyAsksForAProofAndThenAccepts() throws {
        var pair = try EndpointPair(configureServer: { $0.halfOpenCountMax = 1 })
        pair.injectToServer(try self.initial(1))
        #expect(pair.server.halfOpenCount == 1)
        pair.log = []
        try pair.dial()
        pair.run(.milliseconds(2))
        let retry = try #require(pair.log.first { !$0.toServer && $0.destination == EndpointPair.clientAddress })
        #expect(try PacketHeader.parse(retry.bytes, at: 0).kind == .retry)
        pair.run(.milliseconds(100))
        #expect(pair.server.statistics.retriesSent >= 1)
        #expect(try pair.clientConnection.isHandshakeConfirmed)
        #expect(pair.clientEnd == nil)
        // Nobody but the one that is still trying is half open.
        #expect(pair.server.halfOpenCount == 1)
    }

    @Test
    func aProvedAddressMayBeSentMoreThanThreeTimesAsMuch() throws {
        var pair = try EndpointPair(configureServer: { $0.halfOpenCountMax = 0 })
        try pair.dial()
        pair.run(.milliseconds(3))
        // The second Initial brought the token.
        let serverConnection = try #require(pair.server.connections.first)
        #expect(serverConnection.amplification.isValidated)
    }

    @Test
    func aTokenIsWorthNothingLateElsewhereOrForAnotherID() throws {
        let sealer = try RetryTokenSealer(key: SecretBytes([UInt8](repeating: 9, count: 32)))
        let now = Instant.epoch + .seconds(100)
        for address in [
            NetworkAddress(ipv4: 0x0102_0304, port: 5), NetworkAddress(ipv6High: 1, low: 2, port: 65_535),
        ] {
            let dialled = try #require(ConnectionID([UInt8](1...20)))
            let source = try #require(ConnectionID([UInt8](1...8)))
            let token = try sealer.seal(
                RetryToken(address: address, originalDestinationID: dialled, issuedAt: now),
                sourceID: source,
                nonce: [UInt8](repeating: 3, count: 12)
            )
            func judge(_ token: [UInt8], at instant: Instant = now) -> RetryTokenSealer.Verdict {
                sealer.judge(token, sourceID: source, from: address, now: instant)
            }
            let valid = RetryTokenSealer.Verdict.valid(originalDestinationID: dialled)
            #expect(judge(token) == valid)
            #expect(judge(token, at: now + .seconds(15)) == valid)
            #expect(judge(token, at: now + .seconds(15) + Nanoseconds(1)) == .invalid)
            #expect(judge(token, at: now - Nanoseconds(1)) == .invalid)
            var elsewhere = address
            elsewhere.port -= 1
            #expect(sealer.judge(token, sourceID: source, from: elsewhere, now: now) == .invalid)
            #expect(sealer.judge(token, sourceID: dialled, from: address, now: now) == .unknown)
            for index in token.indices {
                var changed = token
                changed[index] ^= 0x10
                #expect(judge(changed) == .unknown)
                #expect(judge(Array(token.prefix(index))) == .unknown)
            }
            let other = try RetryTokenSealer(key: SecretBytes([UInt8](repeating: 8, count: 32)))
            #expect(other.judge(token, sourceID: source, from: address, now: now) == .unknown)
        }
    }

    @Test
    func aClientThatComesBackTooLateIsToldSo() throws {
        var pair = try EndpointPair(configureServer: { $0.halfOpenCountMax = 0 })
        try pair.dial()
        // The Initial with the token leaves the client and is held up.
        pair.passes = { !$0.toServer }
        pair.run(.milliseconds(1))
        pair.run(.milliseconds(2))
        let late = try #require(
            pair.log.last { flight in
                guard flight.toServer, let header = try? PacketHeader.parse(flight.bytes, at: 0),
                    case .initial(let token) = header.kind
                else { return false }
                return !token.isEmpty
            }
        )
        pair.run(.seconds(16))
        pair.log = []
        pair.injectToServer(late.bytes)
        let answer = try #require(pair.log.first { !$0.toServer })
        #expect(try self.closeCode(in: answer.bytes, answering: late.bytes) == TransportErrorCode.invalidToken.rawValue)
        #expect(pair.server.statistics.invalidTokens == 1)
        #expect(pair.server.connectionCount == 0)
        pair.passes = { _ in true }
        pair.run(.milliseconds(5))
        guard case .closedByPeerTransport(code: 0x0B, _)? = pair.clientEnd else {
            Issue.record("the client did not hear of it: \(String(describing: pair.clientEnd))")
            return
        }
    }

    @Test
    func aHandshakeFloodEndsAtTheCapAndAnHonestClientGetsIn() throws {
        var pair = try EndpointPair()
        let cap = pair.server.configuration.halfOpenCountMax
        #expect(cap == 1024)
        pair.passes = { _ in false }
        for number in 1...1500 as ClosedRange<UInt64> {
            // Invented addresses: nothing sent there is ever answered.
            let source = NetworkAddress(ipv4: 0x0A00_0000 + UInt32(number), port: 9)
            pair.injectToServer(try self.initial(number), from: source)
        }
        #expect(pair.server.halfOpenCount == cap)
        #expect(pair.server.connectionCount == cap)
        #expect(pair.server.statistics.retriesSent == UInt64(1500 - cap))
        let sent = pair.log.reduce(0) { $0 + $1.bytes.count }
        #expect(sent <= 3 * 1500 * 1200)
        pair.log = []
        pair.passes = { $0.toServer || $0.destination == EndpointPair.clientAddress }
        try pair.dial()
        pair.run(.milliseconds(100))
        #expect(try pair.clientConnection.isHandshakeConfirmed)
        // The flood leaves nothing behind.
        pair.run(.seconds(35))
        #expect(pair.server.halfOpenCount == 0)
        #expect(pair.server.connectionCount == 1)
        #expect(pair.server.routeCount <= 8 + 1)
    }

    @Test
    func aHostHasThreeConnectionsAndLoopbackAsManyAsItWants() throws {
        for (host, limit) in [(0xCB00_7107 as UInt32, 3), (0x7F00_0001, 5)] {
            let source = NetworkAddress(ipv4: host, port: 4000)
            var pair = try EndpointPair.established(clientSource: source)
            for _ in 1..<5 {
                try pair.dial()
                pair.run(.milliseconds(100))
            }
            let established = pair.server.connections.count(where: \.isEstablished)
            #expect(established == limit)
            // A dial has two Initial datagrams, each refused by itself.
            #expect(pair.server.statistics.refusedConnections == UInt64(2 * (5 - limit)))
            #expect(pair.server.statistics.handshakesCompleted == UInt64(limit))
            if limit == 3 {
                #expect(pair.server.hostCounts == [NetworkAddress(ipv4: host, port: 0): 3])
                guard case .closedByPeerTransport(code: 0x02, _)? = pair.clientEnd else {
                    Issue.record("the client was not told: \(String(describing: pair.clientEnd))")
                    return
                }
            }
            // Room again after one has gone.
            pair.run(.seconds(1))
            let last = pair.server.connections.count(where: \.isEstablished)
            #expect(last == limit)
            try pair.updateServer { $0.close(code: 0, reason: "", now: .epoch + .seconds(3)) }
            pair.run(.seconds(10))
            #expect(pair.server.connections.count(where: \.isEstablished) == limit - 1)
            try pair.dial()
            pair.run(.milliseconds(100))
            #expect(pair.server.connections.count(where: \.isEstablished) == limit)
        }
    }

    @Test
    func handshakesThatEndTogetherDoNotPassTheHostsCap() throws {
        let source = NetworkAddress(ipv4: 0xCB00_7107, port: 4000)
        var pair = try EndpointPair()
        pair.clientSource = source
        for _ in 0..<6 { try pair.dial() }
        pair.run(.milliseconds(500))
        #expect(pair.server.connections.count(where: \.isEstablished) == 3)
        #expect(pair.server.statistics.refusedConnections == 3)
        #expect(pair.serverEvents.count { if case .handshakeCompleted = $0 { true } else { false } } == 3)
    }

    @Test
    func aFullServerRefusesWithAReason() throws {
        var pair = try EndpointPair.established(configureServer: { $0.connectionCountMax = 1 })
        pair.log = []
        let asked = try self.initial(77)
        pair.injectToServer(asked)
        let answer = try #require(pair.log.first { !$0.toServer })
        #expect(try self.closeCode(in: answer.bytes, answering: asked) == 0x02)
        #expect(pair.server.connectionCount == 1)
        // A forged one draws nothing.
        pair.log = []
        var forged = asked
        forged[1000] ^= 1
        pair.injectToServer(forged)
        #expect(pair.log.isEmpty)
    }

    @Test(arguments: 1...8)
    func anInitialWithAShortDestinationIDIsAViolation(byteCount: Int) throws {
        var pair = try EndpointPair()
        pair.passes = { _ in false }
        let asked = try self.initial(0x0102_0304_0506_0708, destinationByteCount: byteCount)
        pair.injectToServer(asked)
        guard byteCount < 8 else {
            #expect(pair.server.connectionCount == 1)
            return
        }
        let answer = try #require(pair.log.first { !$0.toServer })
        #expect(try self.closeCode(in: answer.bytes, answering: asked) == 0x0A)
        #expect(answer.bytes.count < 3 * asked.count)
        #expect(pair.server.connectionCount == 0 && pair.server.routeCount == 0)
        #expect(pair.server.statistics.rejectedInitials == 1)
    }
}
