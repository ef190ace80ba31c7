// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import GossipCore
import Primitives
import Testing

/// What was lost while a peer could not be sent to comes back (spec 04 §7.6; checks 18 and 21).
@Suite struct HealingTests {
    private static func digest(_ message: PubSubMessage) throws -> Set<MessageID> {
        guard case .digest(let list) = try AntiEntropyPayload(payload: message.payload ?? []) else { return [] }
        return Set(list.ids)
    }

    /// A node whose only peer cools on "chat", and the ids of what was published meanwhile.
    private static func cooled() -> (bed: TestBed, peer: PeerID, missed: [MessageID]) {
        var bed = TestBed()
        let peer = bed.connect([2])[0]
        bed.sendOutcome = .timedOut
        var missed: [MessageID] = []
        for index in 0..<8 { missed += bed.publish("chat", "\(index)").receipts.map(\.messageID) }
        #expect(bed.node.suppressedPeers(now: bed.now).map(\.state) == [.cooldown])
        bed.sendOutcome = .sent
        return (bed, peer, missed)
    }

    @Test func spec04_check18_whatWasMissedInACoolDownIsOfferedWhenItEnds() throws {
        var (bed, peer, missed) = Self.cooled()
        #expect(bed.advance(.seconds(119)).sent.isEmpty, "nothing is sent to a cooling peer")
        // The next look at the topics is at most ten seconds away; nobody publishes.
        let healed = bed.advance(.seconds(12)).sent(.antiEntropy)
        #expect(healed.map(\.peer) == [peer], "one probe")
        #expect(try Self.digest(healed[0].message) == Set(missed))
        #expect(bed.node.suppressedPeers(now: bed.now).isEmpty)
        var author = TestAuthor(2)
        let request = author.control(.iWant, "chat", missed).transportMessage
        #expect(bed.run(.messageReceived(request, from: peer)).sent(.eager).count == missed.count)
    }

    @Test func spec04_check18_aMessageThatProbesBringsWhatWasMissed() throws {
        var (bed, peer, missed) = Self.cooled()
        bed.now = bed.now + .seconds(120)
        let actions = bed.publish("chat", "the probe")
        #expect(actions.sent(.eager).isEmpty, "a cooling peer is not eager")
        // Announced to it as to any lazy peer: this is the probe.
        let sent = bed.advance(.milliseconds(100)).sent
        #expect(sent.map(\.peer) == [peer, peer])
        #expect(sent.map(\.message.header.kind) == [.iHave, .antiEntropy])
        missed += actions.receipts.map(\.messageID)
        #expect(try Self.digest(sent[1].message) == Set(missed))
    }

    @Test func aFailedProbeBringsNothing() {
        var (bed, _, _) = Self.cooled()
        bed.sendOutcome = .timedOut
        #expect(bed.advance(.seconds(132)).sent(.antiEntropy).count == 1)
        #expect(bed.node.suppressedPeers(now: bed.now).map(\.cooldown) == [.seconds(240)])
        #expect(bed.advance(.seconds(100)).sent.isEmpty)
    }

    @Test func aReplacedConnectionIsCompared() throws {
        var bed = TestBed()
        let peers = bed.connect([2, 3])
        let published = bed.publish("chat", "in flight").receipts.map(\.messageID)
        bed.advance(.milliseconds(200))
        bed.run(.connectionReplaced(peers[0]))
        bed.advance(.seconds(1))
        bed.run(.connectionReplaced(peers[0]))
        let before = bed.node.statistics.antiEntropySent
        let sent = bed.advance(.seconds(1)).sent(.antiEntropy)
        #expect(sent.map(\.peer).filter { $0 == peers[0] } == [peers[0]])
        #expect(try Self.digest(sent[0].message) == Set(published))
        #expect(bed.node.statistics.antiEntropySent == before + UInt64(sent.count))
        #expect(bed.advance(.seconds(1)).sent(.antiEntropy).filter { $0.peer == peers[0] }.count <= 1)
    }

    @Test func aGonePeerIsNotCompared() {
        var bed = TestBed()
        let peers = bed.connect([2])
        bed.publish("chat", "in flight")
        bed.run(.connectionReplaced(peers[0]))
        bed.run(.peerDisconnected(peers[0]))
        bed.run(.connectionReplaced(peers[0]))
        #expect(bed.advance(.seconds(5)).sent.isEmpty)
    }
}
