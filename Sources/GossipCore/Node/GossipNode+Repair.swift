// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import Primitives

/// IWANT and anti-entropy: getting what the tree did not bring, and giving it (spec 04 §7.3, §20 F-4, F-5, F-12).
///
/// Control messages are believed no further than the connection they came over: their header signature proves nothing
/// (spec 04 §5.3), so it is not checked. They create no topics, and what they make us do is bounded per peer.
extension GossipNode {
    mutating func controlReceived(
        _ message: PubSubMessage,
        from peer: PeerID,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        guard let payload = message.payload else {
            self.statistics.messageKinds.decodeFailed += 1
            return self.drop(.missingPayload, from: peer, into: &actions)
        }
        guard let control = try? ControlMessage(message.header, payload: payload) else {
            return self.dropUndecodable(from: peer, into: &actions)
        }
        guard self.peers[peer] != nil else { return self.drop(.unknownPeer, from: peer, into: &actions) }
        let topic = message.header.topic
        guard self.topics[topic] != nil else { return self.drop(.unknownTopic, from: peer, into: &actions) }
        guard self.peers[peer]?.mayControl(idCount: control.ids.count, now: now) == true else {
            return self.drop(.controlOverload, from: peer, into: &actions)
        }
        switch control {
        case .announcement(let ids): self.announced(ids, topic: topic, by: peer, now: now, into: &actions)
        case .prune: self.pruneRequested(topic, by: peer, now: now)
        case .graft: self.graftRequested(topic, by: peer)
        case .request(let ids): self.serve(ids, topic: topic, to: peer, now: now, into: &actions)
        case .digest(let ids): self.digestReceived(ids, topic: topic, from: peer, now: now, into: &actions)
        case .response(let ids):
            self.request(self.unknown(ids, now: now), topic: topic, of: peer, now: now, into: &actions)
        }
    }

    // MARK: IHAVE

    private mutating func announced(
        _ ids: [MessageID],
        topic: TopicID,
        by peer: PeerID,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        for id in self.unknown(ids, now: now) {
            if self.missing.announced(id, topic: topic, by: peer, now: now) == .refused {
                self.drop(.missingOverload, from: peer, into: &actions)
            }
        }
    }

    private mutating func pruneRequested(_ topic: TopicID, by peer: PeerID, now: Instant) {
        if self.topics[topic]?.tree.prune(peer, now: now) == true { self.statistics.messageKinds.prune += 1 }
    }

    private mutating func graftRequested(_ topic: TopicID, by peer: PeerID) {
        if self.topics[topic]?.tree.graft(peer) == true { self.statistics.messageKinds.graft += 1 }
    }

    /// Ids that are neither known nor being checked.
    private func unknown(_ ids: [MessageID], now: Instant) -> [MessageID] {
        ids.filter { !self.seen.contains($0, now: now) && !self.verifications.contains($0) }
    }

    // MARK: IWANT

    /// Asks for what is due, one IWANT per topic and peer; asking is the GRAFT of Plumtree.
    mutating func requestMissing(now: Instant, into actions: inout [GossipAction]) {
        guard let deadline = self.missing.nextDeadline, deadline <= now else { return }
        let due = self.missing.takeDue(now: now)
        for _ in 0..<due.abandonedCount { self.drop(.abandoned, from: nil, into: &actions) }
        self.send(due.requests.filter { !self.verifications.contains($0.id) }, now: now, into: &actions)
    }

    /// Asks one peer for messages at once.
    private mutating func request(
        _ ids: [MessageID],
        topic: TopicID,
        of peer: PeerID,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        var requests: [MissingMessages.Request] = []
        for id in ids where self.missing.announced(id, topic: topic, by: peer, now: now) == .tracked {
            if let request = self.missing.requestNow(id, topic: topic, now: now) { requests.append(request) }
        }
        self.send(requests, now: now, into: &actions)
    }

