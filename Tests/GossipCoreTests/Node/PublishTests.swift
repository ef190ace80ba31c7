// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import GossipCore
import Primitives
import Testing

/// Publishing on one node (spec 04 §7.3 Publish; checks 4 to 6 and 19).
@Suite struct PublishTests {
    @Test func spec04_check06_withoutSubscribersAndPeersItSucceeds() {
        var bed = TestBed()
        let actions = bed.publish("chat", "hello")
        #expect(actions.receipts.map(\.eagerPeerCount) == [0])
        #expect(actions.delivered.isEmpty)
        #expect(actions.failures.isEmpty)
    }

    @Test func aPublishReachesTheSubscriberBeforeTheNetwork() throws {
        var bed = TestBed()
        bed.connect(2...4)
        bed.run(.subscribed(topic: "chat"))
        let actions = bed.publish("chat", "hello")
        let deliveredAt = try #require(actions.firstIndex { if case .deliver = $0 { true } else { false } })
        let sentAt = try #require(actions.firstIndex { if case .send = $0 { true } else { false } })
        #expect(deliveredAt < sentAt)
        let message = try #require(actions.delivered.first)
        #expect(message.isVerified)
        #expect(message.sender?.agentID == bed.identity.agentID)
        #expect(message.origin == .local)
        #expect(message.topic == "chat")
        #expect(message.payload == Array("hello".utf8))
        #expect(actions.receipts.map(\.eagerPeerCount) == [3])
        #expect(actions.receipts.map(\.messageID) == [message.id])
    }

