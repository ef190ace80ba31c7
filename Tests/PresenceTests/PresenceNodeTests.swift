// SPDX-License-Identifier: MIT OR Apache-2.0

import GossipCore
import Presence
import Primitives
import Testing

/// Beacons: making, sending, believing.
@Suite struct PresenceNodeTests {
    private var node = TestNode(1)

    @Test mutating func aBoundBeaconIsStoredAndReported() {
        #expect(self.node.hear(2).alive == [testPeer(2)])
        #expect(self.node.node.records[testPeer(2)]?.proof == .bound)
        #expect(self.node.node.statistics.beaconsAccepted == 1)
        #expect(self.node.hear(2).drops == [.duplicate])
        #expect(self.node.hear(2, sequence: 0).drops == [.stale])
        #expect(self.node.hear(2, sequence: 2).alive == [testPeer(2)])
    }

    @Test mutating func spec05_check5_forgedUnsignedAndUnboundBeaconsAreNotStored() {
        let since = self.node.wallTime.seconds
        var forged = PresenceRecord.test(2, since: since)
        forged.signature[0] ^= 1
        #expect(self.node.beacon(forged, of: testPeer(2), from: testPeer(2)).drops == [.invalidSignature])
        var changed = PresenceRecord.test(2, since: since)
        changed.sequence += 1
        #expect(self.node.beacon(changed, of: testPeer(2), from: testPeer(2)).drops == [.invalidSignature])
        // Machine 3 signs a record it sends as machine 2's.
        let foreign = PresenceRecord.test(2, since: since, signer: 3)
        #expect(self.node.beacon(foreign, of: testPeer(2), from: testPeer(3)).drops == [.unbound])
        for change in [{ $0.signature = [] }, { $0.signerPublicKey = [] }, { $0.signature.append(0) }]
            as [(inout PresenceRecord) -> Void]
        {
            var unsigned = PresenceRecord.test(4, since: since)
            change(&unsigned)
            #expect(self.node.beacon(unsigned, of: testPeer(4), from: testPeer(4)).drops == [.unsigned])
        }
        #expect(self.node.node.records.count == 0)
    }

    /// Originals sign with a key of the process: believed from the machine itself, passed on to nobody.
    @Test mutating func anOriginalsBeaconIsBelievedFromItselfOnly() {
        let record = PresenceRecord.test(2, since: self.node.wallTime.seconds, signer: 77)
        #expect(self.node.beacon(record, of: testPeer(2), from: testPeer(2)).alive == [testPeer(2)])
        #expect(self.node.node.records[testPeer(2)]?.proof == .transport)
    }

    @Test mutating func spec05_flawP12_implausibleTimesAreRefused() {
        let now = self.node.wallTime.seconds
        let cases: [(since: UInt64, lifetime: UInt64, isAccepted: Bool)] = [
            (now - 120, 900, true), (now - 121, 900, false), (now + 120, 90, true), (now + 121, 90, false),
            (now, 900, true), (now, 901, false), (now - 10, 10, false), (now - 10, 11, true),
        ]
        for (number, example) in cases.enumerated() {
            let peer = UInt64(10 + number)
            let record = PresenceRecord.test(peer, since: example.since, lifetime: example.lifetime)
            let actions = self.node.beacon(record, of: testPeer(peer), from: testPeer(peer))
            #expect(actions.drops == (example.isAccepted ? [] : [.implausibleTime]), "\(example)")
        }
    }

    @Test mutating func aBlockedMachineIsNotEvenRead() {
        self.node.standings[testPeer(2)] = .blocked
        #expect(self.node.run(.messageReceived([0xFF], from: testPeer(2))).drops == [.blocked])
        #expect(self.node.hear(2).drops == [.blocked])
        // Somebody else's word about it is not heard either.
        let record = PresenceRecord.test(2, since: self.node.wallTime.seconds)
        #expect(self.node.beacon(record, of: testPeer(2), from: testPeer(3)).drops == [.blocked])
        #expect(self.node.node.statistics.dropped == [.blocked: 3])
        // Blocked while its signature is being checked.
        self.node.holdsVerifications = true
        #expect(self.node.hear(4).isEmpty)
        self.node.standings[testPeer(4)] = .blocked
        #expect(self.node.releaseVerifications().drops == [.blocked] && self.node.node.records.count == 0)
    }

