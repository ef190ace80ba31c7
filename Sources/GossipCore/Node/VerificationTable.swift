// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import Primitives

/// A received message that passed the cheap checks.
struct Candidate: Sendable {
    /// The transport message as received.
    let bytes: [UInt8]
    let message: PubSubMessage
    let envelope: UnverifiedEnvelope
    let payloadHash: PayloadHash
    /// The signature of the envelope, if it has one and it is not known to be good.
    let envelopeCheck: SignatureCheck?
    let source: PeerID

    /// Everything that must be valid: the envelope first, because it alone proves who wrote the message.
    var checks: [SignatureCheck] {
        let headerCheck = SignatureCheck(
            publicKey: self.message.publicKey,
            message: self.message.header.encoded,
            signature: self.message.signature
        )
        return (self.envelopeCheck.map { [$0] } ?? []) + [headerCheck]
    }

    /// The same message, once its envelope has been found good.
    var withProvenEnvelope: Candidate {
        Candidate(
            bytes: self.bytes,
            message: self.message,
            envelope: self.envelope,
            payloadHash: self.payloadHash,
            envelopeCheck: nil,
            source: self.source
        )
    }
}

/// Messages whose signatures are being checked, one entry per payload.
///
/// Copies that arrive meanwhile are not checked as well; two are kept, because the running one may carry a forged header
/// around the same payload. Bounded by count, by bytes, and per peer.
struct VerificationTable: Sendable {
    /// Copies kept beside the one being checked.
    static let alternateCountMax = 2
    /// Peers remembered as having the message already.
    static let holderCountMax = 16

    struct Entry: Sendable {
        var candidate: Candidate
        var alternates: [Candidate] = []
        var holders: [PeerID] = []
        let startedAt: Instant
    }

    private var entries: [PayloadHash: Entry] = [:]
    private var payloads: [RequestID: PayloadHash] = [:]
    private var countByPeer: [PeerID: Int] = [:]
    private var idCounts: [MessageID: Int] = [:]
    private(set) var byteCount = 0
    private let configuration: GossipConfiguration

    init(configuration: GossipConfiguration) { self.configuration = configuration }

    var count: Int { self.entries.count }

    func contains(_ payload: PayloadHash) -> Bool { self.entries[payload] != nil }

    /// Whether a message of this id is being checked.
    func contains(_ id: MessageID) -> Bool { self.idCounts[id] != nil }

    /// Starts a check; `false` when the table or the peer's share of it is full.
    mutating func start(_ candidate: Candidate, request: RequestID, holders: [PeerID], now: Instant) -> Bool {
        guard self.entries.count < self.configuration.verificationCountMax,
            self.countByPeer[candidate.source, default: 0] < self.configuration.verificationCountPerPeerMax,
            self.byteCount + candidate.bytes.count <= self.configuration.pendingByteCountMax
        else { return false }
        self.entries[candidate.payloadHash] = Entry(candidate: candidate, holders: holders, startedAt: now)
        self.payloads[request] = candidate.payloadHash
        self.account(candidate, sign: 1)
        self.countByPeer[candidate.source, default: 0] += 1
        return true
    }

    /// The topic of the message with this payload.
    func topic(of payload: PayloadHash) -> TopicID? { self.entries[payload]?.candidate.message.header.topic }

    /// A further copy of a payload that is being checked, on the same topic.
    mutating func add(_ message: PubSubMessage, bytes: [UInt8], payload: PayloadHash, from source: PeerID) {
        guard var entry = self.entries.removeValue(forKey: payload) else { return }
        let first = entry.candidate
        if entry.holders.count < Self.holderCountMax, source != first.source, !entry.holders.contains(source) {
            entry.holders.append(source)
        }
        let isDifferent = message.header != first.message.header || message.signature != first.message.signature
        if isDifferent, entry.alternates.count < Self.alternateCountMax,
            self.byteCount + bytes.count <= self.configuration.pendingByteCountMax
        {
            let alternate = Candidate(
                bytes: bytes,
                message: message,
                envelope: first.envelope,
                payloadHash: payload,
                envelopeCheck: first.envelopeCheck,
                source: source
            )
            entry.alternates.append(alternate)
            self.account(alternate, sign: 1)
        }
        self.entries[payload] = entry
    }

    /// A check ended; the entry leaves the table.
    mutating func finish(_ request: RequestID) -> Entry? {
        guard let payload = self.payloads.removeValue(forKey: request),
            let entry = self.entries.removeValue(forKey: payload)
        else { return nil }
        self.account(entry.candidate, sign: -1)
        for alternate in entry.alternates { self.account(alternate, sign: -1) }
        let left = self.countByPeer[entry.candidate.source, default: 1] - 1
        self.countByPeer[entry.candidate.source] = left > 0 ? left : nil
        return entry
    }

    private mutating func account(_ candidate: Candidate, sign: Int) {
        self.byteCount += sign * candidate.bytes.count
        let id = candidate.message.header.messageID
        let count = self.idCounts[id, default: 0] + sign
        self.idCounts[id] = count > 0 ? count : nil
    }
}
