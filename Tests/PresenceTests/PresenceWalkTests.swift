// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import Presence
import Primitives
import Testing

private let queryID = PresenceQueryID(words: Words32(1, 2, 3, 4))

/// The friend-of-a-friend walk and its privacy.
@Suite struct PresenceWalkTests {
    private var node = TestNode(1)

    private func query(_ timeToLive: UInt8, origin: UInt64, id: PresenceQueryID = queryID) -> PresenceQuery {
        PresenceQuery(id: id, topic: PresenceLimits.topic, timeToLive: timeToLive, origin: testPeer(origin))
    }

    private mutating func receive(_ message: PresenceMessage, from number: UInt64) -> [PresenceAction] {
        self.node.run(.messageReceived(message.transportBytes, from: testPeer(number)))
    }

    private mutating func respond(
        _ records: [(UInt64, PresenceRecord)],
        from number: UInt64,
        id: PresenceQueryID = queryID
    ) -> [PresenceAction] {
        let entries = records.map { PresenceQueryResponse.Entry(testPeer($0.0), $0.1) }
        return self.receive(
            .queryResponse(PresenceQueryResponse(id: id, topic: PresenceLimits.topic, entries: entries)),
            from: number
        )
    }

    private func record(_ number: UInt64, sequence: UInt64 = 1) -> PresenceRecord {
        .test(number, since: self.node.wallTime.seconds, sequence: sequence)
    }

    private mutating func start(wanted: PeerID? = nil) -> [PresenceAction] {
        self.node.run(.queryStarted(queryID, timeToLive: 3, timeout: .seconds(5), wanted: wanted))
    }

    @Test mutating func spec05_check9_withoutPeersTheWalkEndsAtOnceAndEmpty() {
        #expect(self.start().finished == [])
    }

    @Test mutating func spec05_check9_threeAnswersEndTheWalkEarly() {
        for number in 2...6 as ClosedRange<UInt64> { _ = self.node.run(.peerConnected(testPeer(number))) }
        let queries = self.start().queries
        #expect(queries.count == 3 && Set(queries.map(\.peer)).count == 3)
        #expect(queries.allSatisfy { $0.query.timeToLive == 3 && $0.query.origin == testPeer(1) })
        #expect(self.respond([(7, self.record(7))], from: 2).finished == nil)
        #expect(self.respond([(8, self.record(8)), (7, self.record(7))], from: 3).finished == nil)
        let finished = self.respond([(9, self.record(9))], from: 4).finished
        #expect(Set(finished?.map(\.peer) ?? []) == [testPeer(7), testPeer(8), testPeer(9)])
        #expect(self.respond([(10, self.record(10))], from: 5).drops == [.unsolicited])
    }

    /// Three answers have come, but not all are verified: the walk waits for the checks, not only for the bytes.
    @Test mutating func anAnswerBeingCheckedIsNotLost() {
        for number in 2...4 as ClosedRange<UInt64> { _ = self.node.run(.peerConnected(testPeer(number))) }
        _ = self.start()
        self.node.holdsVerifications = true
        for number in 2...4 as ClosedRange<UInt64> {
            #expect(self.respond([(5 + number, self.record(5 + number))], from: number).finished == nil)
        }
        #expect(self.node.releaseVerifications().finished?.count == 3)
    }

    @Test mutating func theWalkEndsAtItsTimeoutOrWhenTheWantedMachineIsFound() {
        _ = self.node.run(.peerConnected(testPeer(2)))
        _ = self.start()
        #expect(self.respond([(7, self.record(7))], from: 2).finished == nil)
        self.node.seconds += 4.9
        #expect(self.node.timeout().finished == nil)
        #expect(self.node.node.nextDeadline <= self.node.now + .milliseconds(101))
        self.node.seconds += 0.2
        #expect(self.node.timeout().finished?.map(\.peer) == [testPeer(7)])
        _ = self.node.run(.queryStarted(.zero, timeToLive: 1, timeout: .seconds(5), wanted: testPeer(8)))
        #expect(self.respond([(8, self.record(8))], from: 2, id: .zero).finished?.map(\.peer) == [testPeer(8)])
    }

    @Test mutating func spec05_check9_aDuplicateIsDroppedAndTimeToLiveZeroGoesNoFurther() throws {
        _ = try self.node.startBeaconing()
        for number in 2...5 as ClosedRange<UInt64> { _ = self.node.run(.peerConnected(testPeer(number))) }
        let actions = self.receive(.query(self.query(0, origin: 2)), from: 2)
        #expect(actions.queries.isEmpty && actions.responses.map(\.peer) == [testPeer(2)])
        #expect(self.receive(.query(self.query(3, origin: 2)), from: 3).drops == [.duplicate])
        let further = self.receive(.query(self.query(200, origin: 2, id: .zero)), from: 3)
        #expect(further.queries.count == 2)
        for (peer, query) in further.queries {
            #expect(peer != testPeer(2) && peer != testPeer(3), "neither origin nor sender")
            #expect(query.timeToLive == PresenceLimits.timeToLiveMax - 1 && query.origin == testPeer(2))
        }
    }

