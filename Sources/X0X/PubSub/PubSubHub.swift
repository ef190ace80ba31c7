// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Node
internal import Primitives
internal import Synchronization
internal import Trust

/// The local end of the overlay: filters delivered messages by trust and hands them to clients and to the node's own
/// consumers (spec 04 §6.4, §8).
///
/// A slow client loses its own oldest events, which are counted, and nothing else; a slow internal consumer loses the newest announcements,
/// which are repeated.
final class PubSubHub: Sendable {
    /// Queue of one client: 4,096 events (spec 11 §7.7), 64 MiB.
    static let feedLimits = QueueLimits(count: 4096, byteCount: 64 << 20)
    /// Feeds at once; the server has a lower cap.
    ///
    /// What is queued for many of them is stored once.
    static let feedCountMax = 4096

    let events = Broadcast<AgentEvent>(subscriberCountMax: feedCountMax, measure: byteCount)
    /// Messages on the node's own topics: announcements.
    let announcements = Lane<VerifiedMessage>(
        limits: QueueLimits(count: 10_000, byteCount: 32 << 20),
        overflow: .dropNewest,
        measure: { $0.payload.count }
    )

    private let table = Mutex(SubscriptionTable())
    private let gate: ContactGate
    private let machineElsewhere: @Sendable (AgentID) -> MachineID?

    /// Creates a hub without subscriptions.
    ///
    /// - Parameters:
    ///   - gate: Decides who is heard.
    ///   - machineElsewhere: The machine a pinned agent is known to be on when it is pinned to others.
    init(gate: ContactGate, machineElsewhere: @escaping @Sendable (AgentID) -> MachineID? = { _ in nil }) {
        self.gate = gate
        self.machineElsewhere = machineElsewhere
    }

    /// Registers the node's own topics.
    func listen(to topics: [String]) {
        self.table.withLock { table in
            for topic in topics { table.addInternal(topic) }
        }
    }

    /// Listens to one more topic for the node itself; `true` when the overlay must be told.
    func listen(to topic: String) -> Bool { self.table.withLock { $0.addInternal(topic) } }

    /// Ends one ``listen(to:)-(String)``; `true` when nobody listens to the topic any more.
    func stopListening(to topic: String) -> Bool { self.table.withLock { $0.removeInternal(topic) } }

    /// Whether anybody on this node listens to a topic.
    func isListening(to topic: String) -> Bool { self.table.withLock { $0.isSubscribed(topic) } }

    private func isInternal(_ topic: String) -> Bool { self.table.withLock { $0.isInternal(topic) } }

    /// Takes one delivered message; on the gossip service, so it must not block.
    func deliver(_ message: VerifiedMessage) {
        let sender = message.sender?.agentID
        // The message does not tell the machine; what the sender announced does. Announcements have a gate of their own,
        // which sees the machine they name: else nobody could come back to the machine it is pinned to (spec 01 §12).
        let elsewhere = sender.flatMap(self.machineElsewhere)
        let isInternal = self.isInternal(message.topic)
        let verdict = sender.map {
            self.gate.verdict(on: .pubSub, agent: $0, machine: isInternal ? nil : elsewhere, isVerified: true)
        }
        let isRefused = verdict?.isAdmitted == false
        let trust = sender.map { self.gate.book.trustLevel(of: $0) }
        let subscriptions = self.table.withLock { table in
            // Clients that read announcements themselves do not get those of a sender that is pinned elsewhere.
            let heard = isInternal && elsewhere != nil ? [] : table.subscriptions(of: message.topic)
            let subscriptions = heard.map { (id: $0, receiver: table.receiver(of: $0)) }
            let copies = UInt64(subscriptions.count) + (isInternal ? 1 : 0)
            table.statistics.incomingTotal += copies
            if isRefused {
                table.statistics.incomingDecodeFailed += copies
            } else {
                table.statistics.incomingDecoded += copies
            }
            return subscriptions
        }
        guard !isRefused else { return }
        // An unsigned message proves nothing about anybody, so the node's own topics ignore it (spec 01 §12).
        let isKept = isInternal && message.isVerified && self.announcements.offer(message).isAccepted
        var lostCount: UInt64 = 0
        for (id, receiver) in subscriptions {
            let received = ReceivedMessage(
                subscriptionID: id,
                topic: message.topic,
                payload: message.payload,
                sender: message.sender?.agentID,
                isVerified: message.isVerified,
                trustLevel: trust
            )
            if let receiver { receiver(received) } else { lostCount += self.events.publish(.message(received)) }
        }
        self.table.withLock { table in
            table.statistics.deliveredToSubscriber += UInt64(subscriptions.count) + (isKept ? 1 : 0)
            table.statistics.countLost(lostCount)
            guard isInternal, !isKept else { return }
            table.statistics.subscriberChannelClosed += 1
            if message.isVerified { table.statistics.slowSubscriberDropped += 1 }
        }
    }

    // MARK: - Subscriptions of clients

    /// Adds a subscription; the result tells whether the overlay must be told.
    func subscribe(
        _ id: SubscriptionID,
        topic: String,
        receiver: SubscriptionTable.Receiver? = nil
    ) throws(SubscribeError) -> Bool {
        let result: Result<Bool, SubscribeError> = self.table.withLock { table in
            do throws(SubscribeError) {
                return .success(try table.add(id, topic: topic, receiver: receiver).isFirst)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Removes a subscription; `lastTopic` is set when the overlay must be told.
    func unsubscribe(_ id: SubscriptionID) -> (wasKnown: Bool, lastTopic: String?) {
        self.table.withLock { $0.remove(id) }
    }

    /// Counts a publish.
    func publishFinished(isSuccess: Bool) {
        self.table.withLock { table in
            if isSuccess { table.statistics.publishTotal += 1 } else { table.statistics.publishFailed += 1 }
        }
    }

    /// Section `stats` of the diagnostics.
    var statistics: PipelineStatistics { self.table.withLock { $0.statistics } }

    /// Ends every feed.
    func finish() {
        self.events.finish()
        self.announcements.finish()
    }

    private static let byteCount: @Sendable (AgentEvent) -> Int = { event in
        switch event {
        case .message(let message): message.payload.count
        }
    }
}
