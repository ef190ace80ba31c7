// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import GossipCore
import Primitives
import Testing

/// IHAVE, IWANT, anti-entropy and the topic table over time (spec 04 §7.3, §20 F-4, F-5, F-12, F-23; checks 15, 20 to 23).
@Suite struct RepairTests {
    private let topic = TopicID(name: "chat")

    /// A node with peers, subscribed to "chat", whose tree is shaped: only the first peer is eager.
    private func bedWithLazyPeers(
        _ count: UInt64,
        configuration: GossipConfiguration = .test
    ) throws -> (TestBed, [PeerID]) {
        var bed = TestBed(configuration: configuration)
        let peers = bed.connect(2..<(2 + count))
        bed.run(.subscribed(topic: "chat"))
        var author = TestAuthor(100)
        let first = try author.eager("chat", "first").transportMessage
        for peer in peers { bed.run(.messageReceived(first, from: peer)) }
        #expect(bed.node.eagerPeers(of: self.topic) == [peers[0]])
        bed.advance(.milliseconds(100))
        return (bed, peers)
    }

    @Test func spec04_check15_anUnknownIDIsAskedForOnceAndThenRetried() throws {
        var (bed, peers) = try self.bedWithLazyPeers(3)
        var author = TestAuthor(101)
        for peer in peers {
            bed.run(.messageReceived(author.control(.iHave, "chat", [.test(1)]).transportMessage, from: peer))
        }
        let asked = bed.advance(.milliseconds(100)).sent(.iWant)
        #expect(asked.map(\.peer) == [peers[0]])
        #expect(try MessageIDList(payload: asked[0].message.payload ?? [], countMax: 1).ids == [.test(1)])
        #expect(bed.advance(.milliseconds(499)).sent(.iWant).isEmpty)
        #expect(bed.advance(.milliseconds(1)).sent(.iWant).map(\.peer) == [peers[1]])
        #expect(bed.advance(.milliseconds(500)).sent(.iWant).map(\.peer) == [peers[2]])
        #expect(bed.advance(.seconds(5)).sent(.iWant).isEmpty)
        #expect(bed.node.statistics.drops[.abandoned] == 1)
        #expect(bed.node.occupancy.missingCount == 0)
    }

    @Test func aMessageThatComesInTimeIsNotAskedFor() throws {
        var (bed, peers) = try self.bedWithLazyPeers(3)
        var author = TestAuthor(101)
        let message = try author.eager("chat", "late")
        let announcement = author.control(.iHave, "chat", [message.header.messageID]).transportMessage
        bed.run(.messageReceived(announcement, from: peers[1]))
        bed.advance(.milliseconds(99))
        #expect(bed.run(.messageReceived(message.transportMessage, from: peers[0])).delivered.count == 1)
        #expect(bed.advance(.seconds(5)).sent(.iWant).isEmpty)
        bed.run(.messageReceived(announcement, from: peers[2]))
        #expect(bed.advance(.seconds(5)).sent(.iWant).isEmpty, "a known id is not asked for")
    }

    @Test func aFasterPeerIsAskedToPush() throws {
        var (bed, peers) = try self.bedWithLazyPeers(4)
        var author = TestAuthor(101)
        for round in 0..<10 {
            let message = try author.eager("chat", "round \(round)")
            let announcement = author.control(.iHave, "chat", [message.header.messageID]).transportMessage
            // Another peer in between begins the count anew.
            let faster = round == 2 ? peers[3] : peers[2]
            bed.run(.messageReceived(announcement, from: faster))
            bed.advance(.milliseconds(50))
            let sent = bed.run(.messageReceived(message.transportMessage, from: peers[0])).sent(.iHave)
            #expect(sent.map(\.peer) == (round == 5 ? [peers[2]] : []), "after three in a row, round \(round)")
            #expect(sent.allSatisfy { $0.message.header.hop == MessageHeader.graftHop })
        }
        #expect(bed.node.eagerPeers(of: self.topic) == [peers[0], peers[2]].sorted())
        #expect(bed.node.statistics.graftNoticesSent == 1)
        // The other end of such a request.
        let request = author.control(.iHave, "chat", [.test(7)], hop: MessageHeader.graftHop).transportMessage
        #expect(bed.run(.messageReceived(request, from: peers[3])).sent.isEmpty)
        #expect(bed.node.eagerPeers(of: self.topic)?.contains(peers[3]) == true)
        #expect(bed.node.occupancy.missingCount == 0, "it announces nothing")
    }

