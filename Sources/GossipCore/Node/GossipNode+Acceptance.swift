// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import Primitives

/// What happens to a message whose signatures are valid: remember, deliver, forward (spec 04 §7.3 EAGER, §20 F-3, F-21).
extension GossipNode {
    mutating func verified(
        _ request: RequestID,
        _ verdict: SignatureVerdict,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        guard let entry = self.verifications.finish(request) else { return }
        self.statistics.verify.record(now - entry.startedAt)
        let candidate = entry.candidate
        switch verdict {
        case .valid: self.accept(entry, now: now, into: &actions)
        case .unchecked: self.drop(.verificationOverload, from: candidate.source, into: &actions)
        case .invalid(let index) where index < candidate.checks.count - 1:
            // The copies have the same envelope, so they are as wrong.
            self.rejected.insertWrongEnvelope(candidate.payloadHash, now: now)
            self.drop(.invalidSignature, from: candidate.source, into: &actions)
        case .invalid:
            self.rejected.insertWrongHeader(of: candidate.message, payload: candidate.payloadHash, now: now)
            self.drop(.invalidSignature, from: candidate.source, into: &actions)
            self.tryAlternates(of: entry, now: now, into: &actions)
        }
    }

    /// The same payload came with other headers; one of them may be the real one.
    private mutating func tryAlternates(
        of entry: VerificationTable.Entry,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        guard let next = entry.alternates.first?.withProvenEnvelope else { return }
        let holders = entry.holders.filter { $0 != next.source }
        self.startVerification(of: next, holders: holders, now: now, into: &actions)
        for other in entry.alternates.dropFirst() {
            self.verifications.add(other.message, bytes: other.bytes, payload: other.payloadHash, from: other.source)
        }
    }

    private mutating func accept(
        _ entry: VerificationTable.Entry,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        let candidate = entry.candidate
        let header = candidate.message.header
        guard self.ensureTopic(header.topic, now: now) else {
            return self.drop(.topicOverload, from: candidate.source, into: &actions)
        }
        self.statistics.accepted += 1
        if self.seen.contains(header.messageID, now: now) { self.statistics.messageIDConflicts += 1 }
        self.seen.insert(header.messageID, payload: candidate.payloadHash, now: now)
        self.deliver(candidate, now: now, into: &actions)

        let missed = self.missing.delivered(header.messageID, topic: header.topic)
        self.creditSource(candidate.source, topic: header.topic, missed: missed, now: now)
        self.optimize(header, source: candidate.source, missed: missed, now: now, into: &actions)
        let holders = [candidate.source] + entry.holders + missed.advertisers
        let priority = SendPriority(topic: candidate.envelope.topic)
        switch header.version {
        case .one:
            let forward = Forward(
                topic: header.topic,
                messageID: header.messageID,
                bytes: candidate.bytes,
                priority: priority,
                holders: holders
            )
            _ = self.spread(forward, now: now, into: &actions)
        case .two:
            self.reframe(candidate, priority: priority, holders: holders, now: now, into: &actions)
        }
    }

    private mutating func deliver(_ candidate: Candidate, now: Instant, into actions: inout [GossipAction]) {
        let header = candidate.message.header
        self.topics[header.topic]?.lastActivity = now
        guard self.topics[header.topic]?.isSubscribed == true else { return }
        let sender = candidate.envelope.authorship.map {
            VerifiedSender(agentID: $0.sender, publicKey: $0.publicKey)
        }
        let message = VerifiedMessage(
            id: header.messageID,
            topicID: header.topic,
            topic: candidate.envelope.topic,
            payload: candidate.envelope.payload,
            sender: sender,
            origin: .peer(candidate.source)
        )
        self.statistics.delivered += 1
        actions.append(.deliver(message))
    }

