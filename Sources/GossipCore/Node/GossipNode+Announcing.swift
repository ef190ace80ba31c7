// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import Primitives

/// IHAVE: telling lazy peers what there is (spec 04 §7.3 IHAVE flush, §20 F-23), and how control messages are sent.
extension GossipNode {
    mutating func flushAnnouncements(now: Instant, into actions: inout [GossipAction]) {
        let topics = self.dirtyTopics
        self.dirtyTopics = []
        self.announceAt = nil
        for topic in topics {
            self.topics[topic]?.isQueuedForFlush = false
            self.flush(topic, now: now, into: &actions)
        }
    }

    private mutating func flush(_ topic: TopicID, now: Instant, into actions: inout [GossipAction]) {
        guard let state = self.topics[topic] else { return }
        self.topics[topic]?.announcements = []
        self.topics[topic]?.owed = []
        let peers = self.announcementPeers(of: state, topic: topic)
        let ids = state.announcements.map(\.id)
        self.requestControl(.iHave, topic: topic, ids: ids, to: peers, now: now, into: &actions)
    }

    /// A few random lazy peers, without those that have everything, and every eager peer that missed a push.
    private mutating func announcementPeers(of state: TopicState, topic: TopicID) -> [PeerID] {
        var candidates = self.lazyPeers(of: topic).filter { peer in
            !state.owed.contains(peer) && state.announcements.contains { !$0.holders.contains(peer) }
        }
        candidates.shuffle(using: &self.random)
        return state.owed.filter { self.peers[$0] != nil } + candidates.prefix(self.configuration.announcePeerCountMax)
    }

    /// Has the header of a control message signed, and then sends it to `peers`.
    mutating func requestControl(
        _ kind: MessageKind,
        topic: TopicID,
        ids: [MessageID],
        hop: UInt8 = 0,
        to peers: [PeerID],
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        guard let first = ids.first, !peers.isEmpty else { return }
        let list = MessageIDList(ids)
        let isDigest = kind == .antiEntropy
        let header = MessageHeader(
            topic: topic,
            messageID: isDigest ? .zero : first,
            kind: kind,
            hop: hop,
            timeToLive: isDigest ? 1 : MessageHeader.defaultTimeToLive
        )
        let payload = isDigest ? AntiEntropyPayload.digest(list).encoded : list.encoded
        let purpose = SigningPurpose.control(header, payload: payload, peers: peers)
        self.requestSignature(.machine, of: header.encoded, for: purpose, now: now, into: &actions)
    }

    mutating func sendControl(
        _ header: MessageHeader,
        payload: [UInt8],
        signature: [UInt8],
        to peers: [PeerID],
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        let bytes = self.transportMessage(header, payload: payload, signature: signature)
        for peer in peers {
            let message = Outbound(
                bytes: bytes,
                topic: header.topic,
                messageID: nil,
                priority: .critical,
                isDigest: header.kind == .antiEntropy
            )
            guard self.enqueue(message, to: peer, now: now, into: &actions) else { continue }
            switch header.kind {
            case .iHave where header.hop == MessageHeader.pruneHop: self.statistics.pruneNoticesSent += 1
            case .iHave where header.hop == MessageHeader.graftHop: self.statistics.graftNoticesSent += 1
            case .iHave: self.statistics.iHaveSent += 1
            case .iWant: self.statistics.iWantSent += 1
            case .antiEntropy: self.statistics.antiEntropySent += 1
            case .eager, .ping, .ack, .find, .presence, .shuffle: break
            }
        }
    }
}
