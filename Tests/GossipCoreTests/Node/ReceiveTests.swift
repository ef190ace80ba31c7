// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import GossipCore
import Primitives
import TestVectors
import Testing

/// EAGER messages from peers (spec 04 §5.4, §6, §7.3, §20 F-2, F-3; checks 11 to 14 and 31).
@Suite struct ReceiveTests {
    private var bed: TestBed
    private var author = TestAuthor(100)
    private let alice: PeerID
    private let bob: PeerID
    private let carol: PeerID

    init() {
        var bed = TestBed()
        let peers = bed.connect([2, 3, 4])
        (self.alice, self.bob, self.carol) = (peers[0], peers[1], peers[2])
        bed.run(.subscribed(topic: "chat"))
        self.bed = bed
    }

    private mutating func receive(_ message: PubSubMessage, from peer: PeerID) -> [GossipAction] {
        self.bed.run(.messageReceived(message.transportMessage, from: peer))
    }

    @Test mutating func aNewMessageIsDeliveredAndForwardedUnchanged() throws {
        let message = try self.author.eager("chat", "hello")
        let actions = self.receive(message, from: self.alice)
        let delivered = try #require(actions.delivered.first)
        #expect(delivered.payload == Array("hello".utf8))
        #expect(delivered.isVerified)
        #expect(delivered.sender?.agentID == self.author.identity.agentID)
        #expect(delivered.origin == .peer(self.alice))
        let forwarded = actions.sent(.eager)
        #expect(Set(forwarded.map(\.peer)) == [self.bob, self.carol])
        #expect(forwarded.allSatisfy { $0.message == message })
        #expect(self.bed.node.statistics.messageKinds.eager == 1)
        #expect(self.bed.node.statistics.accepted == 1)
        #expect(self.bed.node.statistics.verify.count == 1)
    }

    @Test mutating func spec04_check11_aDuplicateMovesTheSenderToLazyAndIsNotDelivered() throws {
        let message = try self.author.eager("chat", "hello")
        _ = self.receive(message, from: self.alice)
        #expect(self.bed.node.eagerPeers(of: TopicID(name: "chat"))?.contains(self.bob) == true)
        let actions = self.receive(message, from: self.bob)
        #expect(actions.delivered.isEmpty)
        #expect(actions.sent(.eager).isEmpty)
        #expect(actions.dropped == [.duplicate])
        #expect(self.bed.node.eagerPeers(of: TopicID(name: "chat"))?.contains(self.bob) == false)
        #expect(self.bed.node.statistics.messageKinds.prune == 1)
        #expect(self.bed.node.statistics.verify.count == 1, "a duplicate costs no verification")
    }

    @Test mutating func aDuplicateIsAnsweredWithARequestToStop() throws {
        let message = try self.author.eager("chat", "hello")
        _ = self.receive(message, from: self.alice)
        let sent = self.receive(message, from: self.bob).sent(.iHave)
        let notices = sent.filter { $0.message.header.hop == MessageHeader.pruneHop }
        #expect(notices.map(\.peer) == [self.bob])
        #expect(notices.first?.message.header.messageID == message.header.messageID)
        #expect(self.bed.node.statistics.pruneNoticesSent == 1)
    }

    @Test mutating func aRequestToStopPrunes() throws {
        _ = self.receive(try self.author.eager("chat", "hello"), from: self.alice)
        let notice = self.author.control(.iHave, "chat", [.test(1)], hop: MessageHeader.pruneHop)
        _ = self.receive(notice, from: self.bob)
        #expect(self.bed.node.eagerPeers(of: TopicID(name: "chat"))?.contains(self.bob) == false)
        #expect(self.bed.advance(.seconds(1)).sent(.iWant).isEmpty, "it announces nothing")
    }

    @Test mutating func spec04_check12_aRewrappedPayloadIsAReplay() throws {
        let message = try self.author.eager("chat", "hello")
        _ = self.receive(message, from: self.alice)
        var header = message.header
        header.messageID = .test(77)
        let rewrapped = self.author.message(header, payload: message.payload)
        for wait in [0, 299] as [Int64] {
            self.bed.advance(.seconds(wait))
            let actions = self.receive(rewrapped, from: self.bob)
            #expect(actions.delivered.isEmpty)
            #expect(actions.sent(.eager).isEmpty)
        }
        #expect(self.bed.node.statistics.drops[.replay] == 1)
    }

    @Test mutating func spec04_check13_aWrongHeaderSignatureChangesNothing() throws {
        var message = try self.author.eager("chat", "hello")
        let good = message
        message.signature[39] ^= 1
        let before = self.bed.node.occupancy
        let actions = self.receive(message, from: self.alice)
        #expect(actions == [.drop(.invalidSignature, from: self.alice)])
        #expect(self.bed.node.occupancy == before)
        #expect(self.receive(good, from: self.alice).delivered.count == 1, "the real one is not suppressed")
    }

