// SPDX-License-Identifier: MIT OR Apache-2.0

import BLAKE3
import ByteCoding
import CryptoSuite
import GossipCore
import Primitives

/// A cheap stand-in for ML-DSA-65: anybody can forge it, nobody can by accident.
///
/// 40 bytes: a nonce (so that signing is
/// hedged) and a keyed hash.
enum TestSignature {
    static let scheme = SignatureScheme(publicKeyByteCount: 32, signatureByteCount: 40)

    static func sign(_ message: [UInt8], publicKey: [UInt8], nonce: UInt64) -> [UInt8] {
        var writer = ByteWriter()
        writer.writeBigEndian(nonce)
        writer.writeBytes(HashAlgorithm.sha256.hash(publicKey + writer.bytes + message))
        return writer.bytes
    }

    static func isValid(_ check: SignatureCheck) -> Bool {
        guard check.publicKey.count == 32, check.signature.count == 40 else { return false }
        var reader = ByteReader(check.signature.span)
        guard let nonce = try? reader.readBigEndian(UInt64.self) else { return false }
        return self.sign(check.message, publicKey: check.publicKey, nonce: nonce) == check.signature
    }
}

extension GossipIdentity {
    /// An identity that follows from a number.
    static func test(_ number: UInt64) -> GossipIdentity {
        let machineKey = BLAKE3Hash.hash(Array("machine \(number)".utf8))
        let agentKey = BLAKE3Hash.hash(Array("agent \(number)".utf8))
        return GossipIdentity(
            peerID: PeerID(publicKeyBytes: machineKey),
            machinePublicKey: machineKey,
            agentID: AgentID(publicKeyBytes: agentKey),
            agentPublicKey: agentKey
        )
    }
}

extension GossipConfiguration {
    /// The production constants over the cheap signature.
    static var test: GossipConfiguration {
        var configuration = GossipConfiguration()
        configuration.scheme = TestSignature.scheme
        configuration.graftDelaySpread = .zero
        return configuration
    }
}

/// A node with a script: events in, actions out; signatures are answered at once unless held back.
struct TestBed {
    let identity: GossipIdentity
    private(set) var node: GossipNode
    var now = Instant.epoch + .seconds(1000)
    /// When set, `verify` and `sign` actions are returned instead of answered.
    var holdsCrypto = false
    /// What becomes of sends; `nil` leaves them running.
    var sendOutcome: SendOutcome? = .sent
    private var nonce: UInt64 = 0
    private var publishCount: UInt64 = 0

    init(number: UInt64 = 1, configuration: GossipConfiguration = .test, seed: UInt64 = 1) {
        self.identity = .test(number)
        self.node = GossipNode(identity: self.identity, configuration: configuration, seed: seed, now: self.now)
    }

    /// Handles an event and everything that follows from it at once.
    @discardableResult
    mutating func run(_ event: GossipEvent) -> [GossipAction] {
        var actions: [GossipAction] = []
        self.node.handle(event, now: self.now, into: &actions)
        return self.settle(actions)
    }

    /// Lets time pass, timer by timer.
    @discardableResult
    mutating func advance(_ span: Nanoseconds) -> [GossipAction] {
        let end = self.now + span
        var results: [GossipAction] = []
        while let deadline = self.node.nextDeadline, deadline <= end {
            self.now = max(self.now, deadline)
            var actions: [GossipAction] = []
            self.node.handleTimeout(now: self.now, into: &actions)
            results += self.settle(actions)
        }
        self.now = end
        return results
    }

    /// Publishes; the answer is among the actions.
    @discardableResult
    mutating func publish(_ topic: String, _ payload: String) -> [GossipAction] {
        self.publishCount += 1
        return self.run(
            .publish(
                PublishRequest(
                    id: RequestID(self.publishCount),
                    topic: topic,
                    payload: Array(payload.utf8),
                    publishedAt: UnixMillis(seconds: 1_700_000_000)
                )
            )
        )
    }

    /// Connects peers by number; returns their ids.
    @discardableResult
    mutating func connect(_ numbers: some Sequence<UInt64>) -> [PeerID] {
        numbers.map { number in
            let peer = GossipIdentity.test(number).peerID
            self.run(.peerConnected(peer))
            return peer
        }
    }

    private mutating func settle(_ actions: [GossipAction]) -> [GossipAction] {
        var results: [GossipAction] = []
        var queue = actions
        while !queue.isEmpty {
            let action = queue.removeFirst()
            guard let answer = self.answer(to: action) else {
                results.append(action)
                continue
            }
            if case .send = action { results.append(action) }
            var more: [GossipAction] = []
            self.node.handle(answer, now: self.now, into: &more)
            queue += more
        }
        return results
    }

