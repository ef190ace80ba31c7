// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite
internal import GossipCore
internal import Primitives

// Receiving (spec 05 §4): trust, then cheap checks, then signatures, then the store.
extension PresenceNode {
    mutating func received(
        _ bytes: [UInt8],
        from peer: PeerID,
        _ moment: PresenceMoment,
        into actions: inout [PresenceAction]
    ) {
        guard moment.standing(peer) != .blocked else { return self.drop(.blocked, into: &actions) }
        guard peer != self.localPeer else { return self.drop(.own, into: &actions) }
        // Why a stranger's bytes are no presence message is of no interest to anybody.
        guard let message = try? PresenceMessage(transportBytes: bytes) else {
            return self.drop(.malformed, into: &actions)
        }
        switch message {
        case .beacon(let topic, let sender, let record):
            guard topic == PresenceLimits.topic else { return self.drop(.foreignTopic, into: &actions) }
            self.beaconReceived(record, of: sender, from: peer, moment, into: &actions)
        case .query(let query):
            guard query.topic == PresenceLimits.topic else { return self.drop(.foreignTopic, into: &actions) }
            self.queryReceived(query, from: peer, moment, into: &actions)
        case .queryResponse(let response):
            guard response.topic == PresenceLimits.topic else { return self.drop(.foreignTopic, into: &actions) }
            self.responseReceived(response, from: peer, moment, into: &actions)
        }
    }

    private mutating func beaconReceived(
        _ record: PresenceRecord,
        of sender: PeerID,
        from peer: PeerID,
        _ moment: PresenceMoment,
        into actions: inout [PresenceAction]
    ) {
        guard sender != self.localPeer else { return self.drop(.own, into: &actions) }
        guard moment.standing(sender) != .blocked else { return self.drop(.blocked, into: &actions) }
        // Before the budget: a beacon that came twice must not cost the next one (P-4).
        if let stored = self.records[sender]?.record, !self.records.accepts(record, of: sender) {
            return self.drop(stored.sequence == record.sequence ? .duplicate : .stale, into: &actions)
        }
        guard self.budgets.take(.beacon, of: peer, now: moment.now) else {
            return self.drop(.rateLimited, into: &actions)
        }
        switch self.proof(of: record, about: sender, from: peer, moment) {
        case .failure(let objection): self.drop(objection.reason, into: &actions)
        case .success(let proof):
            self.verify(.beacon(sender: sender, record, proof), [self.check(record)], into: &actions)
        }
    }

    /// Why a record cannot be believed, found without a signature check.
    struct Objection: Error {
        let reason: PresenceDropReason
    }

    /// The checks before the signature: plausible times (P-12), signed, and tied to the machine (P-1).
    func proof(
        of record: PresenceRecord,
        about sender: PeerID,
        from peer: PeerID,
        _ moment: PresenceMoment
    ) -> Result<RecordProof, Objection> {
        guard Self.hasPlausibleTimes(record, at: moment.wallTime.seconds) else {
            return .failure(Objection(reason: .implausibleTime))
        }
        let scheme = self.configuration.scheme
        guard record.signature.count == scheme.signatureByteCount,
            record.signerPublicKey.count == scheme.publicKeyByteCount
        else { return .failure(Objection(reason: .unsigned)) }
        if PeerID(publicKeyBytes: record.signerPublicKey) == sender { return .success(.bound) }
        // Originals sign with a key of the process; then only the transport can say whose record it is.
        return peer == sender ? .success(.transport) : .failure(Objection(reason: .unbound))
    }

    static func hasPlausibleTimes(_ record: PresenceRecord, at now: UInt64) -> Bool {
        let skew = PresenceLimits.clockSkewSecondsMax
        let age = now >= record.since ? now - record.since : record.since - now
        guard age <= skew, record.expires > now, record.expires >= record.since else { return false }
        return record.expires - record.since <= PresenceLimits.lifetimeSecondsMax
    }

    func check(_ record: PresenceRecord) -> SignatureCheck {
        SignatureCheck(publicKey: record.signerPublicKey, message: record.signedBytes, signature: record.signature)
    }

    mutating func verify(
        _ verification: Verification,
        _ checks: [SignatureCheck],
        into actions: inout [PresenceAction]
    ) {
        guard self.verifications.count < self.configuration.verificationCountMax else {
            return self.drop(.overloaded, into: &actions)
        }
        let id = self.newRequestID()
        self.verifications[id] = verification
        actions.append(.verify(id, checks))
    }

    mutating func verified(
        _ id: PresenceRequestID,
        _ results: [Bool],
        _ moment: PresenceMoment,
        into actions: inout [PresenceAction]
    ) {
        switch self.verifications.removeValue(forKey: id) {
        case .beacon(let sender, let record, let proof):
            guard results == [true] else { return self.drop(.invalidSignature, into: &actions) }
            let entry = PresenceQueryResponse.Entry(sender, record)
            if self.store(entry, proof, isDirect: true, moment, into: &actions) {
                self.count { $0.beaconsAccepted += 1 }
            }
        case .response(let query, let peer, var entries, let candidates):
            for (index, candidate) in candidates.enumerated() {
                guard results.indices.contains(index), results[index] else {
                    self.drop(.invalidSignature, into: &actions)
                    continue
                }
                self.store(candidate.entry, candidate.proof, isDirect: false, moment, into: &actions)
                entries.append(candidate.entry)
            }
            self.responseVerified(query, from: peer, entries, moment, into: &actions)
        case nil: break  // answered twice
        }
    }

    /// Stores a verified record and reports the sign of life, if it still is one.
    @discardableResult
    private mutating func store(
        _ entry: PresenceQueryResponse.Entry,
        _ proof: RecordProof,
        isDirect: Bool,
        _ moment: PresenceMoment,
        into actions: inout [PresenceAction]
    ) -> Bool {
        // The owner may have blocked somebody while the signature was being checked.
        guard moment.standing(entry.peer) != .blocked else {
            self.drop(.blocked, into: &actions)
            return false
        }
        guard self.records.accepts(entry.record, of: entry.peer) else {
            self.drop(.stale, into: &actions)
            return false
        }
        let isStored = self.records.store(
            entry.record,
            of: entry.peer,
            proof: proof,
            isDirect: isDirect,
            now: moment.now,
            wallTime: moment.wallTime
        )
        guard isStored else {
            self.drop(.overloaded, into: &actions)
            return false
        }
        let secondsLeft = entry.record.expires - min(entry.record.expires, moment.wallTime.seconds)
        let expiresAt = moment.now + .seconds(Int64(min(secondsLeft, PresenceLimits.lifetimeSecondsMax * 2)))
        let sign = PresenceSign(since: entry.record.since, expiresAt: expiresAt, isDirect: isDirect)
        actions.append(.alive(entry.peer, sign))
        return true
    }
}
