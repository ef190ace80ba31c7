// SPDX-License-Identifier: MIT OR Apache-2.0

import GossipCore
import Primitives
import Testing

/// Probing, suspicion and refutation, and what they do to the views (spec 04 §10.4, §20 F-15, check 27).
@Suite struct SWIMTests {
    private let local = TestBed.peer(1)

    /// A node with one neighbour that is silent from now on, and others that answer every probe.
    private func run(
        _ bed: inout TestBed,
        for span: Nanoseconds,
        silent: PeerID?,
        answer: (inout TestBed, PeerID) -> Void = { $0.receive(.ack, from: $1) }
    ) -> [(at: Instant, peer: PeerID, message: MembershipMessage)] {
        var sent: [(at: Instant, peer: PeerID, message: MembershipMessage)] = []
        let end = bed.now + span
        while bed.now < end {
            for (peer, message) in bed.advance(.milliseconds(10)).membership {
                sent.append((bed.now, peer, message))
                if message == .ping, peer != silent { answer(&bed, peer) }
            }
        }
        return sent
    }

    @Test func spec04_check27_aPingIsAnswered() {
        var bed = TestBed(configuration: .overlay)
        let peer = bed.connectNeighbors(2...2)[0]
        #expect(bed.receive(.ping, from: peer).membership(to: peer) == [.ack])
    }

