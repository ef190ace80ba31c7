// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore

/// Who on this node listens to which topic, and the counters of the way there (spec 04 §8).
struct SubscriptionTable: Sendable {
    /// Subscriptions that feed `GET /events` at once (spec 11 §7.7).
    static let clientCountMax = 1024
    /// Subscriptions with a receiver of their own at once: those of WebSocket sessions (spec 11 §8.4).
    static let receiverCountMax = 4096

    /// Takes the messages of one subscription instead of the event feeds; must not wait.
    typealias Receiver = @Sendable (ReceivedMessage) -> Void

    private var topics: [SubscriptionID: String] = [:]  // ≤ clientCountMax + receiverCountMax
    private var receivers: [SubscriptionID: Receiver] = [:]  // ≤ receiverCountMax
    private var subscribers: [String: Set<SubscriptionID>] = [:]
    private var internalTopics: [String: Int] = [:]  // listeners each: a handful set at start, and one per lookup

    /// Counters per delivered copy.
    var statistics = PipelineStatistics()

    /// Adds a subscription of a client; `isFirst` tells whether the overlay must be told.
    mutating func add(
        _ id: SubscriptionID,
        topic: String,
        receiver: Receiver? = nil
    ) throws(SubscribeError) -> (isFirst: Bool, Void) {
        guard !topic.isEmpty else { throw .emptyTopic }
        guard topic.utf8.count <= 65_535 else { throw .topicTooLong }
        let hasRoom =
            receiver == nil
            ? self.topics.count - self.receivers.count < Self.clientCountMax
            : self.receivers.count < Self.receiverCountMax
        guard hasRoom else { throw .tooManySubscriptions }
        let isFirst = !self.isSubscribed(topic)
        self.topics[id] = topic
        self.receivers[id] = receiver
        self.subscribers[topic, default: []].insert(id)
        return (isFirst, ())
    }

    /// Removes a subscription; `lastTopic` is its topic when nobody else listens to it.
    mutating func remove(_ id: SubscriptionID) -> (wasKnown: Bool, lastTopic: String?) {
        guard let topic = self.topics.removeValue(forKey: id) else { return (false, nil) }
        self.receivers[id] = nil
        self.subscribers[topic]?.remove(id)
        if self.subscribers[topic]?.isEmpty ?? false { self.subscribers[topic] = nil }
        return (true, self.isSubscribed(topic) ? nil : topic)
    }

    /// Adds a listener of the node itself; `true` when the overlay must be told.
    @discardableResult
    mutating func addInternal(_ topic: String) -> Bool {
        let isFirst = !self.isSubscribed(topic)
        self.internalTopics[topic, default: 0] += 1
        return isFirst
    }

    /// Removes a listener of the node itself; `true` when nobody listens to the topic any more.
    mutating func removeInternal(_ topic: String) -> Bool {
        guard let count = self.internalTopics[topic] else { return false }
        self.internalTopics[topic] = count > 1 ? count - 1 : nil
        return !self.isSubscribed(topic)
    }

    /// Whether the node itself listens to a topic.
    func isInternal(_ topic: String) -> Bool { self.internalTopics[topic] != nil }

    /// The subscriptions of a topic, sorted.
    func subscriptions(of topic: String) -> [SubscriptionID] { self.subscribers[topic, default: []].sorted() }

    /// Who takes the messages of a subscription; nil means the event feeds.
    func receiver(of id: SubscriptionID) -> Receiver? { self.receivers[id] }

    /// Whether anybody on this node listens to a topic.
    func isSubscribed(_ topic: String) -> Bool {
        self.internalTopics[topic] != nil || self.subscribers[topic] != nil
    }
}