    /// Whoever brings a message first is our parent in the tree; one we had asked has kept its word.
    private mutating func creditSource(
        _ source: PeerID,
        topic: TopicID,
        missed: (wasMissing: Bool, asked: PeerID?, advertisers: [PeerID]),
        now: Instant
    ) {
        if missed.asked != nil { self.statistics.recovered += 1 }
        guard self.peers[source] != nil else { return }
        if self.topics[topic]?.tree.delivered(by: source, now: now) == true {
            self.statistics.messageKinds.graft += 1
        }
        if missed.asked == source { self.topics[topic]?.tree.record(.iWantAnswered, of: source, now: now) }
    }

    /// Shortens the tree (Plumtree §3.8): a peer that announced the message before our parent brought it is nearer to the
    /// publisher by more than an announcement waits.
    ///
    /// It is asked to push; the parent's copies are then duplicates, and its edge goes the way of every redundant one. So
    /// nothing is lost if the peer is an original, which does not understand.
    private mutating func optimize(
        _ header: MessageHeader,
        source: PeerID,
        missed: (wasMissing: Bool, asked: PeerID?, advertisers: [PeerID]),
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        guard missed.asked == nil, let nearer = missed.advertisers.first, nearer != source,
            self.peers[nearer] != nil
        else {
            self.topics[header.topic]?.faster = nil
            return
        }
        // Once means little: with several publishers everybody is nearer to one of them.
        let count = (self.topics[header.topic]?.faster).map { $0.peer == nearer ? $0.count + 1 : 1 } ?? 1
        self.topics[header.topic]?.faster = (nearer, count)
        guard count >= self.configuration.optimizationCount else { return }
        let last = self.topics[header.topic]?.optimizedAt
        guard last.map({ now - $0 >= self.configuration.optimizationInterval }) ?? true else { return }
        guard self.topics[header.topic]?.tree.graft(nearer) == true else { return }
        self.statistics.messageKinds.graft += 1
        self.topics[header.topic]?.optimizedAt = now
        self.requestControl(
            .iHave,
            topic: header.topic,
            ids: [header.messageID],
            hop: MessageHeader.graftHop,
            to: [nearer],
            now: now,
            into: &actions
        )
    }

    /// A version 2 header is understood here but not by the original: pass the message on under a version 1 header of our own.
    private mutating func reframe(
        _ candidate: Candidate,
        priority: SendPriority,
        holders: [PeerID],
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        guard let payload = candidate.message.payload else { return }
        let header = MessageHeader(
            topic: candidate.message.header.topic,
            messageID: candidate.message.header.messageID,
            kind: .eager
        )
        let purpose = SigningPurpose.reframe(header, payload: payload, priority: priority, holders: holders)
        self.requestSignature(.machine, of: header.encoded, for: purpose, now: now, into: &actions)
    }

    /// A message on its way to the neighbours.
    struct Forward {
        let topic: TopicID
        let messageID: MessageID
        let bytes: [UInt8]
        let priority: SendPriority
        /// Peers that have it already.
        let holders: [PeerID]
    }

    /// Caches a message, pushes it to the eager peers and queues its id for the lazy ones; returns how many are pushed to.
    mutating func spread(_ forward: Forward, now: Instant, into actions: inout [GossipAction]) -> Int {
        self.cache.insert(forward.messageID, topic: forward.topic, bytes: forward.bytes, now: now)
        self.statistics.cacheEvictions = self.cache.evictedCount
        self.topics[forward.topic]?.announce(forward.messageID, holders: forward.holders)
        self.markDirty(forward.topic, now: now)
        var pushedCount = 0
        for peer in self.topics[forward.topic]?.tree.eager ?? [] where !forward.holders.contains(peer) {
            let message = Outbound(
                bytes: forward.bytes,
                topic: forward.topic,
                messageID: forward.messageID,
                priority: forward.priority
            )
            if self.enqueue(message, to: peer, now: now, into: &actions) {
                self.statistics.eagerSent += 1
                pushedCount += 1
            }
        }
        return pushedCount
    }
}