    @Test mutating func theBudgetIsThatOfTheTransportPeerAndRepetitionsAreFree() {
        for sequence in 1...3 as ClosedRange<UInt64> {
            #expect(self.node.hear(2, sequence: sequence).alive == [testPeer(2)])
            #expect(self.node.hear(2, sequence: sequence).drops == [.duplicate])
        }
        #expect(self.node.hear(2, sequence: 4).drops == [.rateLimited])
        // Beacons in the name of machine 3 cost machine 2, not machine 3 (flaw P-4).
        let record = PresenceRecord.test(3, since: self.node.wallTime.seconds)
        #expect(self.node.beacon(record, of: testPeer(3), from: testPeer(2)).drops == [.rateLimited])
        #expect(self.node.hear(3).alive == [testPeer(3)])
    }

    @Test mutating func spec05_check6_beaconingStartsOnceStopsAndStartsAgain() throws {
        _ = self.node.run(.peerConnected(testPeer(2)))
        #expect(self.node.node.localRecord == nil)
        let first = try self.node.startBeaconing()
        #expect(first.sentMessages.count == 1 && self.node.node.localRecord != nil)
        #expect(throws: PresenceNode.BeaconError.alreadyStarted) { _ = try self.node.startBeaconing() }
        #expect(self.node.timeout().isEmpty)
        self.node.stopBeaconing()
        self.node.seconds += 60
        #expect(self.node.timeout().isEmpty && self.node.node.localRecord == nil)
        _ = self.node.run(.sendFinished(first.sends[0].id, isTimeout: false))
        #expect(try self.node.startBeaconing().sentMessages.count == 1)
    }

    @Test mutating func aBeaconIsSignedWithTheMachineKeyAndGrowsOverRestarts() throws {
        _ = self.node.run(.peerConnected(testPeer(2)))
        let (topic, sender, record) = try #require(try self.node.startBeaconing().beacons.first)
        #expect(topic == PresenceLimits.topic && sender == testPeer(1) && record.addressHints == ["1.2.3.1:5483"])
        #expect(record.expires == record.since + 90 && record.sequence == self.node.wallTime.milliseconds)
        var other = TestNode(2)
        #expect(other.beacon(record, of: testPeer(1), from: testPeer(1)).alive == [testPeer(1)])
        #expect(other.node.records[testPeer(1)]?.proof == .bound)
        // A restart two seconds later is believed at once (flaw P-11).
        var restarted = TestNode(1)
        restarted.seconds += 2
        _ = restarted.run(.peerConnected(testPeer(2)))
        let (_, _, next) = try #require(try restarted.startBeaconing().beacons.first)
        #expect(other.beacon(next, of: testPeer(1), from: testPeer(1)).alive == [testPeer(1)])
    }

    @Test mutating func aNewNeighbourGetsTheRecordAtOnce() throws {
        #expect(try self.node.startBeaconing().sends.isEmpty)
        #expect(self.node.run(.peerConnected(testPeer(2))).sentMessages.map(\.peer) == [testPeer(2)])
        #expect(self.node.run(.peerConnected(testPeer(2))).isEmpty)
        self.node.standings[testPeer(3)] = .blocked
        #expect(self.node.run(.peerConnected(testPeer(3))).sends.isEmpty)
    }

    @Test mutating func spec05_check7_aStuckPeerHoldsUpNobody() throws {
        for number in 2...4 as ClosedRange<UInt64> { _ = self.node.run(.peerConnected(testPeer(number))) }
        let first = try self.node.startBeaconing().sends
        #expect(Set(first.map(\.peer)) == [testPeer(2), testPeer(3), testPeer(4)])
        for send in first where send.peer != testPeer(2) {
            _ = self.node.run(.sendFinished(send.id, isTimeout: false))
        }
        self.node.seconds += 30
        #expect(Set(self.node.timeout().sends.map(\.peer)) == [testPeer(3), testPeer(4)])
        #expect(self.node.node.statistics.beaconSendsSkipped == 1)
        // Its send times out: left out until the next refresh, then tried again.
        let stuck = try #require(first.first { $0.peer == testPeer(2) })
        _ = self.node.run(.sendFinished(stuck.id, isTimeout: true))
        self.node.seconds += 29
        #expect(self.node.timeout().sends.isEmpty)
        self.node.seconds += 1
        #expect(self.node.timeout().sends.map(\.peer) == [testPeer(2)])
    }

