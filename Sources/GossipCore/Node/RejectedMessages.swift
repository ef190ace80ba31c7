// SPDX-License-Identifier: MIT OR Apache-2.0

internal import BLAKE3
internal import ByteCoding
internal import Primitives

/// What checking signatures found wrong, so that nobody makes this node check the same bytes twice (spec 04 §20 F-3).
///
/// Keyed by payload: an envelope with a wrong signature stays wrong under every header. A payload whose envelope is good and
/// whose header was wrong is kept with the wrong headers, and its envelope is not checked again.
struct RejectedMessages: Sendable {
    /// Wrong headers kept per payload; further ones are checked, which costs the forger a message each.
    static let headerCountMax = 8

    /// What is known about an arriving message.
    enum Familiarity: Equatable, Sendable {
        case unknown
        /// The envelope or this very header is wrong.
        case rejected
        /// The envelope was checked under another header, and is good.
        case envelopeProven
    }

    private enum Entry: Sendable {
        case wrongEnvelope
        /// Digests of header, key and signature; ≤ `headerCountMax`, the oldest give way.
        case wrongHeaders([[UInt8]])
    }

    private var entries: ExpiringCache<PayloadHash, Entry>

    init(countMax: Int, lifetime: Nanoseconds) {
        self.entries = ExpiringCache(capacity: countMax, lifetime: lifetime)
    }

    func familiarity(of message: PubSubMessage, payload: PayloadHash, now: Instant) -> Familiarity {
        switch self.entries.value(for: payload, now: now) {
        case nil: .unknown
        case .wrongEnvelope: .rejected
        case .wrongHeaders(let digests): digests.contains(Self.digest(message)) ? .rejected : .envelopeProven
        }
    }

    mutating func insertWrongEnvelope(_ payload: PayloadHash, now: Instant) {
        self.entries.insert(.wrongEnvelope, for: payload, now: now)
    }

    mutating func insertWrongHeader(of message: PubSubMessage, payload: PayloadHash, now: Instant) {
        var digests: [[UInt8]] = []
        if case .wrongHeaders(let known)? = self.entries.value(for: payload, now: now) { digests = known }
        if digests.count >= Self.headerCountMax { digests.removeFirst() }
        digests.append(Self.digest(message))
        self.entries.insert(.wrongHeaders(digests), for: payload, now: now)
    }

    mutating func sweep(now: Instant) { self.entries.sweep(now: now) }

    var count: Int { self.entries.count }

    private static func digest(_ message: PubSubMessage) -> [UInt8] {
        BLAKE3Hash.hash(message.header.encoded + message.publicKey + message.signature)
    }
}
