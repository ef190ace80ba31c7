// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// The way out: cooling, queue, running sends (spec 04 §7.6, §20 F-7, F-9, F-20).
extension GossipNode {
    /// A message for one peer, before it has a place in the peer's queue.
    struct Outbound {
        let bytes: [UInt8]
        let topic: TopicID
        /// Set for EAGER messages: announced instead when the push fails.
        let messageID: MessageID?
        let priority: SendPriority
        /// Whether it is a list of everything there is on the topic.
        var isDigest = false
    }

    /// Queues a message for a peer and starts what may start; `false` when it will not be sent.
    mutating func enqueue(
        _ message: Outbound,
        to peer: PeerID,
        now: Instant,
        into actions: inout [GossipAction]
    ) -> Bool {
        guard self.peers[peer] != nil else { return false }
        let id = self.nextRequestID()
        // A topic that was forgotten meanwhile has no grudge against anybody.
        guard self.topics[message.topic]?.tree.admit(peer, id: id, now: now) ?? true else {
            self.drop(.cooling, from: peer, into: &actions)
            return false
        }
        let item = PeerSendQueue.Item(
            id: id,
            bytes: message.bytes,
            topic: message.topic,
            messageID: message.messageID,
            isDigest: message.isDigest,
            queuedAt: now
        )
        guard self.peers[peer]?.queue.enqueue(item, priority: message.priority) == true else {
            self.statistics.outboundBudgetExhausted += 1
            self.drop(.sendQueueFull, from: peer, into: &actions)
            self.owe(message.messageID, on: message.topic, to: peer, now: now)
            // A refused probe has failed: its result would never come.
            _ = self.noteSend(id, topic: message.topic, peer: peer, .failed, now: now)
            return false
        }
        self.statistics.bytesSent += UInt64(message.bytes.count)
        self.startSends(to: peer, into: &actions)
        return true
    }

    mutating func sendFinished(
        _ id: RequestID,
        _ outcome: SendOutcome,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        // A send belongs to exactly one peer; results of a lost connection find none.
        guard let peer = self.sends.removeValue(forKey: id), let send = self.peers[peer]?.queue.finished(id) else {
            return
        }
        self.statistics.republish.record(now - send.queuedAt)
        if outcome == .timedOut { self.statistics.republishPerPeerTimeout += 1 }
        if outcome != .sent { self.owe(send.messageID, on: send.topic, to: peer, now: now) }
        // Whoever finds everybody slow is slow itself: the last peer that takes messages is not sent to cool as well.
        let isOwnFault = outcome == .timedOut && self.isLastServed(peer, on: send.topic)
        let effect = self.noteSend(id, topic: send.topic, peer: peer, isOwnFault ? .failed : outcome, now: now)
        if effect == .recovered, !send.isDigest { self.sendDigest(of: send.topic, to: peer, now: now, into: &actions) }
        self.startSends(to: peer, into: &actions)
    }

    /// Whether there are other peers, and all of them are cooling on the topic.
    private func isLastServed(_ peer: PeerID, on topic: TopicID) -> Bool {
        guard self.peers.count > 1, let tree = self.topics[topic]?.tree else { return false }
        return self.peers.keys.allSatisfy { $0 == peer || tree.isSuppressed($0) }
    }

    // The optimizer of Swift 6.3.1 crashes when it inlines this function.
    @inline(never)
    private mutating func noteSend(
        _ id: RequestID,
        topic: TopicID,
        peer: PeerID,
        _ outcome: SendOutcome,
        now: Instant
    ) -> TopicTree.SendEffect {
        let effect = self.topics[topic]?.tree.sendFinished(id, to: peer, outcome, now: now) ?? .none
        if effect == .cooled {
            self.statistics.messageKinds.prune += 1
            self.maintainDegree(of: topic, now: now)
        }
        return effect
    }

    private mutating func startSends(to peer: PeerID, into actions: inout [GossipAction]) {
        while let item = self.peers[peer]?.queue.startNext() {
            self.sends[item.id] = peer
            actions.append(
                .send(
                    SendRequest(
                        id: item.id,
                        peer: peer,
                        bytes: item.bytes,
                        timeLimit: self.configuration.sendTimeLimit
                    )
                )
            )
        }
    }

    /// What could not be pushed is announced, so that the peer can ask for it.
    private mutating func owe(_ id: MessageID?, on topic: TopicID, to peer: PeerID, now: Instant) {
        guard let id, self.topics[topic] != nil else { return }
        self.topics[topic]?.owe(id, to: peer)
        self.markDirty(topic, now: now)
    }
}
