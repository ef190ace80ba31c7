// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import Primitives

/// A publish is signed twice: the envelope by the agent, the header by the machine (spec 04 §7.3 Publish, §20 F-21).
extension GossipNode {
    /// Bytes of a transport message beyond envelope, header signature and header key: type byte, header and postcard lengths.
    private static let framingByteCountMax = 128

    mutating func publish(_ request: PublishRequest, now: Instant, into actions: inout [GossipAction]) {
        do throws(PublishFailure) {
            try self.startPublish(request, now: now, into: &actions)
        } catch {
            actions.append(.publishFailed(request.id, error))
        }
    }

    private mutating func startPublish(
        _ request: PublishRequest,
        now: Instant,
        into actions: inout [GossipAction]
    ) throws(PublishFailure) {
        let topicByteCount = request.topic.utf8.count
        guard topicByteCount <= UnverifiedEnvelope.topicByteCountMax else { throw .topicTooLong }
        let scheme = self.configuration.scheme
        let byteCount =
            2 * (scheme.publicKeyByteCount + scheme.signatureByteCount)
            + Self.framingByteCountMax + topicByteCount + request.payload.count
        guard byteCount <= self.configuration.messageByteCountMax else { throw .messageTooLarge }
        guard self.ensureTopic(TopicID(name: request.topic), now: now) else { throw .tooManyTopics }
        let message = EnvelopeSigning.signedBytes(
            sender: self.identity.agentID,
            topic: request.topic,
            payload: request.payload
        )
        let isRequested = self.requestSignature(
            .agent,
            of: message,
            for: .publishEnvelope(request),
            now: now,
            into: &actions
        )
        guard isRequested else { throw .overloaded }
    }

    /// The envelope is complete: local subscribers have the message now, the network when the header is signed.
    mutating func envelopeSigned(
        _ request: PublishRequest,
        signature: [UInt8],
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        let envelope = try? EnvelopeSigning.envelope(
            sender: self.identity.agentID,
            publicKey: self.identity.agentPublicKey,
            signature: signature,
            topic: request.topic,
            payload: request.payload
        )
        // The topic was measured when the publish came; only a signer that returns nonsense gets here.
        guard let envelope, self.ensureTopic(TopicID(name: request.topic), now: now) else {
            return actions.append(.publishFailed(request.id, .signingFailed))
        }
        let hash = PayloadHash(hashing: envelope)
        let topic = TopicID(name: request.topic)
        let id = MessageID(
            topic: topic,
            publishedAt: request.publishedAt,
            publisher: self.identity.peerID,
            payloadHash: hash
        )
        let header = MessageHeader(topic: topic, messageID: id, kind: .eager)
        let purpose = SigningPurpose.publishHeader(request.id, header, envelope: envelope, topicName: request.topic)
        guard self.requestSignature(.machine, of: header.encoded, for: purpose, now: now, into: &actions) else {
            return actions.append(.publishFailed(request.id, .overloaded))
        }
        self.seen.insert(id, payload: hash, now: now)
        self.deliverLocally(request, id: id, topic: topic, now: now, into: &actions)
    }

    private mutating func deliverLocally(
        _ request: PublishRequest,
        id: MessageID,
        topic: TopicID,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        self.topics[topic]?.lastActivity = now
        guard self.topics[topic]?.isSubscribed == true else { return }
        let message = VerifiedMessage(
            id: id,
            topicID: topic,
            topic: request.topic,
            payload: request.payload,
            sender: VerifiedSender(agentID: self.identity.agentID, publicKey: self.identity.agentPublicKey),
            origin: .local
        )
        self.statistics.delivered += 1
        actions.append(.deliver(message))
    }

    /// The message is complete: push it.
    mutating func publishHeaderSigned(
        _ request: RequestID,
        _ header: MessageHeader,
        envelope: [UInt8],
        topicName: String,
        signature: [UInt8],
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        guard self.ensureTopic(header.topic, now: now) else {
            return actions.append(.publishFailed(request, .tooManyTopics))
        }
        let forward = Forward(
            topic: header.topic,
            messageID: header.messageID,
            bytes: self.transportMessage(header, payload: envelope, signature: signature),
            priority: SendPriority(topic: topicName),
            holders: []
        )
        let count = self.spread(forward, now: now, into: &actions)
        self.topics[header.topic]?.tree.published()
        actions.append(.published(request, PublishReceipt(messageID: header.messageID, eagerPeerCount: count)))
    }

    func transportMessage(_ header: MessageHeader, payload: [UInt8], signature: [UInt8]) -> [UInt8] {
        PubSubMessage(
            header: header,
            payload: payload,
            signature: signature,
            publicKey: self.identity.machinePublicKey
        ).transportMessage
    }
}
