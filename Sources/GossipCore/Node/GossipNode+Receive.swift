// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import Primitives

/// From bytes to a question for the crypto executor: the cheap checks, in order of cost (spec 04 §5.4, §6.3, §20 F-2, F-3).
extension GossipNode {
    mutating func messageReceived(
        _ bytes: [UInt8],
        from peer: PeerID,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        if self.membership != nil {
            self.heard(from: peer, now: now, into: &actions)
            if bytes.first == MembershipMessage.streamType {
                return self.withMembership(now: now, into: &actions) {
                    $0.messageReceived(bytes, from: peer, now: now, into: &$1)
                }
            }
        }
        let start = self.configuration.stopwatch?()
        let decoded = try? PubSubMessage(decodingTransportMessage: bytes)
        let middle = self.recordStage(\.decode, since: start)
        defer { self.recordStage(\.dedupeCheck, since: middle) }
        guard let message = decoded else {
            // Which byte was wrong interests nobody: the sender is not told, the count is kept.
            return self.dropUndecodable(from: peer, into: &actions)
        }
        self.statistics.messageKinds.count(message.header.kind)
        switch message.header.kind {
        case .eager: self.eagerReceived(message, bytes: bytes, from: peer, now: now, into: &actions)
        case .iHave, .iWant, .antiEntropy: self.controlReceived(message, from: peer, now: now, into: &actions)
        case .ping, .ack, .find, .presence, .shuffle: self.drop(.unexpectedKind, from: peer, into: &actions)
        }
    }

    /// Adds the time since `start` to a stage and returns the time now; without a stopwatch nothing happens.
    @discardableResult
    private mutating func recordStage(
        _ stage: WritableKeyPath<GossipStatistics, StageTimer>,
        since start: Instant?
    ) -> Instant? {
        guard let start, let now = self.configuration.stopwatch?() else { return nil }
        self.statistics[keyPath: stage].record(now - start)
        return now
    }

    mutating func dropUndecodable(from peer: PeerID, into actions: inout [GossipAction]) {
        self.statistics.messageKinds.decodeFailed += 1
        self.drop(.undecodable, from: peer, into: &actions)
    }

    private mutating func eagerReceived(
        _ message: PubSubMessage,
        bytes: [UInt8],
        from peer: PeerID,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        guard let payload = message.payload else { return self.drop(.missingPayload, from: peer, into: &actions) }
        let hash = PayloadHash(hashing: payload)
        if case .two(let signedHash) = message.header.version, signedHash != hash {
            return self.drop(.payloadHashMismatch, from: peer, into: &actions)
        }
        let id = message.header.messageID
        switch self.seen.familiarity(of: id, payload: hash, now: now) {
        case .duplicate:
            self.duplicateReceived(message.header, from: peer, now: now, into: &actions)
            self.drop(.duplicate, from: peer, into: &actions)
        case .replay:
            // The payload came before under another id; nobody needs to be asked for this one either.
            self.seen.insertAlias(id, payload: hash, now: now)
            _ = self.missing.delivered(id, topic: message.header.topic)
            self.drop(.replay, from: peer, into: &actions)
        case .new, .conflictingID:
            if let topic = self.verifications.topic(of: hash) {
                guard topic == message.header.topic else {
                    return self.drop(.topicMismatch, from: peer, into: &actions)
                }
                self.verifications.add(message, bytes: bytes, payload: hash, from: peer)
                self.duplicateReceived(message.header, from: peer, now: now, into: &actions)
                self.drop(.duplicate, from: peer, into: &actions)
            } else {
                self.checkEnvelope(message, payload, hash, bytes: bytes, from: peer, now: now, into: &actions)
            }
        }
    }

    private mutating func checkEnvelope(
        _ message: PubSubMessage,
        _ payload: [UInt8],
        _ hash: PayloadHash,
        bytes: [UInt8],
        from peer: PeerID,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        guard message.publicKey.count == self.configuration.scheme.publicKeyByteCount,
            message.signature.count == self.configuration.scheme.signatureByteCount
        else { return self.drop(.invalidSignature, from: peer, into: &actions) }
        let familiarity = self.rejected.familiarity(of: message, payload: hash, now: now)
        guard familiarity != .rejected else { return self.drop(.rejectedBefore, from: peer, into: &actions) }
        do throws(EnvelopeFault) {
            let envelope = try UnverifiedEnvelope(checking: payload)
            let check = try envelope.checkBinding(to: message.header.topic, scheme: self.configuration.scheme)
            let candidate = Candidate(
                bytes: bytes,
                message: message,
                envelope: envelope,
                payloadHash: hash,
                envelopeCheck: familiarity == .envelopeProven ? nil : check,
                source: peer
            )
            self.startVerification(of: candidate, holders: [], now: now, into: &actions)
        } catch {
            self.drop(DropReason(error), from: peer, into: &actions)
        }
    }

    /// Whether the signatures of any message that may come next can be checked: no peer's share is used up, and half of the
    /// room for bytes is free.
    package var hasVerificationRoom: Bool {
        self.verifications.count < self.configuration.verificationCountPerPeerMax
            && self.verifications.byteCount <= self.configuration.pendingByteCountMax / 2
    }

    mutating func startVerification(
        of candidate: Candidate,
        holders: [PeerID],
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        let request = self.nextRequestID()
        guard self.verifications.start(candidate, request: request, holders: holders, now: now) else {
            return self.drop(.verificationOverload, from: candidate.source, into: &actions)
        }
        let checks = candidate.checks
        self.statistics.signatureChecks += UInt64(checks.count)
        actions.append(.verify(VerificationRequest(id: request, checks: checks)))
    }

    /// A peer pushed what we have or are about to have: the edge is redundant (Plumtree §3.5).
    ///
    /// The peer is told at once, not with the next announcements: until it knows, every message costs one push too many, and
    /// meanwhile another message may cut the same cycle elsewhere.
    private mutating func duplicateReceived(
        _ header: MessageHeader,
        from peer: PeerID,
        now: Instant,
        into actions: inout [GossipAction]
    ) {
        guard self.peers[peer] != nil, self.topics[header.topic] != nil else { return }
        guard case .redundant(let moved)? = self.topics[header.topic]?.tree.duplicate(from: peer, now: now) else {
            return
        }
        if moved { self.statistics.messageKinds.prune += 1 }
        guard self.topics[header.topic]?.tree.takeNotice(to: peer, now: now) == true else { return }
        self.requestControl(
            .iHave,
            topic: header.topic,
            ids: [header.messageID],
            hop: MessageHeader.pruneHop,
            to: [peer],
            now: now,
            into: &actions
        )
    }
}

extension UnverifiedEnvelope {
    init(checking payload: [UInt8]) throws(EnvelopeFault) {
        do throws(DecodeError) {
            self = try UnverifiedEnvelope(decoding: payload)
        } catch {
            throw .malformed(error)
        }
    }
}

extension DropReason {
    init(_ fault: EnvelopeFault) {
        switch fault {
        case .malformed, .wrongKeyMaterialSize: self = .malformedEnvelope
        case .topicMismatch: self = .topicMismatch
        case .senderMismatch: self = .senderMismatch
        }
    }
}