    private mutating func send(
        _ requests: [MissingMessages.Request],
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        var batches: [(topic: TopicID, peer: PeerID, ids: [MessageID])] = []
        var openBatches: [TopicID: [PeerID: Int]] = [:]
        for request in requests {
            let index = openBatches[request.topic]?[request.peer]
            if let index, batches[index].ids.count < MessageIDList.announcedCountMax {
                batches[index].ids.append(request.id)
            } else {
                openBatches[request.topic, default: [:]][request.peer] = batches.count
                batches.append((request.topic, request.peer, [request.id]))
            }
        }
        for batch in batches {
            self.topics[batch.topic]?.tree.record(.iWantSent, of: batch.peer, now: now)
            if self.topics[batch.topic]?.tree.graft(batch.peer) == true { self.statistics.messageKinds.graft += 1 }
            self.requestControl(.iWant, topic: batch.topic, ids: batch.ids, to: [batch.peer], now: now, into: &actions)
        }
    }

    private mutating func serve(
        _ ids: [MessageID],
        topic: TopicID,
        to peer: PeerID,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        guard self.push(ids, topic: topic, to: peer, now: now, into: &actions) > 0 else { return }
        if self.topics[topic]?.tree.graft(peer) == true { self.statistics.messageKinds.graft += 1 }
    }

    /// Sends cached messages within the peer's rate; returns how many.
    @discardableResult
    private mutating func push(
        _ ids: [MessageID],
        topic: TopicID,
        to peer: PeerID,
        now: Instant,
        into actions: inout [GossipAction]
    ) -> Int {
        var count = 0
        for id in ids {
            guard let bytes = self.cache.bytes(of: id, topic: topic, now: now) else { continue }
            guard self.peers[peer]?.mayServe(byteCount: bytes.count, now: now) == true else {
                self.drop(.servingOverload, from: peer, into: &actions)
                break  // the rest would find the bucket just as empty
            }
            let message = Outbound(bytes: bytes, topic: topic, messageID: nil, priority: .bulk)
            guard self.enqueue(message, to: peer, now: now, into: &actions) else { break }
            self.statistics.eagerSent += 1
            count += 1
        }
        return count
    }

    // MARK: Anti-entropy

    /// One digest per topic with messages, to a random peer each; a bounded number of topics per round.
    mutating func startAntiEntropy(now: Instant, into actions: inout [GossipAction]) {
        self.antiEntropyAt = now + self.configuration.antiEntropyInterval
        let topics = self.cache.topics
        let start = self.antiEntropyCursor.flatMap { cursor in topics.firstIndex { $0 > cursor } } ?? 0
        let round = (topics[start...] + topics[..<start]).prefix(self.configuration.antiEntropyTopicCountMax)
        self.antiEntropyCursor = round.last
        for topic in round {
            guard let tree = self.topics[topic]?.tree else { continue }
            let candidates = self.sortedPeers.filter { !tree.isSuppressed($0) }
            guard let peer = candidates.randomElement(using: &self.random) else { return }
            self.sendDigest(of: topic, to: peer, now: now, into: &actions)
        }
    }

    /// Compares the most recently active topics with a new neighbour, so that a healed partition need not wait for a round.
    mutating func reconcile(with peer: PeerID, now: Instant, into actions: inout [GossipAction]) {
        let active = self.cache.topics.compactMap { topic in
            self.topics[topic].map { (topic: topic, lastActivity: $0.lastActivity) }
        }
        let latest = active.sorted { ($1.lastActivity, $0.topic) < ($0.lastActivity, $1.topic) }
        for entry in latest.prefix(self.configuration.reconcileTopicCountMax) {
            self.sendDigest(of: entry.topic, to: peer, now: now, into: &actions)
        }
    }

    mutating func sendDigest(
        of topic: TopicID,
        to peer: PeerID,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        let ids = Array(self.cache.ids(of: topic, now: now).suffix(MessageIDList.requestedCountMax))
        self.requestControl(.antiEntropy, topic: topic, ids: ids, to: [peer], now: now, into: &actions)
    }

    private mutating func digestReceived(
        _ ids: [MessageID],
        topic: TopicID,
        from peer: PeerID,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        let theirs = Set(ids)
        let lacking = self.cache.ids(of: topic, now: now).filter { !theirs.contains($0) }
        self.push(lacking, topic: topic, to: peer, now: now, into: &actions)
        self.request(self.unknown(ids, now: now), topic: topic, of: peer, now: now, into: &actions)
    }
}