    @Test func askingGraftsTheAdvertiser() throws {
        var (bed, peers) = try self.bedWithLazyPeers(3)
        var author = TestAuthor(101)
        let message = try author.eager("chat", "missed")
        let announcement = author.control(.iHave, "chat", [message.header.messageID]).transportMessage
        bed.run(.messageReceived(announcement, from: peers[2]))
        bed.advance(.milliseconds(100))
        #expect(bed.node.eagerPeers(of: self.topic)?.contains(peers[2]) == true)
        #expect(bed.run(.messageReceived(message.transportMessage, from: peers[2])).delivered.count == 1)
        #expect(bed.node.statistics.recovered == 1)
        let report = bed.node.peerScores(now: bed.now).first { $0.peer == peers[2] }
        #expect(report?.iWantResponseRate == 1)
        #expect(report?.role == .eager)
    }

    @Test func spec04_check15_aRequestIsServedAndGraftsWithinTheMaximum() throws {
        var (bed, peers) = try self.bedWithLazyPeers(20)
        var author = TestAuthor(101)
        let message = try author.eager("chat", "wanted")
        bed.run(.messageReceived(message.transportMessage, from: peers[0]))
        let request = author.control(.iWant, "chat", [message.header.messageID, .test(9)]).transportMessage
        for peer in peers.dropFirst() {
            let served = bed.run(.messageReceived(request, from: peer)).sent(.eager)
            #expect(served.map(\.peer) == [peer])
            #expect(served.first?.message == message)
        }
        #expect(bed.node.eagerPeers(of: self.topic)?.count == 12)
        let useless = author.control(.iWant, "chat", [.test(9)]).transportMessage
        #expect(bed.run(.messageReceived(useless, from: peers[1])).sent.isEmpty)
    }

    @Test func servingIsRateLimited() throws {
        var configuration = GossipConfiguration.test
        configuration.serveBurstByteCount = 1000
        configuration.serveBytesPerSecond = 100
        var (bed, peers) = try self.bedWithLazyPeers(2, configuration: configuration)
        var author = TestAuthor(101)
        let message = try author.eager("chat", String(repeating: "x", count: 600))
        bed.run(.messageReceived(message.transportMessage, from: peers[0]))
        let request = author.control(.iWant, "chat", [message.header.messageID]).transportMessage
        #expect(bed.run(.messageReceived(request, from: peers[1])).sent(.eager).count == 1)
        #expect(bed.run(.messageReceived(request, from: peers[1])).dropped == [.servingOverload])
        bed.advance(.seconds(10))
        #expect(bed.run(.messageReceived(request, from: peers[1])).sent(.eager).count == 1)
    }

    @Test func spec04_check20_announcementsGoToAFewLazyPeers() throws {
        var (bed, peers) = try self.bedWithLazyPeers(20)
        var author = TestAuthor(101)
        let ids = try (0..<5).map { index in
            let message = try author.eager("chat", "\(index)")
            bed.run(.messageReceived(message.transportMessage, from: peers[0]))
            return message.header.messageID
        }
        let announced = bed.advance(.milliseconds(100)).sent(.iHave)
        #expect(announced.count == 8)
        #expect(Set(announced.map(\.peer)).count == 8)
        #expect(!announced.map(\.peer).contains(peers[0]), "the eager peer needs no announcement")
        for (_, message) in announced {
            #expect(message.header.messageID == ids[0])
            #expect(try MessageIDList(payload: message.payload ?? [], countMax: 1024).ids == ids)
        }
        #expect(bed.advance(.milliseconds(200)).sent(.iHave).isEmpty, "each id is announced once")
    }

    @Test func spec04_check20_aBatchHas1024IDs() throws {
        var (bed, peers) = try self.bedWithLazyPeers(2)
        var ids: [MessageID] = []
        for index in 0..<1025 { ids += bed.publish("chat", "\(index)").receipts.map(\.messageID) }
        let announced = bed.advance(.milliseconds(100)).sent(.iHave)
        #expect(announced.map(\.peer) == [peers[1]])
        let payload = try #require(announced.first?.message.payload)
        // One more than fits: the oldest gives way, anti-entropy still carries it.
        #expect(try MessageIDList(payload: payload, countMax: 1024).ids == Array(ids.dropFirst()))
    }

    @Test func spec04_check20_withoutLazyPeersNothingIsAnnounced() {
        var bed = TestBed()
        bed.connect([2])
        bed.publish("chat", "hello")
        #expect(bed.advance(.seconds(1)).sent(.iHave).isEmpty)
    }