    @Test mutating func spec05_flawP7_aStrangerLearnsNobodysFriends() throws {
        _ = try self.node.startBeaconing()
        for number in 2...6 as ClosedRange<UInt64> {
            _ = self.node.run(.peerConnected(testPeer(number)))
            _ = self.node.hear(number)
        }
        for number in 3...5 as ClosedRange<UInt64> { self.node.standings[testPeer(number)] = .contact }
        self.node.standings[testPeer(6)] = .blocked
        func disclosed(_ actions: [PresenceAction]) -> Set<PeerID>? {
            actions.responses.first.map { Set($0.response.entries.map(\.peer)) }
        }
        // 2 is a stranger: the own record only.
        #expect(disclosed(self.receive(.query(self.query(0, origin: 2)), from: 2)) == [testPeer(1)])
        // 3 is a contact: contacts too, but neither strangers nor itself nor the blocked one.
        let toContact = self.receive(.query(self.query(0, origin: 3, id: .zero)), from: 3)
        #expect(disclosed(toContact) == [testPeer(1), testPeer(4), testPeer(5)])
        // 6 is blocked: nothing, and its query goes nowhere.
        let third = PresenceQueryID(words: Words32(9, 9, 9, 9))
        #expect(self.receive(.query(self.query(3, origin: 6, id: third)), from: 6).drops == [.blocked])
        #expect(self.receive(.query(self.query(3, origin: 6, id: third)), from: 3).drops == [.blocked])
    }

    @Test mutating func whatOnlyTheTransportProvedIsNotPassedOn() {
        self.node.standings = [testPeer(2): .contact, testPeer(3): .contact]
        let original = PresenceRecord.test(3, since: self.node.wallTime.seconds, signer: 99)
        #expect(self.node.beacon(original, of: testPeer(3), from: testPeer(3)).alive == [testPeer(3)])
        #expect(self.receive(.query(self.query(0, origin: 2)), from: 2).responses.isEmpty)
    }

    /// A query that names somebody else as its origin is not a way to have him dialled or buried (flaw P-6).
    @Test mutating func spec05_flawP6_answersGoToAConnectedOriginOrBackTheWayTheQueryCame() throws {
        _ = try self.node.startBeaconing()
        for number in 2...3 as ClosedRange<UInt64> { _ = self.node.run(.peerConnected(testPeer(number))) }
        #expect(self.receive(.query(self.query(0, origin: 9)), from: 2).responses.map(\.peer) == [testPeer(2)])
        var answeredCount = 0
        for number in 0..<20 as Range<UInt64> {
            _ = self.node.run(.peerConnected(testPeer(100 + number)))
            let id = PresenceQueryID(words: Words32(7, 7, 7, number))
            let actions = self.receive(.query(self.query(0, origin: 3, id: id)), from: 100 + number)
            #expect(actions.responses.allSatisfy { $0.peer == testPeer(3) })
            answeredCount += actions.responses.count
        }
        #expect(answeredCount == 3)
    }

    @Test mutating func spec05_flawP2_recordsOfAnswersAreVerifiedAndWanted() {
        _ = self.node.run(.peerConnected(testPeer(2)))
        #expect(self.respond([(7, self.record(7))], from: 2).drops == [.unsolicited])
        _ = self.start()
        var forged = self.record(7)
        forged.signature[3] ^= 4
        let unbound = PresenceRecord.test(8, since: self.node.wallTime.seconds, signer: 2)
        let old = PresenceRecord.test(9, since: self.node.wallTime.seconds - 121, lifetime: 500)
        self.node.standings[testPeer(10)] = .blocked
        let actions = self.respond(
            [(7, forged), (8, unbound), (9, old), (10, self.record(10)), (1, self.record(1)), (11, self.record(11))],
            from: 2
        )
        #expect(Set(actions.drops) == [.invalidSignature, .unbound, .implausibleTime, .blocked])
        #expect(actions.alive == [testPeer(11)])
        self.node.seconds += 6
        #expect(self.node.timeout().finished?.map(\.peer) == [testPeer(11)])
    }

    /// 2 asks through this node, 3 answers: relayed if 2 is a contact, verified before, and only what 3 was asked for.
    @Test mutating func answersTravelBackTheWayTheQueryCame() {
        for number in 2...3 as ClosedRange<UInt64> { _ = self.node.run(.peerConnected(testPeer(number))) }
        self.node.standings[testPeer(2)] = .contact
        let forwarded = self.receive(.query(self.query(1, origin: 9)), from: 2).queries
        #expect(forwarded.map(\.peer) == [testPeer(3)])
        var forged = self.record(5)
        forged.signature[0] ^= 1
        let relayed = self.respond([(4, self.record(4)), (5, forged)], from: 3)
        #expect(relayed.responses.map(\.peer) == [testPeer(2)])
        #expect(relayed.responses.first?.response.entries.map(\.peer) == [testPeer(4)])
        #expect(relayed.alive == [testPeer(4)])
        #expect(self.respond([(6, self.record(6))], from: 7).drops == [.unsolicited])
        self.node.standings[testPeer(2)] = .stranger
        #expect(self.respond([(6, self.record(6))], from: 3).drops == [.withheld])
        self.node.seconds += 31
        #expect(self.respond([(6, self.record(6, sequence: 2))], from: 3).drops == [.unsolicited])
    }

    @Test mutating func anAnswerIsCappedInRecordsAndBytes() {
        self.node.standings[testPeer(2)] = .contact
        for number in 100..<200 as Range<UInt64> {
            self.node.standings[testPeer(number)] = .contact
            _ = self.node.hear(number)
        }
        let entries = self.receive(.query(self.query(0, origin: 2)), from: 2).responses.first?.response.entries
        #expect(entries?.count == PresenceLimits.responseRecordCountMax)
    }

    @Test mutating func ownWalksAreBounded() {
        _ = self.node.run(.peerConnected(testPeer(2)))
        var refusedCount = 0
        for number in 0..<20 as Range<UInt64> {
            let id = PresenceQueryID(words: Words32(0, 0, 1, number))
            let actions = self.node.run(.queryStarted(id, timeToLive: 1, timeout: .seconds(5), wanted: nil))
            if actions.finished != nil { refusedCount += 1 }
        }
        #expect(refusedCount == 4)
        _ = self.node.run(.queryCancelled(PresenceQueryID(words: Words32(0, 0, 1, 0))))
        #expect(self.start().finished == nil)
    }
}
