// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// What has been accepted or published before, by id and by payload; outlives the message cache (spec 04 §20 F-3, F-4).
///
/// A payload is what makes a message new. An id alone proves nothing, because receivers cannot recompute it: whoever
/// reuses an id for another valid payload suppresses neither.
struct SeenMessages: Sendable {
    /// What is known about an arriving message.
    enum Familiarity: Equatable, Sendable {
        case new
        /// New payload under a known id.
        case conflictingID
        /// Known payload under its known id.
        case duplicate
        /// Known payload under another id.
        case replay
    }

    private var payloadsByID: ExpiringCache<MessageID, PayloadHash>
    private var idsByPayload: ExpiringCache<PayloadHash, MessageID>

    init(countMax: Int, lifetime: Nanoseconds) {
        self.payloadsByID = ExpiringCache(capacity: countMax, lifetime: lifetime)
        self.idsByPayload = ExpiringCache(capacity: countMax, lifetime: lifetime)
    }

    func familiarity(of id: MessageID, payload: PayloadHash, now: Instant) -> Familiarity {
        if self.idsByPayload.contains(payload, now: now) {
            return self.payloadsByID.value(for: id, now: now) == payload ? .duplicate : .replay
        }
        return self.payloadsByID.contains(id, now: now) ? .conflictingID : .new
    }

    /// Whether a message of this id need not be asked for.
    func contains(_ id: MessageID, now: Instant) -> Bool { self.payloadsByID.contains(id, now: now) }

    /// Remembers an accepted message; a known id keeps its first payload.
    mutating func insert(_ id: MessageID, payload: PayloadHash, now: Instant) {
        self.idsByPayload.insert(id, for: payload, now: now)
        self.insertAlias(id, payload: payload, now: now)
    }

    /// Remembers a further id of a known payload, so that nobody asks for it; the age of the payload stays.
    mutating func insertAlias(_ id: MessageID, payload: PayloadHash, now: Instant) {
        guard !self.payloadsByID.contains(id, now: now) else { return }
        self.payloadsByID.insert(payload, for: id, now: now)
    }

    mutating func sweep(now: Instant) {
        self.payloadsByID.sweep(now: now)
        self.idsByPayload.sweep(now: now)
    }

    /// Ids known, for invariants and diagnostics.
    var count: Int { self.payloadsByID.count }
}
