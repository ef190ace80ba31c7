// SPDX-License-Identifier: MIT OR Apache-2.0

import Node
import Primitives
import Synchronization
import Testing
import Trust

@testable import GossipCore
@testable import X0X

/// From a delivered message to the clients (spec 04 §8, checks 5, 7 and 10).
@Suite(.timeLimit(.minutes(1))) struct PubSubHubTests {
    private let sender = AgentID(words: Words32(7, 7, 7, 7))
    private let hub = PubSubHub(gate: ContactGate(ContactSnapshot(ContactBook())))

    private func message(_ number: Int, on topic: String = "t") -> VerifiedMessage {
        VerifiedMessage(
            id: MessageID(words: Words32(UInt64(number), 0, 0, 0)),
            topicID: TopicID(words: Words32(1, 0, 0, 0)),
            topic: topic,
            payload: (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) },
            sender: VerifiedSender(agentID: self.sender, publicKey: []),
            origin: .local
        )
    }

    private static func number(_ event: AgentEvent) -> Int {
        switch event {
        case .message(let message): message.payload.reversed().reduce(0) { $0 << 8 | Int($1) }
        }
    }

    @Test func spec04_check05_everySubscriptionGetsEachMessageOnce() async throws {
        let ids = [1, 2, 3].map { SubscriptionID(number: $0) }
        #expect(try self.hub.subscribe(ids[0], topic: "t"))
        #expect(try !self.hub.subscribe(ids[1], topic: "t"))
        #expect(try !self.hub.subscribe(ids[2], topic: "t"))
        let feed = try self.hub.events.subscribe(capacity: 1000)
        for number in 0..<100 { self.hub.deliver(self.message(number)) }
        self.hub.deliver(self.message(1000, on: "other"))
        self.hub.finish()
        var counts: [SubscriptionID: [Int]] = [:]
        for await case .element(let event) in feed {
            guard case .message(let message) = event else { continue }
            counts[message.subscriptionID, default: []].append(Self.number(event))
        }
        for id in ids { #expect(counts[id] == Array(0..<100)) }
        #expect(self.hub.statistics.deliveredToSubscriber == 300)
        #expect(self.hub.statistics.decodeToDeliveryDrops == 0)
    }

    @Test func spec04_check07_aClientThatNeverReadsCostsNobodyElse() async throws {
        _ = try self.hub.subscribe(SubscriptionID(number: 1), topic: "t")
        let stuck = try self.hub.events.subscribe(limits: PubSubHub.feedLimits)
        let reader = try self.hub.events.subscribe(limits: PubSubHub.feedLimits)
        let total = 100_000
        let read = ReadCount()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                var expected = 0
                for await item in reader {
                    guard case .element(let event) = item, Self.number(event) == expected else {
                        Issue.record("the reader lost \(item)")
                        return
                    }
                    expected += 1
                    read.value.store(expected, ordering: .relaxed)
                    if expected == total { return }
                }
            }
            for number in 0..<total {
                self.hub.deliver(self.message(number))
                self.hub.publishFinished(isSuccess: true)
                // The publisher of a real node awaits two signatures per message; here it awaits the reader now and then.
                guard number.isMultiple(of: 2000) else { continue }
                while read.value.load(ordering: .relaxed) < number { await Task.yield() }
            }
            try await tasks.waitForAll()
        }
        #expect(read.value.load(ordering: .relaxed) == total)
        let statistics = self.hub.statistics
        #expect(statistics.publishTotal == 100_000)
        #expect(statistics.slowSubscriberDropped == UInt64(total - 4096), "memory stays at 4,096 events per client")
        #expect(statistics.subscriberChannelClosed == statistics.slowSubscriberDropped)
        #expect(statistics.deliveredToSubscriber == UInt64(total))
        #expect(statistics.decodeToDeliveryDrops == 0)
        #expect(statistics.inFlightDecode == 0)
        // The stuck client learns what it missed and gets the rest.
        self.hub.finish()
        var items: [FeedItem<AgentEvent>] = []
        for await item in stuck { items.append(item) }
        #expect(items.count == 4097)
        guard case .lagged(let missed)? = items.first else {
            Issue.record("no notice of the loss")
            return
        }
        #expect(missed == UInt64(total - 4096))
    }

    @Test func anEndedSubscriptionGetsNothing() async throws {
        let (first, second) = (SubscriptionID(number: 1), SubscriptionID(number: 2))
        _ = try self.hub.subscribe(first, topic: "t")
        _ = try self.hub.subscribe(second, topic: "t")
        let feed = try self.hub.events.subscribe(capacity: 100)
        self.hub.deliver(self.message(0))
        #expect(self.hub.unsubscribe(first).lastTopic == nil, "somebody else still listens")
        self.hub.deliver(self.message(1))
        let ended = self.hub.unsubscribe(second)
        #expect(ended.wasKnown && ended.lastTopic == "t", "the overlay is told")
        self.hub.deliver(self.message(2))
        #expect(!self.hub.unsubscribe(second).wasKnown)
        self.hub.finish()
        var received: [(SubscriptionID, Int)] = []
        for await case .element(let event) in feed {
            guard case .message(let message) = event else { continue }
            received.append((message.subscriptionID, Self.number(event)))
        }
        #expect(received.map(\.0) == [first, second, second])
        #expect(received.map(\.1) == [0, 0, 1])
    }
}

/// How far the reader of a test is.
private final class ReadCount: Sendable {
    let value = Atomic<Int>(0)
}