    @Test mutating func aFailedSignatureSendsNothingAndTheNextTickTriesAgain() throws {
        var node = PresenceNode(
            configuration: .test(),
            localPeer: testPeer(1),
            publicKey: testKey(1),
            seed: 1,
            now: .epoch
        )
        func moment(_ seconds: Int64) -> PresenceMoment {
            let wallTime = UnixMillis(seconds: 1_700_000_000)
            return PresenceMoment(now: .epoch + .seconds(seconds), wallTime: wallTime) { _ in .stranger }
        }
        var actions: [PresenceAction] = []
        node.handle(.peerConnected(testPeer(2)), at: moment(0), into: &actions)
        try node.startBeaconing(now: .epoch)
        node.handleTimeout(at: moment(0), into: &actions)
        #expect(actions == [.collectHints])
        node.handle(.hintsCollected([]), at: moment(0), into: &actions)
        guard case .sign(let id, _) = actions.last else {
            Issue.record("no request for a signature")
            return
        }
        node.handle(.signed(id, signature: nil), at: moment(0), into: &actions)
        #expect(actions.sends.isEmpty && node.statistics.signingFailures == 1 && node.localRecord == nil)
        node.handleTimeout(at: moment(30), into: &actions)
        #expect(actions.last == .collectHints)
    }

    @Test mutating func spec05_check25_forgedSendersAndQueriesStayWithinTheCaps() {
        let peer = testPeer(2)
        _ = self.node.run(.peerConnected(peer))
        for number in 0..<4_000 as Range<UInt64> {
            self.node.seconds += 0.03
            let sender = PeerID(words: Words32(number, 1, 2, 3))
            _ = self.node.beacon(.test(9, since: self.node.wallTime.seconds), of: sender, from: peer)
            let query = PresenceQuery(
                id: PresenceQueryID(words: Words32(number, 4, 5, 6)),
                topic: PresenceLimits.topic,
                timeToLive: 3,
                origin: PeerID(words: Words32(number, 7, 8, 9))
            )
            let bytes = PresenceMessage.query(query).transportBytes
            for send in self.node.run(.messageReceived(bytes, from: peer)).sends {
                _ = self.node.run(.sendFinished(send.id, isTimeout: false))
            }
            _ = self.node.timeout()
        }
        #expect(self.node.node.heldEntryCount < 50, "\(self.node.node.heldEntryCount)")
        #expect(self.node.node.records.count == 0)
        // One peer, 120 s: at most the burst and 0.2 a second get past its budget.
        let answered = 4_000 - (self.node.node.statistics.dropped[.rateLimited] ?? 0) / 2
        #expect(answered < 60, "\(answered)")
    }

    /// Everybody connected sends at full speed from ever new ids: still bounded.
    @Test mutating func spec05_check25_manyPeersStayWithinTheCaps() {
        var configuration = PresenceConfiguration.test()
        configuration.recordCountMax = 64
        configuration.seenQueryCountMax = 128
        self.node = TestNode(1, configuration: configuration)
        for number in 0..<3_000 as Range<UInt64> {
            self.node.seconds += 0.05
            _ = self.node.hear(100 + number)
            let query = PresenceQuery(
                id: PresenceQueryID(words: Words32(number, 4, 5, 6)),
                topic: PresenceLimits.topic,
                timeToLive: 0,
                origin: testPeer(100 + number)
            )
            _ = self.node.run(
                .messageReceived(PresenceMessage.query(query).transportBytes, from: testPeer(100 + number))
            )
            #expect(self.node.node.records.count <= 64)
        }
        #expect(self.node.node.heldEntryCount <= 64 + 128 + 2048)
    }
}
