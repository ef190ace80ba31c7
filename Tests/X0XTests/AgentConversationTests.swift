// SPDX-License-Identifier: MIT OR Apache-2.0

import DirectMessages
import Discovery
import GossipCore
import Identity
import Node
import Primitives
import Testing
import Trust
import X0X

@Suite(.timeLimit(.minutes(2))) struct AgentConversationTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    @Test func twoAgentsMeetAndTalk() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await openAgent(in: self.folder, "bob")
        try await run([alice, bob]) {
            try await introduce(alice, to: bob, trust: .trusted)
            try await meet(alice, bob)
            try await meet(bob, alice)

            // Publish and subscribe: verified, with the sender and the subscription's id.
            let subscription = try await bob.subscribe(topic: "news")
            let events = try await bob.events()
            try await eventually("bob subscribed at alice's") {
                try await alice.publish(topic: "news", payload: Array("hello".utf8))
                return await bob.gossipDiagnostics().pipeline.deliveredToSubscriber > 0
            }
            guard case .message(let message) = try await nextElement(of: events) else { return }
            #expect(message.subscriptionID == subscription)
            #expect(message.topic == "news")
            #expect(message.payload == Array("hello".utf8))
            #expect(message.sender == alice.identity.agentID)
            #expect(message.isVerified)
            #expect(message.trustLevel == .unknown)

            // Direct messages both ways: alice trusts bob, bob does not know alice.
            let aliceInbox = try await alice.directEvents()
            let bobInbox = try await bob.directEvents()
            let receipt = try await alice.sendDirect(
                to: bob.identity.agentID,
                payload: [1, 2, 3],
                requireAcknowledgementWithin: .seconds(5)
            )
            #expect(receipt.path == .rawQUIC)
            guard case .roundTrip? = receipt.acknowledgement else {
                Issue.record("no probe answer: \(String(describing: receipt.acknowledgement))")
                return
            }
            let toBob = try await nextElement(of: bobInbox)
            #expect(toBob.sender == alice.identity.agentID)
            #expect(toBob.machineID == alice.identity.machineID)
            #expect(toBob.payload == [1, 2, 3])
            #expect(toBob.isVerified)
            #expect(toBob.trustDecision == .unknown)
            _ = try await bob.sendDirect(
                to: alice.identity.agentID,
                payload: [4],
                requireAcknowledgementWithin: nil
            )
            let toAlice = try await nextElement(of: aliceInbox)
            #expect(toAlice.sender == bob.identity.agentID)
            #expect(toAlice.trustDecision == .accept)

            // Presence and connections.
            let both = [alice.identity.agentID, bob.identity.agentID].sorted()
            for agent in [alice, bob] {
                try await eventually("both are present and online") {
                    let online = await agent.onlineAgents().map(\.agentID)
                    return await agent.presentAgents() == both && online == both
                }
            }
            #expect(await alice.directConnections().map(\.agentID) == [bob.identity.agentID])
            #expect(await bob.directConnections().map(\.machineID) == [alice.identity.machineID])
        }
    }

    @Test func aMessageTravelsOverAThirdAgent() async throws {
        // With one neighbour each, the outer two stay apart.
        let alice = try await openAgent(in: self.folder, "alice") { $0.gossip.activeViewSize = 1 }
        let bob = try await openAgent(in: self.folder, "bob") { $0.gossip.activeViewSize = 1 }
        let charlie = try await openAgent(in: self.folder, "charlie") { $0.gossip.activeViewSize = 1 }
        try await run([alice, bob, charlie]) {
            try await introduce(alice, to: bob)
            try await introduce(charlie, to: bob)
            // Announcements travel the same way, so all three end up knowing each other.
            for (one, other) in [(alice, charlie), (charlie, alice), (bob, alice), (bob, charlie)] {
                try await meet(one, other)
            }
            _ = try await charlie.subscribe(topic: "relay")
            let events = try await charlie.events()
            try await alice.publish(topic: "relay", payload: [7])
            guard case .message(let message) = try await nextElement(of: events) else { return }
            #expect(message.sender == alice.identity.agentID)
            #expect(message.isVerified)
            #expect(await alice.connectedPeers().map(\.id) == [bob.identity.machineID])
            try await eventually("all three are online") { await alice.onlineAgents().count == 3 }
        }
    }

    @Test func spec04_check10_aBlockedSenderIsNotHeard() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await openAgent(in: self.folder, "bob")
        try await run([alice, bob]) {
            try await introduce(alice, to: bob)
            try await meet(bob, alice)
            // A hundred subscriptions make one message count a hundred times: more than all announcements together.
            for _ in 0..<100 { _ = try await bob.subscribe(topic: "news") }
            let events = try await bob.events()
            let inbox = try await bob.directEvents()
            try await bob.setTrust(alice.identity.agentID, .blocked)
            #expect(await bob.discoveredAgent(alice.identity.agentID) == nil)
            #expect(await bob.directConnections().isEmpty)

            try await alice.publish(topic: "news", payload: [1])
            _ = try await alice.sendDirect(to: bob.identity.agentID, payload: [1], requireAcknowledgementWithin: nil)
            try await eventually("both are counted as refused") {
                let direct = await bob.directStatistics()
                let gossip = await bob.gossipDiagnostics().pipeline
                return direct.incomingTrustRejected == 1 && gossip.incomingDecodeFailed >= 100
            }
            await #expect(throws: DirectSendError.blocked) {
                try await bob.sendDirect(to: alice.identity.agentID, payload: [1], requireAcknowledgementWithin: nil)
            }
            #expect(await bob.connect(to: alice.identity.agentID).kind == .notFound)

            // Unblocked, the next message is the first one heard.
            try await bob.setTrust(alice.identity.agentID, .known)
            try await alice.publish(topic: "news", payload: [2])
            _ = try await alice.sendDirect(to: bob.identity.agentID, payload: [2], requireAcknowledgementWithin: nil)
            guard case .message(let message) = try await nextElement(of: events) else { return }
            #expect(message.payload == [2])
            #expect(message.trustLevel == .known)
            let direct = try await nextElement(of: inbox)
            #expect(direct.payload == [2])
        }
    }

    @Test func anEndedSubscriptionIsSilent() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        try await run([alice]) {
            let first = try await alice.subscribe(topic: "own")
            let second = try await alice.subscribe(topic: "own")
            let events = try await alice.events()
            #expect(await alice.unsubscribe(first))
            #expect(await !alice.unsubscribe(first))
            try await alice.publish(topic: "own", payload: [1])
            guard case .message(let message) = try await nextElement(of: events) else { return }
            #expect(message.subscriptionID == second)
            #expect(message.sender == alice.identity.agentID)
            let pipeline = await alice.gossipDiagnostics().pipeline
            #expect(pipeline.publishTotal >= 1)
            #expect(pipeline.publishFailed == 0)
            #expect(pipeline.decodeToDeliveryDrops == 0)
        }
    }

    @Test func requestsOutsideTheirLimitsAreRefused() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let stranger = AgentID(words: Words32(1, 2, 3, 4))
        try await run([alice]) {
            await #expect(throws: PublishError.emptyTopic) { try await alice.publish(topic: "", payload: []) }
            let long = String(repeating: "t", count: 65_536)
            await #expect(throws: PublishError.topicTooLong) { try await alice.publish(topic: long, payload: []) }
            await #expect(throws: SubscribeError.emptyTopic) { try await alice.subscribe(topic: "") }
            await #expect(throws: SubscribeError.topicTooLong) { try await alice.subscribe(topic: long) }
            await #expect(throws: DirectSendError.recipientKeyUnavailable) {
                try await alice.sendDirect(to: stranger, payload: [], requireAcknowledgementWithin: nil)
            }
            #expect(await alice.connect(to: stranger) == ConnectOutcome(.notFound))
            await #expect(throws: AnnounceError.consentRequired) {
                try await alice.announce(includeUser: true, humanConsent: false)
            }
            await #expect(throws: AnnounceError.noUserIdentity) {
                try await alice.announce(includeUser: true, humanConsent: true)
            }
            for _ in 0..<1024 { _ = try await alice.subscribe(topic: "t") }
            await #expect(throws: SubscribeError.tooManySubscriptions) { try await alice.subscribe(topic: "t") }
            let feeds = try await withThrowingTaskGroup(of: EventFeed<AgentEvent>.self) { tasks in
                for _ in 0..<4096 { tasks.addTask { try await alice.events() } }
                var feeds: [EventFeed<AgentEvent>] = []
                for try await feed in tasks { feeds.append(feed) }
                return feeds
            }
            await #expect(throws: TooManyStreams.self) { try await alice.events() }
            #expect(feeds.count == 4096)
        }
    }

    @Test func aCardThatNamesTheWrongMachineConnectsToNobody() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await openAgent(in: self.folder, "bob")
        try await run([alice, bob]) {
            var card = try await bob.card(displayName: "bob", includeUser: false)
            card.signature = nil
            card.machineID = MachineID(words: Words32(9, 9, 9, 9))
            _ = try await alice.importCard(card, trust: .known)
            #expect(await alice.connect(to: bob.identity.agentID) == ConnectOutcome(.unreachable))
            #expect(await alice.connectedPeers().isEmpty)
        }
    }

    @Test func aCardWithAForeignSignatureIsRefused() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await openAgent(in: self.folder, "bob")
        try await run([alice, bob]) {
            var card = try await bob.card(displayName: "bob", includeUser: false)
            card.displayName = "mallory"
            await #expect(throws: IdentityError.self) { try await alice.importCard(card, trust: .known) }
            #expect(await alice.contacts().isEmpty)
        }
    }
}
