// SPDX-License-Identifier: MIT OR Apache-2.0

import GossipCore
import Primitives
import TestVectors
import Testing

/// Joining, neighbours and contacts (spec 04 §10.3, §20 F-16 to F-18, check 28).
@Suite struct HyParViewTests {
    private let local = TestBed.peer(1)

    @Test func spec04_check28_theFirstPeerIsJoined() {
        var bed = TestBed(configuration: .overlay)
        let actions = bed.run(.peerConnected(TestBed.peer(2)))
        #expect(actions.membership(to: TestBed.peer(2)) == [.join(sender: self.local, timeToLive: 6)])
        #expect(bed.node.activeView == [TestBed.peer(2)])
        // The next one is asked: there is room.
        let more = bed.run(.peerConnected(TestBed.peer(3)))
        #expect(more.membership(to: TestBed.peer(3)) == [.neighbor(sender: self.local, priority: .low)])
        #expect(bed.node.activeView == [TestBed.peer(2)])
        bed.receive(.neighborReply(isAccepted: true), from: TestBed.peer(3))
        #expect(bed.node.activeView == [TestBed.peer(2), TestBed.peer(3)].sorted())
    }

    @Test func seedsAreJoinedWhenTheyAreConnected() {
        var bed = TestBed(configuration: .overlay)
        #expect(
            bed.run(.join(seeds: [TestBed.peer(2), TestBed.peer(3)])).connects == [TestBed.peer(2), TestBed.peer(3)]
        )
        for number in [2, 3] as [UInt64] {
            let sent = bed.run(.peerConnected(TestBed.peer(number))).membership(to: TestBed.peer(number))
            #expect(sent == [.join(sender: self.local, timeToLive: 6)])
        }
        #expect(bed.node.activeView.count == 2)
    }

    @Test func spec04_check28_aJoinWalksToEveryOtherNeighbour() {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...4)
        let newcomer = TestBed.peer(9)
        bed.run(.peerConnected(newcomer))
        let sent = bed.receive(.join(sender: newcomer, timeToLive: 6), from: newcomer).membership
        #expect(sent.map(\.peer).sorted() == neighbors.sorted())
        for (_, message) in sent {
            #expect(message == .forwardJoin(sender: self.local, newPeer: newcomer, timeToLive: 5))
        }
        #expect(bed.node.activeView.contains(newcomer))
        let again = bed.receive(.join(sender: newcomer, timeToLive: 6), from: newcomer)
        #expect(again.membership.isEmpty, "a neighbour that joins again starts no second walk")
    }

    @Test func spec04_check28_nobodyJoinsForAnother() {
        var bed = TestBed(configuration: .overlay)
        _ = bed.connectNeighbors(2...3)
        let before = bed.node.activeView
        let liar = TestBed.peer(2)
        let claims: [MembershipMessage] = [
            .join(sender: TestBed.peer(8), timeToLive: 6), .neighbor(sender: TestBed.peer(8), priority: .high),
            .pingRequest(target: TestBed.peer(3), requester: TestBed.peer(8)),
            .ackResponse(target: TestBed.peer(3), requester: TestBed.peer(8)),
            .forwardJoin(sender: TestBed.peer(3), newPeer: liar, timeToLive: 0),
        ]
        for claim in claims {
            let actions = bed.receive(claim, from: liar)
            #expect(actions.dropped == [.membershipSenderMismatch])
            #expect(actions.membership.isEmpty && actions.connects.isEmpty)
        }
        #expect(bed.node.activeView == before)
        #expect(bed.node.passiveView.isEmpty)
    }

    @Test func spec04_check28_aForwardedJoinEndsInAskingTheNewcomer() {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...3)
        let newcomer = TestBed.peer(9)
        let message = MembershipMessage.forwardJoin(sender: neighbors[1], newPeer: newcomer, timeToLive: 0)
        #expect(bed.receive(message, from: neighbors[0]).connects == [newcomer])
        #expect(!bed.node.activeView.contains(newcomer), "not before it agreed (spec 04 §20 F-18)")
        let asked = bed.run(.peerConnected(newcomer)).membership(to: newcomer)
        #expect(asked == [.neighbor(sender: self.local, priority: .low)])
        bed.receive(.neighborReply(isAccepted: true), from: newcomer)
        #expect(bed.node.activeView.contains(newcomer))
    }

    @Test func spec04_check28_aFullViewPassesAForwardedJoinOn() {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...7)
        let message = MembershipMessage.forwardJoin(sender: neighbors[1], newPeer: TestBed.peer(9), timeToLive: 3)
        let actions = bed.receive(message, from: neighbors[0])
        #expect(actions.membership.count == 1)
        #expect(
            actions.membership.first?.message
                == .forwardJoin(sender: self.local, newPeer: TestBed.peer(9), timeToLive: 2)
        )
        #expect(actions.membership.first?.peer != neighbors[0])
        #expect(bed.node.passiveView == [TestBed.peer(9)], "a contact where the passive walk length is left")
        let endless = MembershipMessage.forwardJoin(sender: neighbors[1], newPeer: TestBed.peer(10), timeToLive: .max)
        #expect(
            bed.receive(endless, from: neighbors[0]).membership.first?.message
                == .forwardJoin(sender: self.local, newPeer: TestBed.peer(10), timeToLive: 5)
        )
    }

    @Test func spec04_check28_neighbourRequests() {
        var bed = TestBed(configuration: .overlay)
        _ = bed.connectNeighbors(2...13)
        #expect(bed.node.activeView.count == 12)
        let asker = TestBed.peer(20)
        bed.run(.peerConnected(asker))
        let refused = bed.receive(.neighbor(sender: asker, priority: .low), from: asker)
        #expect(refused.membership(to: asker) == [.neighborReply(isAccepted: false)])
        let accepted = bed.receive(.neighbor(sender: asker, priority: .high), from: asker)
        #expect(accepted.membership(to: asker) == [.neighborReply(isAccepted: true)])
        #expect(bed.node.activeView.contains(asker))
        #expect(bed.node.activeView.count == 12)
        // Whoever had to go was told, and is a contact now.
        let farewells = accepted.membership.filter { $0.message == .disconnect }
        #expect(farewells.map(\.peer) == accepted.releases)
        #expect(bed.node.passiveView == farewells.map(\.peer))
    }

    @Test func neighboursWeChoseAreNotReplacedByStrangers() {
        var bed = TestBed(configuration: .overlay)
        let chosen = TestBed.peer(2)
        bed.run(.peerConnected(chosen))  // joined: our choice
        for number in 100..<160 as Range<UInt64> {
            let stranger = TestBed.peer(number)
            bed.run(.peerConnected(stranger))
            bed.receive(.neighbor(sender: stranger, priority: .high), from: stranger)
        }
        #expect(bed.node.activeView.count == 12)
        #expect(bed.node.activeView.contains(chosen))
    }

    @Test func answersNobodyAskedForChangeNothing() {
        var bed = TestBed(configuration: .overlay)
        _ = bed.connectNeighbors(2...7)
        bed.run(.peerConnected(TestBed.peer(9)))
        bed.receive(.neighborReply(isAccepted: true), from: TestBed.peer(9))
        bed.receive(.shuffleReply(peers: [TestBed.peer(50)]), from: TestBed.peer(9))
        #expect(!bed.node.activeView.contains(TestBed.peer(9)))
        #expect(bed.node.passiveView.isEmpty)
        #expect(bed.node.membershipStatistics.unexpected == 2)
    }

    @Test func spec04_check28_shufflesWalkAndEndInAnExchange() {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...7)
        let contacts = [TestBed.peer(30), TestBed.peer(31)]
        let walking = MembershipMessage.shuffle(sender: neighbors[0], peers: contacts, timeToLive: 2)
        let forwarded = bed.receive(walking, from: neighbors[0]).membership
        #expect(
            forwarded.map(\.message) == [.shuffle(sender: neighbors[0], peers: contacts, timeToLive: 1)]
        )
        #expect(forwarded.first?.peer != neighbors[0])
        #expect(bed.node.passiveView.isEmpty)
        let ending = MembershipMessage.shuffle(sender: neighbors[0], peers: contacts + [self.local], timeToLive: 0)
        let answer = bed.receive(ending, from: neighbors[1])
        #expect(answer.membership(to: neighbors[0]) == [.shuffleReply(peers: [])])
        #expect(bed.node.passiveView == contacts.sorted(), "neighbours and the node itself are no contacts")
        // The next exchange gives them on; a sender that is not connected is not dialled (spec 04 §20 F-16).
        let stranger = MembershipMessage.shuffle(sender: TestBed.peer(40), peers: [], timeToLive: 0)
        let nothing = bed.receive(stranger, from: neighbors[1])
        #expect(nothing.membership.isEmpty && nothing.connects.isEmpty)
    }

    @Test func shufflesHappenEveryPeriod() {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...7)
        var shuffles: [(peer: PeerID, message: MembershipMessage)] = []
        for _ in 0..<600 {
            shuffles += bed.advance(.milliseconds(500)).membership.filter {
                if case .shuffle = $0.message { true } else { false }
            }
            for neighbor in neighbors { bed.receive(.ping, from: neighbor) }
        }
        #expect((10...11).contains(shuffles.count))
        #expect(Set(shuffles.map(\.peer)).count > 2, "partners are chosen at random")
        for case .shuffle(let sender, let peers, let timeToLive) in shuffles.map(\.message) {
            #expect(sender == self.local)
            #expect(peers.count == 3)
            #expect(timeToLive == 3)
        }
    }

    @Test func spec04_check28_whoLeavesIsReplaced() {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...7)
        let contact = TestBed.peer(30)
        bed.receive(.shuffle(sender: contact, peers: [], timeToLive: 0), from: neighbors[1])
        #expect(bed.node.passiveView == [contact])
        let actions = bed.receive(.disconnect, from: neighbors[0])
        #expect(!bed.node.activeView.contains(neighbors[0]))
        #expect(actions.releases == [neighbors[0]])
        #expect(actions.connects == [contact], "not the one that has just left")
        bed.run(.peerConnected(contact))
        bed.receive(.neighborReply(isAccepted: true), from: contact)
        #expect(bed.node.activeView.count == 6)
        #expect(bed.node.activeView.contains(contact))
    }

    @Test func contactsThatCannotBeReachedAreForgotten() {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...7)
        let contacts = (30..<36 as Range<UInt64>).map(TestBed.peer)
        bed.receive(.shuffle(sender: contacts[0], peers: contacts, timeToLive: 0), from: neighbors[1])
        var open = bed.run(.peerDisconnected(neighbors[0])).connects
        var tried: Set<PeerID> = []
        while let contact = open.popLast() {
            #expect(tried.insert(contact).inserted, "each is tried once")
            open += bed.run(.connectFailed(contact)).connects
        }
        #expect(tried == Set(contacts))
        #expect(bed.node.passiveView.isEmpty)
    }

    @Test func lostNeighboursAreLookedForAgain() {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...8)
        bed.run(.peerDisconnected(neighbors[0]))
        var tries: [Instant] = []
        for _ in 0..<180 {
            for peer in bed.advance(.seconds(1)).connects where peer == neighbors[0] {
                tries.append(bed.now)
                bed.run(.connectFailed(peer))
            }
            for neighbor in neighbors.dropFirst() { bed.receive(.ping, from: neighbor) }
        }
        #expect(tries.count >= 3, "even with neighbours enough, because a partition may have ended")
        #expect(tries.count <= 8, "with growing pauses")
        // It comes back by itself: it is asked at once.
        let asked = bed.run(.peerConnected(neighbors[0])).membership(to: neighbors[0])
        #expect(asked == [.neighbor(sender: self.local, priority: .low)])
    }

    @Test func spec04_check28_badBytesAreDroppedAndCounted() {
        var bed = TestBed(configuration: .overlay)
        let peer = bed.connectNeighbors(2...2)[0]
        #expect(bed.run(.messageReceived([0x00], from: peer)).dropped == [.membershipUndecodable])
        #expect(bed.run(.messageReceived([0x00, 0x02], from: peer)).dropped == [.membershipUndecodable])
        #expect(bed.run(.messageReceived([0x00, 0x01, 0x00], from: TestBed.peer(77))).dropped == [.unknownPeer])
    }

    @Test func aFloodOfMembershipMessagesIsCut() {
        var bed = TestBed(configuration: .overlay)
        let peer = bed.connectNeighbors(2...2)[0]
        var answered = 0
        for _ in 0..<1000 { answered += bed.receive(.ping, from: peer).membership.count }
        #expect(answered < 61)
        #expect(bed.node.statistics.drops[.membershipOverload] >= 940)
        bed.advance(.seconds(1))
        #expect(bed.receive(.ping, from: peer).membership.count == 1)
    }

    @Test func spec04_check28_randomMessagesKeepTheViewsInOrder() {
        var random = TestRandom("membership fuzz")
        var bed = TestBed(configuration: .overlay)
        func anyPeer() -> PeerID { TestBed.peer(UInt64.random(in: 1...40, using: &random)) }
        for _ in 0..<5000 {
            let ttl = UInt64.random(in: 0...8, using: &random)
            let peer = anyPeer()
            switch Int.random(in: 0..<16, using: &random) {
            case 0, 1: bed.run(.peerConnected(peer))
            case 2: bed.run(.peerDisconnected(peer))
            case 3: bed.run(.connectFailed(peer))
            case 4: bed.advance(.milliseconds(Int64.random(in: 0...3000, using: &random)))
            case 5: bed.receive(.join(sender: peer, timeToLive: ttl), from: peer)
            case 6: bed.receive(.forwardJoin(sender: anyPeer(), newPeer: anyPeer(), timeToLive: ttl), from: peer)
            case 7: bed.receive(.neighbor(sender: peer, priority: ttl > 4 ? .high : .low), from: peer)
            case 8: bed.receive(.neighborReply(isAccepted: ttl > 2), from: peer)
            case 9:
                bed.receive(.shuffle(sender: anyPeer(), peers: [anyPeer(), anyPeer()], timeToLive: ttl), from: peer)
            case 10: bed.receive(.shuffleReply(peers: [anyPeer(), anyPeer()]), from: peer)
            case 11: bed.receive(.disconnect, from: peer)
            case 12: bed.receive(.ack, from: peer)
            case 13: bed.receive(.pingRequest(target: anyPeer(), requester: peer), from: peer)
            case 14: bed.receive(.ackResponse(target: anyPeer(), requester: self.local), from: peer)
            default: bed.run(.messageReceived([0x00] + random.bytes(upTo: 80), from: peer))
            }
            let (active, passive) = (bed.node.activeView, bed.node.passiveView)
            #expect(active.count <= 12 && passive.count <= 30, "\(TestSeed.note)")
            #expect(!active.contains(self.local) && !passive.contains(self.local), "\(TestSeed.note)")
            #expect(Set(active).isDisjoint(with: passive), "\(TestSeed.note)")
        }
    }
}