    @Test func whatIsSentIsACompleteSignedMessage() throws {
        var bed = TestBed()
        bed.connect([2])
        let sent = try #require(bed.publish("chat", "hello").sent(.eager).first?.message)
        #expect(sent.header.version == .one)
        #expect(sent.header.topic == TopicID(name: "chat"))
        #expect(sent.header.hop == 0)
        #expect(sent.header.timeToLive == 10)
        #expect(sent.publicKey == bed.identity.machinePublicKey)
        let payload = try #require(sent.payload)
        #expect(
            sent.header.messageID
                == MessageID(
                    topic: TopicID(name: "chat"),
                    publishedAt: UnixMillis(seconds: 1_700_000_000),
                    publisher: bed.identity.peerID,
                    payloadHash: PayloadHash(hashing: payload)
                )
        )
        let headerCheck = SignatureCheck(
            publicKey: sent.publicKey,
            message: sent.header.encoded,
            signature: sent.signature
        )
        #expect(TestSignature.isValid(headerCheck))
        let envelope = try UnverifiedEnvelope(decoding: payload)
        let check = try #require(
            try envelope.checkBinding(to: TopicID(name: "chat"), scheme: TestSignature.scheme)
        )
        #expect(TestSignature.isValid(check))
    }

    @Test func spec04_check04_identicalPublishesAreTwoMessages() {
        var bed = TestBed()
        var other = TestBed(number: 2)
        bed.connect([2])
        other.connect([1])
        bed.run(.subscribed(topic: "chat"))
        other.run(.subscribed(topic: "chat"))
        let first = bed.publish("chat", "same")
        let second = bed.publish("chat", "same")
        #expect(first.delivered.count == 1)
        #expect(second.delivered.count == 1)
        var received: [VerifiedMessage] = []
        for sent in (first + second).sent(.eager) {
            received += other.run(.messageReceived(sent.message.transportMessage, from: bed.identity.peerID)).delivered
        }
        #expect(received.map(\.payload) == [Array("same".utf8), Array("same".utf8)])
        #expect(Set(received.map(\.id)).count == 2)
    }

    @Test func unsubscribingStopsDelivery() {
        var bed = TestBed()
        bed.run(.subscribed(topic: "chat"))
        #expect(bed.publish("chat", "one").delivered.count == 1)
        bed.run(.unsubscribed(topic: "chat"))
        #expect(bed.publish("chat", "two").delivered.isEmpty)
    }

    @Test func anEchoOfAPublishIsNotDeliveredAgain() throws {
        var bed = TestBed()
        let peer = bed.connect([2])[0]
        bed.run(.subscribed(topic: "chat"))
        let sent = try #require(bed.publish("chat", "hello").sent(.eager).first?.message)
        let echo = bed.run(.messageReceived(sent.transportMessage, from: peer))
        #expect(echo.delivered.isEmpty)
        #expect(echo.dropped == [.duplicate])
    }

    @Test func sizesAtTheLimitAndOnePast() {
        var configuration = GossipConfiguration.test
        configuration.messageByteCountMax = 100_000
        var bed = TestBed(configuration: configuration)
        let longest = String(repeating: "t", count: 65_535)
        #expect(bed.publish(longest, "x").receipts.count == 1)
        #expect(bed.publish(longest + "t", "x").failures == [.topicTooLong])
        let overhead = 2 * (32 + 40) + 128 + 4
        let largest = String(repeating: "p", count: 100_000 - overhead)
        bed.connect([2])
        let sent = bed.publish("chat", largest).sent(.eager)
        #expect(sent.count == 1)
        #expect(bed.publish("chat", largest + "p").failures == [.messageTooLarge])
    }

    @Test func signingFailuresFailThePublish() throws {
        for failAt in [0, 1] {
            var bed = TestBed()
            bed.holdsCrypto = true
            bed.connect([2])
            var actions = bed.publish("chat", "hello")
            for step in 0...failAt {
                let request = try #require(actions.signRequests.first)
                let signature = TestSignature.sign(
                    request.message,
                    publicKey: [UInt8](repeating: 1, count: 32),
                    nonce: 1
                )
                actions = bed.run(.signed(request.id, signature: step == failAt ? nil : signature))
            }
            #expect(actions.failures == [.signingFailed])
            #expect(actions.sent.isEmpty)
        }
    }

    @Test func aSignatureOfTheWrongSizeIsAFailure() throws {
        var bed = TestBed()
        bed.holdsCrypto = true
        let request = try #require(bed.publish("chat", "hello").signRequests.first)
        #expect(bed.run(.signed(request.id, signature: [1, 2, 3])).failures == [.signingFailed])
    }

    @Test func theTableOfSignaturesAtTheLimitAndOnePast() {
        var configuration = GossipConfiguration.test
        configuration.signingCountMax = 3
        var bed = TestBed(configuration: configuration)
        bed.holdsCrypto = true
        for _ in 0..<3 { #expect(bed.publish("chat", "x").signRequests.count == 1) }
        let refused = bed.publish("chat", "x")
        #expect(refused.failures == [.overloaded])
        #expect(bed.node.statistics.drops[.signingOverload] == 1)
    }

    @Test func controlMessagesLeaveRoomForPublishes() throws {
        var configuration = GossipConfiguration.test
        configuration.signingCountMax = 4
        configuration.controlSigningCountMax = 2
        var bed = TestBed(configuration: configuration)
        let peers = bed.connect(2...9)
        var author = TestAuthor(100)
        let message = try author.eager("chat", "hello").transportMessage
        bed.run(.messageReceived(message, from: peers[0]))
        bed.holdsCrypto = true
        var signing = 0
        for peer in peers.dropFirst() { signing += bed.run(.messageReceived(message, from: peer)).signRequests.count }
        #expect(signing == 2)
        #expect(bed.node.statistics.drops[.signingOverload] == 5)
        #expect(bed.publish("chat", "x").signRequests.count == 1)
        #expect(bed.publish("chat", "x").signRequests.count == 1)
        #expect(bed.publish("chat", "x").failures == [.overloaded])
    }

    @Test func spec04_check19_aStuckPeerDelaysNobodyElse() {
        var configuration = GossipConfiguration.test
        configuration.sendCountInFlightMax = 2
        configuration.sendQueueCountMax = 3
        var bed = TestBed(configuration: configuration)
        bed.sendOutcome = nil
        let peers = bed.connect([2, 3])
        var running: [PeerID: [RequestID]] = [:]
        for index in 0..<10 {
            let actions = bed.publish("chat", "message \(index)")
            #expect(actions.receipts.count == 1, "a publish never waits")
            var started = actions
            while let action = started.popLast() {
                guard case .send(let request) = action else { continue }
                if request.peer == peers[1] {
                    started += bed.run(.sendFinished(request.id, .sent))
                } else {
                    running[request.peer, default: []].append(request.id)
                }
            }
        }
        // The stuck peer has 2 running, 3 waiting, and lost 5; the other one got all 10.
        #expect(running[peers[0]]?.count == 2)
        #expect(bed.node.statistics.outboundBudgetExhausted == 5)
        #expect(bed.node.statistics.drops[.sendQueueFull] == 5)
        #expect(bed.node.statistics.republish.count == 10)
        // A cancelled send releases its place.
        let next = bed.run(.sendFinished(running[peers[0]]?[0] ?? RequestID(0), .timedOut))
        #expect(next.sent.map(\.peer) == [peers[0]])
        #expect(bed.node.statistics.republishPerPeerTimeout == 1)
    }

    @Test func whatCouldNotBePushedIsAnnounced() throws {
        var bed = TestBed()
        bed.sendOutcome = nil
        let peer = bed.connect([2])[0]
        let actions = bed.publish("chat", "hello")
        let messageID = try #require(actions.receipts.first?.messageID)
        guard
            case .send(let request) = try #require(actions.first(where: { if case .send = $0 { true } else { false } }))
        else { return }
        bed.run(.sendFinished(request.id, .timedOut))
        let announced = bed.advance(.milliseconds(100)).sent(.iHave)
        #expect(announced.map(\.peer) == [peer])
        let payload = try #require(announced.first?.message.payload)
        #expect(try MessageIDList(payload: payload, countMax: 1).ids == [messageID])
    }

    @Test func topicsAtTheLimitAndOnePast() {
        var configuration = GossipConfiguration.test
        configuration.topicCountMax = 3
        var bed = TestBed(configuration: configuration)
        bed.run(.subscribed(topic: "a"))
        bed.run(.subscribed(topic: "b"))
        #expect(bed.publish("c", "x").receipts.count == 1)
        #expect(bed.publish("d", "x").receipts.count == 1)
        #expect(bed.node.statistics.topicEvictions == 1, "a relayed topic makes room")
        bed.run(.subscribed(topic: "d"))
        #expect(bed.publish("e", "x").failures == [.tooManyTopics])
        #expect(bed.run(.subscribed(topic: "e")).dropped == [.subscriptionOverload])
        #expect(bed.node.occupancy.topicCount == 3)
    }
}