    @Test mutating func spec04_check02_aWrongEnvelopeSignatureIsNotDelivered() throws {
        let envelope = try self.author.envelope("chat", "hello")
        for index in [1, 36, 75, 110, envelope.count - 1] {
            var forged = envelope
            forged[index] ^= 1
            let header = self.author.header("chat", payload: forged)
            let actions = self.receive(self.author.message(header, payload: forged), from: self.alice)
            #expect(actions.delivered.isEmpty, "byte \(index)")
            #expect(actions.sent.isEmpty, "byte \(index)")
            #expect(actions.dropped.count == 1, "byte \(index)")
        }
    }

    @Test mutating func spec04_check31_anEnvelopeOfAnotherTopicIsNotDelivered() throws {
        self.bed.run(.subscribed(topic: "other"))
        let envelope = try self.author.envelope("chat", "hello")
        let header = self.author.header("other", payload: envelope)
        let actions = self.receive(self.author.message(header, payload: envelope), from: self.alice)
        #expect(actions == [.drop(.topicMismatch, from: self.alice)])
        #expect(actions.verifyRequests.isEmpty, "no signature is spent on it")
    }

    @Test mutating func spec04_check31_aRelayThatSwapsThePayloadSuppressesNothing() throws {
        let original = try self.author.eager("chat", "original")
        var forger = TestAuthor(200)
        // Garbage under the real header, then a valid envelope of the forger under the real id.
        var damagedPayload = try #require(original.payload)
        damagedPayload[damagedPayload.count - 1] ^= 1
        let garbage = forger.message(original.header, payload: damagedPayload)
        #expect(self.receive(garbage, from: self.bob).delivered.isEmpty)
        let swapped = forger.message(original.header, payload: try forger.envelope("chat", "swapped"))
        #expect(self.receive(swapped, from: self.bob).delivered.map(\.payload) == [Array("swapped".utf8)])
        let actions = self.receive(original, from: self.alice)
        #expect(actions.delivered.map(\.payload) == [Array("original".utf8)])
        #expect(!actions.sent(.eager).isEmpty)
        #expect(self.bed.node.statistics.messageIDConflicts == 1)
        #expect(self.receive(original, from: self.carol).delivered.isEmpty)
    }

    @Test mutating func copiesDuringVerificationAreNotVerifiedAndNotSentBack() throws {
        self.bed.holdsCrypto = true
        let message = try self.author.eager("chat", "hello")
        let request = try #require(self.receive(message, from: self.alice).verifyRequests.first)
        #expect(request.checks.count == 2)
        let copy = self.receive(message, from: self.bob)
        #expect(copy.verifyRequests.isEmpty)
        #expect(copy.dropped == [.duplicate])
        let actions = self.bed.run(.verified(request.id, .valid))
        #expect(actions.delivered.count == 1)
        #expect(actions.sent(.eager).map(\.peer) == [self.carol])
        #expect(self.bed.run(.verified(request.id, .valid)).isEmpty, "an answer counts once")
    }

    @Test mutating func aForgedHeaderAroundARealPayloadSuppressesNothing() throws {
        self.bed.holdsCrypto = true
        let message = try self.author.eager("chat", "hello")
        var forged = message
        forged.signature[39] ^= 1
        let first = try #require(self.receive(forged, from: self.bob).verifyRequests.first)
        #expect(self.receive(message, from: self.alice).verifyRequests.isEmpty)
        let retried = self.bed.run(.verified(first.id, .invalid(at: 1)))
        #expect(retried.dropped == [.invalidSignature])
        let second = try #require(retried.verifyRequests.first)
        #expect(second.checks.allSatisfy(TestSignature.isValid))
        #expect(self.bed.run(.verified(second.id, .valid)).delivered.count == 1)
        #expect(self.bed.node.occupancy.verificationCount == 0)
    }

    @Test mutating func spec04_check14_anUnknownSenderIsHeardButJoinsNoSet() throws {
        let stranger = GossipIdentity.test(55).peerID
        let actions = self.receive(try self.author.eager("chat", "hello"), from: stranger)
        #expect(actions.delivered.count == 1)
        #expect(self.bed.node.eagerPeers(of: TopicID(name: "chat"))?.contains(stranger) == false)
    }