    @Test func controlMessagesCreateNoTopicsAndNeedAConnection() {
        var bed = TestBed()
        let peer = bed.connect([2])[0]
        var author = TestAuthor(101)
        for kind in [MessageKind.iHave, .iWant, .antiEntropy] {
            let message = author.control(kind, "unheard", [.test(1)]).transportMessage
            #expect(bed.run(.messageReceived(message, from: peer)).dropped == [.unknownTopic])
            #expect(
                bed.run(.messageReceived(message, from: GossipIdentity.test(77).peerID)).dropped == [.unknownPeer]
            )
        }
        #expect(bed.node.occupancy.topicCount == 0)
    }

    @Test func undecodableControlPayloadsAreCounted() throws {
        var (bed, peers) = try self.bedWithLazyPeers(2)
        var author = TestAuthor(101)
        let before = bed.node.statistics.messageKinds.decodeFailed
        for kind in [MessageKind.iHave, .iWant, .antiEntropy] {
            let header = MessageHeader(topic: self.topic, messageID: .zero, kind: kind)
            for payload in [[5], [], nil] as [[UInt8]?] {
                let actions = bed.run(
                    .messageReceived(author.message(header, payload: payload).transportMessage, from: peers[0])
                )
                #expect(actions.dropped == [payload == nil ? .missingPayload : .undecodable])
            }
        }
        #expect(bed.node.statistics.messageKinds.decodeFailed == before + 9)
    }

    @Test func controlMessagesAreRateLimited() throws {
        var (bed, peers) = try self.bedWithLazyPeers(2)
        var author = TestAuthor(101)
        let ids = (0..<1024).map { MessageID.test(UInt64($0)) }
        let message = author.control(.iWant, "chat", ids).transportMessage
        var dropped: [DropReason] = []
        for _ in 0..<300 { dropped += bed.run(.messageReceived(message, from: peers[1])).dropped }
        // 8192 tokens, 33 a message.
        #expect(dropped == Array(repeating: .controlOverload, count: 300 - 8192 / 33))
        bed.advance(.seconds(1))
        #expect(bed.run(.messageReceived(message, from: peers[1])).dropped.isEmpty)
    }

    @Test func announcementFloodsAreBounded() throws {
        var (bed, peers) = try self.bedWithLazyPeers(2)
        var author = TestAuthor(101)
        for batch in 0..<3 {
            let ids = (0..<1024).map { MessageID.test(UInt64(batch * 1024 + $0)) }
            bed.run(.messageReceived(author.control(.iHave, "chat", ids).transportMessage, from: peers[1]))
        }
        #expect(bed.node.occupancy.missingCount == 1024)
        #expect(bed.node.statistics.drops[.missingOverload] == 2048)
        #expect(bed.advance(.milliseconds(100)).sent(.iWant).count == 1, "one request for all of them")
    }

    @Test func spec04_check21_twoNodesConvergeInOneRound() throws {
        var left = TestBed(number: 1)
        var right = TestBed(number: 2)
        for topic in ["chat", "news"] {
            left.run(.subscribed(topic: topic))
            right.run(.subscribed(topic: topic))
        }
        left.publish("chat", "from the left")
        right.publish("chat", "from the right")
        right.publish("news", "extra")
        left.connect([2])
        right.connect([1])
        // Lose what the connection itself exchanges: the periodic round alone must do it.
        #expect(left.node.statistics.antiEntropySent == 1)
        var delivered: [String] = []
        for _ in 0..<30 {
            let fromLeft = left.advance(.seconds(1)).sent
            let fromRight = right.advance(.seconds(1)).sent
            delivered += self.exchange(fromLeft, from: &left, to: &right)
            delivered += self.exchange(fromRight, from: &right, to: &left)
        }
        #expect(delivered.sorted() == ["extra", "from the left", "from the right"])
    }

    /// Carries messages back and forth until nothing is left; returns what was delivered anywhere.
    private func exchange(
        _ messages: [(peer: PeerID, message: PubSubMessage)],
        from sender: inout TestBed,
        to receiver: inout TestBed
    ) -> [String] {
        var delivered: [String] = []
        for (_, message) in messages {
            let actions = receiver.run(.messageReceived(message.transportMessage, from: sender.identity.peerID))
            delivered += actions.delivered.map { String(decoding: $0.payload, as: UTF8.self) }
            delivered += self.exchange(actions.sent, from: &receiver, to: &sender)
        }
        return delivered
    }

    @Test func spec04_check21_anEmptyCacheSendsNothing() {
        var bed = TestBed()
        bed.connect([2])
        bed.run(.subscribed(topic: "chat"))
        #expect(bed.advance(.seconds(120)).sent.isEmpty)
    }

    @Test func spec04_check31_oldAndKnownIDsAreNotAskedFor() throws {
        var (bed, peers) = try self.bedWithLazyPeers(2)
        var author = TestAuthor(101)
        let message = try author.eager("chat", "once")
        bed.run(.messageReceived(message.transportMessage, from: peers[0]))
        let digest = author.control(.antiEntropy, "chat", [message.header.messageID]).transportMessage
        bed.advance(.seconds(1800))
        #expect(bed.node.occupancy.cachedByteCount == 0, "the payload is long gone")
        bed.run(.subscribed(topic: "chat"))
        #expect(bed.run(.messageReceived(digest, from: peers[1])).sent(.iWant).isEmpty)
        let again = bed.run(.messageReceived(message.transportMessage, from: peers[1]))
        #expect(again.delivered.isEmpty, "not a second time, half an hour later")
    }

    @Test func spec04_check22_idleTopicsAreForgotten() throws {
        var bed = TestBed()
        bed.run(.subscribed(topic: "chat"))
        bed.publish("chat", "x")
        bed.publish("relayed", "x")
        #expect(bed.node.occupancy.topicCount == 2)
        bed.advance(.seconds(599))
        #expect(bed.node.occupancy.topicCount == 2)
        bed.advance(.seconds(11))
        #expect(bed.node.occupancy.topicCount == 1)
        #expect(bed.node.eagerPeers(of: self.topic) != nil, "a subscribed topic survives")
    }

    @Test func spec04_check23_aGonePeerIsInNoSet() throws {
        var (bed, peers) = try self.bedWithLazyPeers(3)
        bed.run(.peerDisconnected(peers[0]))
        #expect(bed.node.eagerPeers(of: self.topic)?.contains(peers[0]) == false)
        #expect(bed.node.eagerPeers(of: self.topic)?.count == 1, "somebody takes its place at once")
        #expect(!bed.node.peerScores(now: bed.now).contains { $0.peer == peers[0] })
        #expect(bed.run(.peerDisconnected(peers[0])).isEmpty)
    }

    /// Both peers time out: one cools, and the other is kept, because whoever finds everybody slow is slow itself.
    @Test func spec04_check18_fiveTimeoutsCoolOnOneTopicOnly() throws {
        var bed = TestBed()
        let peers = bed.connect([2, 3])
        bed.sendOutcome = .timedOut
        for index in 0..<4 { bed.publish("chat", "\(index)") }
        #expect(bed.node.suppressedPeers(now: bed.now).isEmpty)
        for index in 4..<10 { bed.publish("chat", "\(index)") }
        let suppressed = bed.node.suppressedPeers(now: bed.now)
        #expect(suppressed.count == 1 && suppressed.allSatisfy { peers.contains($0.peer) })
        #expect(suppressed.allSatisfy { $0.state == .cooldown && $0.affectedTopicsCount == 1 })
        #expect(bed.publish("chat", "to one").sent(.eager).count == 1)
        #expect(bed.publish("news", "to both").sent(.eager).count == 2)
        bed.sendOutcome = .sent
        bed.advance(.seconds(121))
        bed.connect([2, 3])
        #expect(bed.node.suppressedPeers(now: bed.now).allSatisfy { $0.state == .recoveryReady })
    }

    @Test func spec04_check18_aLonelySlowPeerCools() throws {
        var bed = TestBed()
        let peers = bed.connect([2])
        bed.sendOutcome = .timedOut
        for index in 0..<5 { bed.publish("chat", "\(index)") }
        #expect(bed.node.suppressedPeers(now: bed.now).map(\.peer) == peers)
        #expect(bed.publish("chat", "skipped").sent.isEmpty)
        #expect(bed.node.statistics.republishPerPeerTimeout == 5)
    }

    @Test func peersAtTheLimitAndOnePast() {
        var configuration = GossipConfiguration.test
        configuration.peerCountMax = 3
        var bed = TestBed(configuration: configuration)
        bed.connect([2, 3, 4, 4])
        #expect(bed.node.occupancy.peerCount == 3)
        #expect(bed.run(.peerConnected(GossipIdentity.test(5).peerID)).dropped == [.peerOverload])
        #expect(bed.run(.peerConnected(bed.identity.peerID)).isEmpty, "a node is not its own peer")
    }
}
