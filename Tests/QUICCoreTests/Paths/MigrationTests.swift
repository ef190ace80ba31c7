// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@testable import QUICCore

/// A client whose address changes, and everybody who would like to make it look so (RFC 9000 §8.2, §9).
@Suite(.timeLimit(.minutes(5)))
struct MigrationTests {
    private let otherPort = NetworkAddress(ipv4: 0x7F00_0001, port: 6001)
    private let otherHost = NetworkAddress(ipv4: 0x7F00_0009, port: 5001)

    /// Sends a message over a fresh stream of the client and lets it arrive.
    private func sendFromClient(_ pair: inout EndpointPair, _ bytes: [UInt8], finish: Bool = true) throws {
        let opened = try pair.updateClient { $0.openStream(.unidirectional) }
        let stream = try #require(opened)
        try pair.updateClient { _ = $0.write(stream, bytes[...], finish: finish) }
    }

    @Test(arguments: [true, false])
    func aServerFollowsAClientThatProvesItsNewAddress(isSameHost: Bool) throws {
        var pair = try EndpointPair.established { $0.datagramByteCountMax = 1200 }
        let target = isSameHost ? self.otherPort : self.otherHost
        try self.sendFromClient(&pair, [UInt8](repeating: 1, count: 200_000))
        pair.run(.seconds(1))
        let before = try pair.serverConnection
        pair.clientSource = target
        pair.clientEvents = []
        pair.log = []
        try self.sendFromClient(&pair, [1, 2, 3])
        pair.run(.milliseconds(1))
        // Not before the proof.
        #expect(try pair.serverConnection.remoteAddress == EndpointPair.clientAddress)
        pair.run(.seconds(1))
        let after = try pair.serverConnection
        #expect(after.remoteAddress == target)
        #expect(after.migrationCount == 1)
        #expect(after.remoteIDs.current.id != before.remoteIDs.current.id)
        #expect(after.foreignPaths.isEmpty)
        #expect(after.bytesInFlight == 0)
        let hasPathChanged = pair.serverEvents.contains {
            if case .pathChanged(target) = $0 { true } else { false }
        }
        #expect(hasPathChanged)
        // The client learns where it is seen (spec 02 §6.5).
        let hasObserved = pair.clientEvents.contains {
            if case .observedAddress(target) = $0 { true } else { false }
        }
        #expect(hasObserved)
        // RFC 9000 §9.4: another host means another network.
        #expect((after.recovery.congestion.window >= before.recovery.congestion.window) == isSameHost)
        // And both directions work.
        let opened = try pair.updateServer { $0.openStream(.unidirectional) }
        let stream = try #require(opened)
        try pair.updateServer { _ = $0.write(stream, [UInt8](repeating: 2, count: 100_000)[...], finish: true) }
        pair.run(.seconds(2))
        let isFinished = pair.serverEvents.contains { if case .streamFinished(stream) = $0 { true } else { false } }
        #expect(isFinished)
        #expect(pair.serverEnd == nil && pair.clientEnd == nil)
    }

    @Test(arguments: [0, 40, 200, 350, 1100])
    func spec02_check36_anUnprovedAddressGetsAtMostThreeTimesWhatItSent(paddingByteCount: Int) throws {
        var pair = try EndpointPair.established()
        pair.log = []
        // Nothing reaches the client, so nothing is ever proved.
        pair.passes = { $0.toServer }
        let target = self.otherHost
        var received = 0
        for _ in 0..<5 {
            let packet = try pair.forgeFromClient([.ping, .pathChallenge(7), .padding(byteCount: paddingByteCount + 1)])
            received += packet.count
            pair.injectToServer(packet, from: target)
            pair.run(.milliseconds(700))
            let sent = pair.log.filter { $0.destination == target }.reduce(0) { $0 + $1.bytes.count }
            #expect(sent <= 3 * received)
        }
        pair.run(.seconds(10))
        let sent = pair.log.filter { $0.destination == target }.reduce(0) { $0 + $1.bytes.count }
        #expect(sent > 0 && sent <= 3 * received)
        #expect(pair.log.allSatisfy { $0.bytes.count <= 1200 })
        #expect(try pair.serverConnection.remoteAddress == EndpointPair.clientAddress)
        #expect(try pair.serverConnection.foreignPaths.candidate == nil)
        #expect(try pair.serverConnection.migrationCount == 0)
    }

    @Test
    func aProbeIsAnsweredWhereItCameFromAndMovesNothing() throws {
        var pair = try EndpointPair.established()
        pair.log = []
        pair.injectToServer(
            try pair.forgeFromClient([.pathChallenge(7), .padding(byteCount: 1100)]),
            from: self.otherPort
        )
        let answer = try #require(pair.log.first { !$0.toServer })
        #expect(answer.destination == self.otherPort)
        #expect(answer.bytes.count == 1200)
        pair.run(.seconds(1))
        #expect(try pair.serverConnection.remoteAddress == EndpointPair.clientAddress)
        #expect(try pair.serverConnection.foreignPaths.candidate == nil)
    }