    @Test mutating func spec04_check03_unsignedEnvelopesAreDeliveredUnverified() throws {
        let envelope = [0, 4] + Array("chathello".utf8)
        let header = self.author.header("chat", payload: envelope)
        let delivered = try #require(
            self.receive(self.author.message(header, payload: envelope), from: self.alice).delivered.first
        )
        #expect(!delivered.isVerified)
        #expect(delivered.sender == nil)
        #expect(delivered.payload == Array("hello".utf8))
    }

    @Test mutating func relayedTopicsAreForwardedAndNotDelivered() throws {
        let actions = self.receive(try self.author.eager("relayed", "hello"), from: self.alice)
        #expect(actions.delivered.isEmpty)
        #expect(!actions.sent(.eager).isEmpty)
    }

    @Test mutating func versionTwoHeadersAreCheckedAndReframed() throws {
        let payload = try self.author.envelope("chat", "hello")
        var header = self.author.header("chat", payload: payload)
        header.version = .two(payloadHash: PayloadHash(hashing: [1]))
        #expect(
            self.receive(self.author.message(header, payload: payload), from: self.alice).dropped
                == [.payloadHashMismatch]
        )
        header.version = .two(payloadHash: PayloadHash(hashing: payload))
        let actions = self.receive(self.author.message(header, payload: payload), from: self.alice)
        #expect(actions.delivered.count == 1)
        let forwarded = actions.sent(.eager)
        #expect(Set(forwarded.map(\.peer)) == [self.bob, self.carol])
        for (_, message) in forwarded {
            #expect(message.header.version == .one)
            #expect(message.header.messageID == header.messageID)
            #expect(message.payload == payload)
            #expect(message.publicKey == self.bed.identity.machinePublicKey)
        }
    }

    @Test mutating func oddMessagesAreDroppedAndCounted() throws {
        let header = MessageHeader(topic: TopicID(name: "chat"), messageID: .test(1), kind: .eager)
        #expect(self.receive(self.author.message(header, payload: nil), from: self.alice).dropped == [.missingPayload])
        #expect(
            self.receive(self.author.message(header, payload: []), from: self.alice).dropped == [.malformedEnvelope]
        )
        #expect(self.bed.run(.messageReceived([], from: self.alice)).dropped == [.undecodable])
        #expect(self.bed.run(.messageReceived([1, 1, 2], from: self.alice)).dropped == [.undecodable])
        for kind in [MessageKind.ping, .ack, .find, .presence, .shuffle] {
            let odd = MessageHeader(topic: TopicID(name: "chat"), messageID: .test(1), kind: kind)
            #expect(self.receive(self.author.message(odd, payload: [1]), from: self.alice).dropped == [.unexpectedKind])
        }
        #expect(self.bed.node.statistics.messageKinds.other == 5)
        #expect(self.bed.node.statistics.messageKinds.decodeFailed == 2)
        var short = try self.author.eager("chat", "hello")
        short.signature.removeLast()
        #expect(self.receive(short, from: self.alice).dropped == [.invalidSignature])
    }

    @Test func verificationsAtTheLimitAndOnePast() throws {
        var configuration = GossipConfiguration.test
        configuration.verificationCountMax = 3
        configuration.verificationCountPerPeerMax = 2
        var bed = TestBed(configuration: configuration)
        bed.holdsCrypto = true
        let peers = bed.connect([2, 3])
        var author = TestAuthor(100)
        var messages: [[UInt8]] = []
        for index in 0..<5 { messages.append(try author.eager("chat", "\(index)").transportMessage) }
        let first = bed.run(.messageReceived(messages[0], from: peers[0])).verifyRequests
        #expect(bed.run(.messageReceived(messages[1], from: peers[0])).verifyRequests.count == 1)
        #expect(bed.run(.messageReceived(messages[2], from: peers[0])).dropped == [.verificationOverload])
        #expect(bed.run(.messageReceived(messages[3], from: peers[1])).verifyRequests.count == 1)
        #expect(bed.run(.messageReceived(messages[4], from: peers[1])).dropped == [.verificationOverload])
        bed.run(.verified(first[0].id, .valid))
        #expect(bed.run(.messageReceived(messages[2], from: peers[0])).verifyRequests.count == 1, "dropped is not seen")
    }

    @Test mutating func damagedMessagesNeverTrapAndNeverPass() throws {
        let message = try self.author.eager("chat", "hello")
        let genuine = self.author.header("chat", payload: message.payload ?? [])
        for damaged in Damage.all(of: message.transportMessage) {
            let actions = self.bed.run(.messageReceived(damaged, from: self.alice))
            // Trailing bytes are tolerated, so the last one is the message itself.
            for delivered in actions.delivered { #expect(delivered.id == genuine.messageID) }
        }
        #expect(self.bed.node.statistics.delivered == 1)
    }
}
