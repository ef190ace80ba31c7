// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// The table of topics: created by subscribing, publishing and valid messages, forgotten when idle (spec 04 §7.4, §20 F-1).
extension GossipNode {
    mutating func subscribed(_ name: String, now: Instant, into actions: inout [GossipAction]) {
        let topic = TopicID(name: name)
        guard self.ensureTopic(topic, now: now) else {
            return self.drop(.subscriptionOverload, from: nil, into: &actions)
        }
        self.topics[topic]?.isSubscribed = true
        self.topics[topic]?.lastActivity = now
    }

    mutating func unsubscribed(_ name: String, now: Instant) {
        let topic = TopicID(name: name)
        self.topics[topic]?.isSubscribed = false
        self.topics[topic]?.lastActivity = now
    }

    /// Makes sure a topic has a state; `false` when only subscribed topics could make room for it.
    mutating func ensureTopic(_ topic: TopicID, now: Instant) -> Bool {
        if self.topics[topic] != nil { return true }
        guard self.topics.count < self.configuration.topicCountMax || self.evictTopic() else { return false }
        var tree = TopicTree(topic: topic, configuration: self.configuration)
        tree.sample(self.treePeers, using: &self.random)
        self.topics[topic] = TopicState(tree: tree, now: now)
        return true
    }

    private mutating func evictTopic() -> Bool {
        let idle = self.topics.lazy.filter { !$0.value.isSubscribed }
            .min { ($0.value.lastActivity, $0.key) < ($1.value.lastActivity, $1.key) }
        guard let victim = idle?.key else { return false }
        self.forget(victim)
        self.statistics.topicEvictions += 1
        return true
    }

    private mutating func forget(_ topic: TopicID) {
        self.topics[topic] = nil
        self.cache.removeAll(of: topic)
        self.dirtyTopics.removeAll { $0 == topic }
        if self.dirtyTopics.isEmpty { self.announceAt = nil }
    }

    /// The next flush has something to do for a topic.
    mutating func markDirty(_ topic: TopicID, now: Instant) {
        guard self.topics[topic]?.isQueuedForFlush == false else { return }
        self.topics[topic]?.isQueuedForFlush = true
        self.dirtyTopics.append(topic)
        self.announceAt = self.announceAt ?? now + self.configuration.announceInterval
    }

    // MARK: Periodic work

    mutating func maintainDegrees(now: Instant) {
        self.maintenanceAt = now + self.configuration.maintenanceInterval
        for topic in self.topics.keys.sorted() { self.maintainDegree(of: topic, now: now) }
    }

    mutating func maintainDegree(of topic: TopicID, now: Instant) {
        let neighbors = self.treePeers
        let moves = self.topics[topic]?.tree.maintain(
            connected: neighbors,
            configuration: self.configuration,
            now: now
        )
        self.statistics.messageKinds.prune += UInt64(moves?.prunes ?? 0)
        self.statistics.messageKinds.graft += UInt64(moves?.grafts ?? 0)
    }

    mutating func sweep(now: Instant) {
        self.sweepAt = now + self.configuration.sweepInterval
        self.seen.sweep(now: now)
        self.cache.sweep(now: now)
        self.rejected.sweep(now: now)
        let idle = self.topics.filter {
            !$0.value.isSubscribed && now - $0.value.lastActivity >= self.configuration.topicIdleLifetime
        }
        for topic in idle.keys.sorted() { self.forget(topic) }
    }
}