    @Test
    func aCopyFromElsewhereIsTakenBackByTheRealPeer() throws {
        var pair = try EndpointPair.established()
        // An attacker is faster with a copy of the client's packet, and forwards nothing (RFC 9000 §9.3.3).
        let packet = try pair.forgeFromClient([.ping])
        pair.injectToServer(packet, from: self.otherHost)
        #expect(try pair.serverConnection.foreignPaths.candidate == self.otherHost)
        pair.injectToServer(packet)
        pair.run(.milliseconds(100))
        // The challenge on the old path made the client speak up.
        #expect(try pair.serverConnection.foreignPaths.candidate == nil)
        #expect(try pair.serverConnection.remoteAddress == EndpointPair.clientAddress)
        #expect(try pair.serverConnection.migrationCount == 0)
    }

    @Test
    func aReorderedPacketFromTheOldAddressTakesNothingBack() throws {
        var pair = try EndpointPair.established()
        let old = try pair.forgeFromClient([.ping])
        pair.clientSource = self.otherPort
        pair.injectToServer(try pair.forgeFromClient([.ping]))
        pair.injectToServer(old, from: EndpointPair.clientAddress)
        #expect(try pair.serverConnection.foreignPaths.candidate == self.otherPort)
        pair.run(.seconds(1))
        #expect(try pair.serverConnection.remoteAddress == self.otherPort)
    }

    @Test
    func aWrongResponseProvesNothing() throws {
        var pair = try EndpointPair.established()
        pair.passes = { $0.toServer }
        pair.injectToServer(try pair.forgeFromClient([.ping]), from: self.otherHost)
        for guess in 0..<100 as Range<UInt64> {
            pair.injectToServer(try pair.forgeFromClient([.pathResponse(guess)]), from: self.otherHost)
        }
        #expect(try pair.serverConnection.remoteAddress == EndpointPair.clientAddress)
        #expect(try pair.serverConnection.migrationCount == 0)
    }

    @Test
    func fewAddressesAreRememberedAndOneIsValidated() throws {
        var pair = try EndpointPair.established()
        pair.passes = { $0.toServer }
        for port in 7000..<7100 as Range<UInt16> {
            let source = NetworkAddress(ipv4: 0x7F00_0001, port: port)
            pair.injectToServer(try pair.forgeFromClient([.ping]), from: source)
            let paths = try pair.serverConnection.foreignPaths.paths
            #expect(paths.count <= ForeignPaths.countMax)
            #expect(paths.count(where: { $0.validation != nil }) == 1)
            #expect(try pair.serverConnection.foreignPaths.candidate == source)
        }
    }

    @Test
    func aClientDropsWhatComesFromElsewhere() throws {
        var pair = try EndpointPair.established()
        pair.passes = { $0.toServer }
        pair.log = []
        try pair.updateServer { $0.pendingPing = true }
        let datagram = try #require(pair.log.first { !$0.toServer }).bytes
        let dropped = try pair.clientConnection.droppedPacketCount
        pair.injectToClient(datagram, from: NetworkAddress(ipv4: 0x7F00_0001, port: 5003))
        #expect(try pair.clientConnection.droppedPacketCount == dropped + 1)
        #expect(try pair.clientConnection.remoteAddress == EndpointPair.serverAddress)
        // The same datagram from the server counts.
        pair.injectToClient(datagram)
        #expect(try pair.clientConnection.droppedPacketCount == dropped + 1)
    }

    @Test
    func challengesAreRepeatedEverMoreRarelyAndGivenUp() {
        let start = Instant.epoch + .seconds(1)
        var validation = PathValidation(probeTimeout: .milliseconds(50), now: start)
        var now = start
        var count = 0 as UInt64
        while now < validation.giveUpAt {
            if validation.isChallengeDue(now: now) {
                validation.challengeSent(count, now: now)
                count += 1
            }
            #expect(validation.deadline > now)
            now = validation.deadline
        }
        // 0, 50, 150, 350, 750, 1550 ms; three times the timeout of an unmeasured path is about three seconds.
        #expect(count == 6)
        #expect(now - start >= .seconds(2) && now - start <= .seconds(4))
        #expect(validation.isAnswered(by: 0) && !validation.isAnswered(by: 99))
        for data in 100..<200 as Range<UInt64> { validation.challengeSent(data, now: now) }
        #expect(!validation.isAnswered(by: 0))
        #expect(validation.isAnswered(by: 192) && !validation.isAnswered(by: 191))
    }
}
