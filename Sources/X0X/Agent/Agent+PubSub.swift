// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Node
internal import Presence
internal import Primitives

// Publish and subscribe (spec 11 §7.7).
extension Agent {
    /// Signs a message and hands it to the overlay; local subscribers of the topic get it too.
    ///
    /// - Returns: Neighbours the message is pushed to; 0 means that only this node has it, until somebody connects.
    @discardableResult
    package func publish(topic: String, payload: [UInt8]) async throws(PublishError) -> Int {
        guard !topic.isEmpty else { throw .emptyTopic }
        switch await self.gossip.publish(topic: topic, payload: payload) {
        case .success(let eagerPeerCount): return eagerPeerCount
        case .failure(let failure): throw Self.publishError(failure, payload: payload)
        }
    }

    private static func publishError(_ failure: PublishFailure, payload: [UInt8]) -> PublishError {
        switch failure {
        case .topicTooLong: .topicTooLong
        case .messageTooLarge: .payloadTooLarge(byteCount: payload.count, limit: MessageLimits.messageByteCountMax)
        case .signingFailed: .signingFailed
        case .overloaded, .tooManyTopics: .unavailable
        }
    }

    /// Subscribes to a topic; its messages appear in every feed of ``events()`` under the returned id.
    package func subscribe(topic: String) async throws(SubscribeError) -> SubscriptionID {
        let id = SubscriptionID(number: Self.randomNumber())
        if try self.hub.subscribe(id, topic: topic) { await self.gossip.updateSubscription(of: topic) }
        return id
    }

    /// Subscribes to a topic; its messages go to `receiver` and not into the feeds of ``events()``.
    ///
    /// `receiver` is called on the way of all messages, so it must not wait.
    package func subscribe(
        topic: String,
        receiver: @escaping @Sendable (ReceivedMessage) -> Void
    ) async throws(SubscribeError) -> SubscriptionID {
        let id = SubscriptionID(number: Self.randomNumber())
        if try self.hub.subscribe(id, topic: topic, receiver: receiver) {
            await self.gossip.updateSubscription(of: topic)
        }
        return id
    }

    /// Ends a subscription before it returns; `false` when the id is unknown.
    package func unsubscribe(_ id: SubscriptionID) async -> Bool {
        let (wasKnown, lastTopic) = self.hub.unsubscribe(id)
        if let lastTopic { await self.gossip.updateSubscription(of: lastTopic) }
        return wasKnown
    }

    /// A feed of everything `GET /events` reports; 4,096 events and 64 MiB wait per client.
    package func events() async throws(TooManyStreams) -> EventFeed<AgentEvent> {
        do {
            return try self.hub.events.subscribe(limits: PubSubHub.feedLimits)
        } catch {
            throw TooManyStreams()
        }
    }

    /// The sections of `GET /diagnostics/gossip`.
    package func gossipDiagnostics() async -> GossipDiagnostics {
        let core = await self.gossip.diagnostics()
        let counters = self.router.statistics
        var dispatcher = GossipDiagnostics.Dispatcher()
        dispatcher.pubSub = core.dispatch
        dispatcher.membership = core.membershipDispatch
        let presence = await self.overlay.statistics()
        dispatcher.bulk = presence.dispatch
        var diagnostics = GossipDiagnostics(
            pipeline: self.hub.statistics,
            stages: core.stages,
            peerScores: core.scores,
            suppressedPeers: core.suppressed,
            fanOut: core.fanOut,
            sweepInterval: core.sweepInterval,
            dispatcher: dispatcher,
            overlay: core.overlay,
            readAt: self.clock.wallTime(),
            receivePump: GossipDiagnostics.ReceivePump(
                uptimeSeconds: (self.clock.now() - self.startedAt).seconds,
                pubSub: counters.pubSub,
                membership: counters.membership,
                bulk: counters.bulk,
                perPeer: counters.perPeer
            )
        )
        diagnostics.trust = self.gate.tally
        diagnostics.presence = presence.node
        return diagnostics
    }

    private static func randomNumber() -> UInt64 {
        var random = SystemSecureRandom()
        return random.nextUInt64()
    }
}