    private mutating func answer(to action: GossipAction) -> GossipEvent? {
        switch action {
        case .sign(let request) where !self.holdsCrypto:
            self.nonce += 1
            let key = request.key == .agent ? self.identity.agentPublicKey : self.identity.machinePublicKey
            return .signed(
                request.id,
                signature: TestSignature.sign(request.message, publicKey: key, nonce: self.nonce)
            )
        case .verify(let request) where !self.holdsCrypto:
            return .verified(request.id, SignatureVerdict(of: request.checks, isValid: TestSignature.isValid))
        case .send(let request):
            return self.sendOutcome.map { .sendFinished(request.id, $0) }
        case .sign, .verify, .deliver, .published, .publishFailed, .drop, .connect, .release:
            return nil
        }
    }
}

/// Builds messages as a foreign node would.
struct TestAuthor {
    let identity: GossipIdentity
    private var nonce: UInt64 = 1 << 32

    init(_ number: UInt64) { self.identity = .test(number) }

    /// A signed envelope.
    mutating func envelope(_ topic: String, _ payload: String) throws -> [UInt8] {
        self.nonce += 1
        let payload = Array(payload.utf8)
        let message = EnvelopeSigning.signedBytes(sender: self.identity.agentID, topic: topic, payload: payload)
        return try EnvelopeSigning.envelope(
            sender: self.identity.agentID,
            publicKey: self.identity.agentPublicKey,
            signature: TestSignature.sign(message, publicKey: self.identity.agentPublicKey, nonce: self.nonce),
            topic: topic,
            payload: payload
        )
    }

    /// The header a publisher gives to a payload.
    func header(_ topic: String, payload: [UInt8]) -> MessageHeader {
        let topicID = TopicID(name: topic)
        let id = MessageID(
            topic: topicID,
            publishedAt: UnixMillis(seconds: 1_700_000_000),
            publisher: self.identity.peerID,
            payloadHash: PayloadHash(hashing: payload)
        )
        return MessageHeader(topic: topicID, messageID: id, kind: .eager)
    }

    /// A complete message around any payload.
    mutating func message(_ header: MessageHeader, payload: [UInt8]?) -> PubSubMessage {
        self.nonce += 1
        return PubSubMessage(
            header: header,
            payload: payload,
            signature: TestSignature.sign(
                header.encoded,
                publicKey: self.identity.machinePublicKey,
                nonce: self.nonce
            ),
            publicKey: self.identity.machinePublicKey
        )
    }

    /// A published EAGER message.
    mutating func eager(_ topic: String, _ payload: String) throws -> PubSubMessage {
        let envelope = try self.envelope(topic, payload)
        return self.message(self.header(topic, payload: envelope), payload: envelope)
    }

    /// A control message with a list of ids.
    mutating func control(_ kind: MessageKind, _ topic: String, _ ids: [MessageID], hop: UInt8 = 0) -> PubSubMessage {
        let list = MessageIDList(ids)
        let payload = kind == .antiEntropy ? AntiEntropyPayload.digest(list).encoded : list.encoded
        let header = MessageHeader(
            topic: TopicID(name: topic),
            messageID: kind == .antiEntropy ? .zero : ids.first ?? .zero,
            kind: kind,
            hop: hop
        )
        return self.message(header, payload: payload)
    }
}

extension MessageID {
    /// An id that follows from a number.
    static func test(_ number: UInt64) -> MessageID { MessageID(words: Words32(number, 1, 2, 3)) }
}

extension [GossipAction] {
    /// Sent messages, decoded.
    var sent: [(peer: PeerID, message: PubSubMessage)] {
        self.compactMap { action in
            guard case .send(let request) = action,
                let message = try? PubSubMessage(decodingTransportMessage: request.bytes)
            else { return nil }
            return (request.peer, message)
        }
    }

    /// Sent messages of one kind.
    func sent(_ kind: MessageKind) -> [(peer: PeerID, message: PubSubMessage)] {
        self.sent.filter { $0.message.header.kind == kind }
    }

    var delivered: [VerifiedMessage] {
        self.compactMap { if case .deliver(let message) = $0 { message } else { nil } }
    }

    var dropped: [DropReason] {
        self.compactMap { if case .drop(let reason, _) = $0 { reason } else { nil } }
    }

    var receipts: [PublishReceipt] {
        self.compactMap { if case .published(_, let receipt) = $0 { receipt } else { nil } }
    }

    var failures: [PublishFailure] {
        self.compactMap { if case .publishFailed(_, let failure) = $0 { failure } else { nil } }
    }

    var signRequests: [SigningRequest] {
        self.compactMap { if case .sign(let request) = $0 { request } else { nil } }
    }

    var verifyRequests: [VerificationRequest] {
        self.compactMap { if case .verify(let request) = $0 { request } else { nil } }
    }
}
