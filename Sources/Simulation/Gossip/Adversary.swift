// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import GossipCore
internal import Primitives

/// What a hostile node does beyond, or instead of, the protocol.
package enum Misbehaviour: String, CaseIterable, Sendable {
    /// Passes messages on with another payload under the same header, instead of the real ones.
    case swapPayloads = "swap-payloads"
    /// Passes no message on, but announces them and takes part in everything else.
    case censor
    /// Sends old messages again under new ids with headers of its own.
    case replay
    /// Announces messages that do not exist, as many as an announcement holds.
    case floodAnnouncements = "flood-announcements"
    /// Publishes in the names of others, on the topic of the experiment and on that of presence.
    case forge
    /// Connects to one victim with everybody it has, to be its only neighbours.
    case eclipse
}

/// The state of one hostile node.
struct Adversary: Sendable {
    /// Messages kept for replaying.
    static let recordedCountMax = 8
    /// Time between two attacks of one node.
    static let interval = Nanoseconds.seconds(1)
    /// Ids of messages that do not exist, announced at once.
    static let inventedCount = MessageIDList.announcedCountMax

    let misbehaviours: Set<Misbehaviour>
    private(set) var recorded: [[UInt8]] = []
    private var nextSlot = 0

    init(_ misbehaviours: Set<Misbehaviour>) { self.misbehaviours = misbehaviours }

    func does(_ misbehaviour: Misbehaviour) -> Bool { self.misbehaviours.contains(misbehaviour) }

    /// Keeps a message for later.
    mutating func overheard(_ bytes: [UInt8]) {
        guard self.does(.replay), GossipTraffic.kind(of: bytes) == .eager else { return }
        if self.recorded.count < Self.recordedCountMax {
            self.recorded.append(bytes)
        } else {
            self.recorded[self.nextSlot] = bytes
            self.nextSlot = (self.nextSlot + 1) % Self.recordedCountMax
        }
    }
}

extension GossipNetwork {
    /// Makes a node hostile; it keeps running the protocol besides.
    package mutating func corrupt(_ index: Int, _ misbehaviours: Set<Misbehaviour>) {
        self.members[index].adversary = Adversary(misbehaviours)
        self.honestAgents[self.members[index].identity.agentID] = nil
        let phase = Nanoseconds(Int64.random(in: 0..<Adversary.interval.count, using: &self.random))
        self.schedule(.attack(index), after: phase)
    }

    /// What becomes of a message that the node of an adversary wants to send.
    mutating func sendTampered(_ bytes: [UInt8], from index: Int, to destination: Int) {
        guard let adversary = self.members[index].adversary else { return }
        guard GossipTraffic.kind(of: bytes) == .eager else {
            return self.transmit(bytes, from: index, to: destination, departsAfter: .zero)
        }
        if adversary.does(.censor) { return }
        guard adversary.does(.swapPayloads), var message = try? PubSubMessage(decodingTransportMessage: bytes),
            let last = message.payload?.indices.last
        else { return self.transmit(bytes, from: index, to: destination, departsAfter: .zero) }
        message.payload?[last] ^= 1
        self.transmit(message.transportMessage, from: index, to: destination, departsAfter: .zero)
    }

    /// One round of attacks on the neighbours of a hostile node.
    mutating func attack(from index: Int) {
        guard let adversary = self.members[index].adversary else { return }
        self.schedule(.attack(index), after: Adversary.interval)
        guard self.members[index].isUp else { return }
        if adversary.does(.eclipse) { self.crowdVictim(from: index) }
        let neighbours = self.members[index].neighbours.sorted()
        guard let target = neighbours.randomElement(using: &self.random) else { return }
        if adversary.does(.replay), let old = adversary.recorded.randomElement(using: &self.random) {
            self.replay(old, from: index, to: target)
        }
        if adversary.does(.floodAnnouncements) { self.floodAnnouncements(from: index, to: target) }
        if adversary.does(.forge) {
            self.forge(on: "x0x.presence.global", from: index, to: target)
            if let topic = self.members[index].topics.first { self.forge(on: topic, from: index, to: target) }
        }
    }

    private mutating func replay(_ old: [UInt8], from index: Int, to target: Int) {
        guard let message = try? PubSubMessage(decodingTransportMessage: old), let payload = message.payload else {
            return
        }
        self.transmit(
            self.signedByAdversary(index, topic: message.header.topic, kind: .eager, payload: payload),
            from: index,
            to: target,
            departsAfter: .zero
        )
    }

    private mutating func floodAnnouncements(from index: Int, to target: Int) {
        guard let topic = self.members[index].topics.first else { return }
        let ids = (0..<Adversary.inventedCount).map { _ in self.randomMessageID() }
        let bytes = self.signedByAdversary(
            index,
            topic: TopicID(name: topic),
            kind: .iHave,
            payload: MessageIDList(ids).encoded
        )
        self.transmit(bytes, from: index, to: target, departsAfter: .zero)
    }

    /// An envelope that names an honest agent and carries its key, signed with the adversary's.
    private mutating func forge(on topic: String, from index: Int, to target: Int) {
        let victim = Int.random(in: 0..<self.members.count, using: &self.random)
        guard self.members[victim].adversary == nil else { return }
        let identity = self.members[victim].identity
        let payload = Self.payload(place: Int.random(in: 0..<1_000_000, using: &self.random), paddingByteCount: 0)
        let signed = EnvelopeSigning.signedBytes(sender: identity.agentID, topic: topic, payload: payload)
        self.members[index].nonce += 1
        let signature = self.members[index].agentKey.signature(of: signed, nonce: self.nonce(of: index))
        let envelope = try? EnvelopeSigning.envelope(
            sender: identity.agentID,
            publicKey: identity.agentPublicKey,
            signature: signature,
            topic: topic,
            payload: payload
        )
        guard let envelope else { return }
        let bytes = self.signedByAdversary(index, topic: TopicID(name: topic), kind: .eager, payload: envelope)
        self.transmit(bytes, from: index, to: target, departsAfter: .zero)
    }

    /// Opens connections to the victim, node 0, until all hostile nodes are its neighbours.
    private mutating func crowdVictim(from index: Int) {
        guard self.members[0].adversary == nil, self.members[0].isUp,
            self.members[0].group == self.members[index].group
        else { return }
        self.connect(index, 0)
        // A high priority is hard to refuse (HyParView §4.2); the shuffle fills the victim's contacts with friends.
        let friends = self.members.indices.filter { self.members[$0].adversary?.does(.eclipse) == true }
        let messages: [MembershipMessage] = [
            .neighbor(sender: self.peerID(index), priority: .high),
            .shuffleReply(peers: friends.prefix(16).map(self.peerID)),
        ]
        for message in messages {
            self.transmit(message.transportMessage, from: index, to: 0, departsAfter: .zero)
        }
    }

    private mutating func signedByAdversary(
        _ index: Int,
        topic: TopicID,
        kind: MessageKind,
        payload: [UInt8]
    ) -> [UInt8] {
        let header = MessageHeader(topic: topic, messageID: self.randomMessageID(), kind: kind)
        self.members[index].nonce += 1
        return PubSubMessage(
            header: header,
            payload: payload,
            signature: self.members[index].machineKey.signature(of: header.encoded, nonce: self.nonce(of: index)),
            publicKey: self.members[index].machineKey.publicKey
        ).transportMessage
    }

    private mutating func randomMessageID() -> MessageID {
        MessageID(
            words: Words32(self.random.next(), self.random.next(), self.random.next(), self.random.next())
        )
    }
}