    @Test func spec04_check27_silenceMakesASuspectAndThenADeadPeer() throws {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...5)
        let silent = neighbors[0]
        let sent = self.run(&bed, for: .seconds(10), silent: silent)
        let probe = try #require(sent.first { $0.message == .ping && $0.peer == silent })
        let asked = sent.filter { $0.message == .pingRequest(target: silent, requester: self.local) }
        #expect(Set(asked.map(\.peer)) == Set(neighbors.dropFirst()), "three helpers")
        let suspectedAt = try #require(asked.first?.at)
        #expect(suspectedAt - probe.at <= .seconds(1))
        #expect(bed.node.membershipStatistics.suspicions == 1)
        #expect(bed.node.membershipStatistics.deaths == 1)
        #expect(!bed.node.activeView.contains(silent))
        #expect(!bed.node.passiveView.contains(silent))
        #expect(bed.node.activeView.count == 3)
        #expect(bed.node.occupancy.peerCount == 3, "nothing is pushed to the dead")
        let again = sent.filter { $0.message == .ping && $0.peer == silent && $0.at > suspectedAt }
        #expect((2...3).contains(again.count), "a suspect is asked again every period until 3 s have passed")
    }

    @Test(arguments: [MembershipMessage.ping, .ack])
    func spec04_check27_anyMessageRefutes(_ message: MembershipMessage) {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...5)
        while bed.node.membershipStatistics.suspicions == 0 {
            _ = self.run(&bed, for: .milliseconds(10), silent: neighbors[0])
        }
        bed.receive(message, from: neighbors[0])
        #expect(bed.node.membershipStatistics.refutations == 1)
        _ = self.run(&bed, for: .seconds(10), silent: nil)
        #expect(bed.node.activeView.contains(neighbors[0]))
        #expect(bed.node.membershipStatistics.deaths == 0)
    }

    @Test func theDeadReviveWhenTheySpeak() throws {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...5)
        _ = self.run(&bed, for: .seconds(10), silent: neighbors[0])
        #expect(bed.node.occupancy.peerCount == 3)
        var author = TestAuthor(2)
        bed.run(.subscribed(topic: "chat"))
        let message = try author.eager("chat", "I am here").transportMessage
        #expect(bed.run(.messageReceived(message, from: neighbors[0])).delivered.count == 1)
        #expect(bed.node.occupancy.peerCount == 4)
    }

    @Test func whoSpeaksNeedsNoProbe() {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...5)
        for _ in 0..<50 {
            for neighbor in neighbors { bed.receive(.ping, from: neighbor) }
            let sent = bed.advance(.milliseconds(900)).membership
            #expect(!sent.contains { $0.message == .ping })
        }
        #expect(bed.node.membershipStatistics.suspicions == 0)
    }

    @Test func aHelperSavesASuspectAFewTimes() {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...5)
        let silent = neighbors[0]
        var asked = 0
        for _ in 0..<3000 where bed.node.activeView.contains(silent) {
            for (peer, message) in bed.advance(.milliseconds(10)).membership {
                if message == .ping, peer != silent { bed.receive(.ack, from: peer) }
                if message == .pingRequest(target: silent, requester: self.local) {
                    asked += 1
                    bed.receive(.ackResponse(target: silent, requester: self.local), from: peer)
                }
            }
        }
        #expect(bed.node.membershipStatistics.deaths == 0)
        #expect(bed.node.membershipStatistics.unusableLinks == 1, "alive, but no edge of ours")
        #expect(bed.node.passiveView == [silent])
        #expect(asked == 9)
        // Two of three answers of a round come too late: the suspicion is over.
        #expect(bed.node.membershipStatistics.indirectAcks == 3)
    }

    @Test func onlyHelpersThatWereAskedAreBelieved() {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...7)
        bed.run(.peerConnected(TestBed.peer(50)))
        while bed.node.membershipStatistics.suspicions == 0 {
            _ = self.run(&bed, for: .milliseconds(10), silent: neighbors[0])
        }
        bed.receive(.ackResponse(target: neighbors[0], requester: self.local), from: TestBed.peer(50))
        bed.receive(.ackResponse(target: neighbors[1], requester: self.local), from: neighbors[2])
        #expect(bed.node.membershipStatistics.indirectAcks == 0)
        _ = self.run(&bed, for: .seconds(5), silent: neighbors[0])
        #expect(bed.node.membershipStatistics.deaths == 1)
    }

    @Test func aProbeForAnotherIsReportedBack() {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...4)
        let request = MembershipMessage.pingRequest(target: neighbors[1], requester: neighbors[0])
        #expect(bed.receive(request, from: neighbors[0]).membership(to: neighbors[1]) == [.ping])
        let report = bed.receive(.ack, from: neighbors[1]).membership(to: neighbors[0])
        #expect(report == [.ackResponse(target: neighbors[1], requester: neighbors[0])])
        #expect(bed.receive(.ack, from: neighbors[1]).membership.isEmpty, "once")
        let stranger = MembershipMessage.pingRequest(target: TestBed.peer(60), requester: neighbors[0])
        let actions = bed.receive(stranger, from: neighbors[0])
        #expect(actions.membership.isEmpty && actions.connects.isEmpty, "nobody is dialled on request")
    }

    @Test func farPeersGetMoreTime() {
        var bed = TestBed(configuration: .overlay)
        let far = bed.connectNeighbors(2...2)[0]
        // Round trips of 800 ms: suspected at first, not once they are measured.
        var due: [Instant] = []
        for _ in 0..<6000 {
            for (_, message) in bed.advance(.milliseconds(10)).membership where message == .ping {
                due.append(bed.now + .milliseconds(800))
            }
            while let first = due.first, first <= bed.now {
                due.removeFirst()
                bed.receive(.ack, from: far)
            }
        }
        #expect(bed.node.membershipStatistics.suspicions <= 1)
        #expect(bed.node.activeView == [far])
    }

    @Test func aDeadNeighbourLeavesTheTree() throws {
        var bed = TestBed(configuration: .overlay)
        let neighbors = bed.connectNeighbors(2...5)
        bed.run(.subscribed(topic: "chat"))
        let topic = TopicID(name: "chat")
        #expect(bed.node.eagerPeers(of: topic) == neighbors.sorted())
        _ = self.run(&bed, for: .seconds(10), silent: neighbors[0])
        #expect(bed.node.eagerPeers(of: topic) == Array(neighbors.dropFirst()).sorted())
    }
}
