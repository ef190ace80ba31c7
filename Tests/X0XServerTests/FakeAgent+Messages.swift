// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import DirectMessages
import Discovery
import GossipCore
import Identity
import Node
import Presence
import Primitives
import Synchronization
import Trust
import X0XServer

@testable import X0X  // the memberwise initialisers of its plain records

/// Publish/subscribe and direct messages.
extension FakeAgent {
    @discardableResult
    func publish(topic: String, payload: [UInt8]) async throws(PublishError) -> Int {
        guard topic.utf8.count <= 65_535 else { throw .topicTooLong }
        let ids = self.world.withLock { world in world.subscriptions.filter { $0.value == topic }.keys.sorted() }
        for id in ids {
            let message = ReceivedMessage(
                subscriptionID: id,
                topic: topic,
                payload: payload,
                sender: Self.agentID,
                isVerified: true,
                trustLevel: .trusted
            )
            let receiver = self.world.withLock { $0.receivers[id] }
            if let receiver { receiver(message) } else { self.topics.publish(.message(message)) }
        }
        return 3
    }

    func subscribe(topic: String) async throws(SubscribeError) -> SubscriptionID {
        guard !topic.isEmpty else { throw .emptyTopic }
        return self.world.withLock { world in
            world.lastSubscription += 1
            let id = SubscriptionID(number: world.lastSubscription)
            world.subscriptions[id] = topic
            return id
        }
    }

    func subscribe(
        topic: String,
        receiver: @escaping @Sendable (ReceivedMessage) -> Void
    ) async throws(SubscribeError) -> SubscriptionID {
        if topic == Self.brokenTopic { throw .tooManySubscriptions }
        let id = try await self.subscribe(topic: topic)
        self.world.withLock { $0.receivers[id] = receiver }
        return id
    }

    func unsubscribe(_ id: SubscriptionID) async -> Bool {
        self.world.withLock {
            $0.receivers[id] = nil
            return $0.subscriptions.removeValue(forKey: id) != nil
        }
    }

    func events() async throws(TooManyStreams) -> EventFeed<AgentEvent> {
        do {
            return try self.topics.subscribe(capacity: 4096)
        } catch {
            throw TooManyStreams()
        }
    }

    func connect(to agent: AgentID) async -> ConnectOutcome { self.world.withLock { $0.connectOutcome } }

    func sendDirect(
        to agent: AgentID,
        payload: [UInt8],
        requireAcknowledgementWithin timeout: Nanoseconds?
    ) async throws(DirectSendError) -> DirectSendReceipt {
        await self.sendGate?()
        let result = self.world.withLock { world in
            world.sent.append(payload)
            world.probeTimeout = timeout
            return world.sendResult
        }
        return try result.get()
    }

    func directConnections() async -> [DirectConnection] { self.world.withLock { $0.connections } }

    func directEvents() async throws(TooManyStreams) -> EventFeed<DirectMessage> {
        do {
            return try self.directs.subscribe(capacity: 8192)
        } catch {
            throw TooManyStreams()
        }
    }
}
