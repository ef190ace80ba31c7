// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Primitives

/// What honest nodes sent, by kind; bytes are those of the real network, with ML-DSA-65 keys and signatures.
package struct GossipTraffic: Equatable, Sendable {
    package private(set) var eagerCount: UInt64 = 0
    package private(set) var announcementCount: UInt64 = 0
    package private(set) var requestCount: UInt64 = 0
    package private(set) var digestCount: UInt64 = 0
    package private(set) var membershipCount: UInt64 = 0
    /// Bytes of EAGER messages.
    package private(set) var payloadByteCount: UInt64 = 0
    /// Bytes of everything else.
    package private(set) var controlByteCount: UInt64 = 0
    /// Messages adversaries sent.
    package private(set) var hostileCount: UInt64 = 0
    /// Messages that did not arrive.
    package internal(set) var lostCount: UInt64 = 0
    /// Sends that hit their time limit.
    package internal(set) var timedOutCount: UInt64 = 0
    /// Signatures checked by all nodes.
    package internal(set) var verificationCount: UInt64 = 0
    /// Deliveries of messages adversaries published in their own name.
    package internal(set) var foreignCount: UInt64 = 0
    /// Recovered messages counted by nodes that have crashed since.
    package private(set) var retiredRecoveredCount: UInt64 = 0

    /// What a key and a signature of ML-DSA-65 have more than their double.
    private static let realOverhead =
        SignatureScheme.mlDSA65.publicKeyByteCount + SignatureScheme.mlDSA65.signatureByteCount
        - SignatureDouble.scheme.publicKeyByteCount - SignatureDouble.scheme.signatureByteCount

    /// Bytes a simulated message would have on a real link.
    static func realByteCount(of bytes: [UInt8]) -> Int {
        switch self.kind(of: bytes) {
        case .eager?: bytes.count + 2 * self.realOverhead
        case .some: bytes.count + self.realOverhead
        case nil: bytes.count
        }
    }

    /// The kind of a pub/sub message: its place is fixed (spec 04 §5.1); `nil` for another stream.
    static func kind(of bytes: [UInt8]) -> MessageKind? {
        guard bytes.first == PubSubMessage.streamType, bytes.count > 66 else { return nil }
        return MessageKind(rawValue: bytes[66])
    }

    mutating func count(_ bytes: [UInt8], isHonest: Bool) {
        guard isHonest else {
            self.hostileCount += 1
            return
        }
        let byteCount = UInt64(Self.realByteCount(of: bytes))
        let kind = Self.kind(of: bytes)
        switch kind {
        case .eager?: self.eagerCount += 1
        case .iHave?: self.announcementCount += 1
        case .iWant?: self.requestCount += 1
        case .antiEntropy?: self.digestCount += 1
        case .some, nil: self.membershipCount += 1
        }
        if kind == .eager { self.payloadByteCount += byteCount } else { self.controlByteCount += byteCount }
    }

    mutating func retire(_ statistics: GossipStatistics) { self.retiredRecoveredCount += statistics.recovered }
}

/// Things that must never happen in a run.
package struct GossipViolations: Equatable, Sendable {
    /// Messages accepted in the name of an honest agent that did not publish them.
    package internal(set) var forgedCount = 0
    /// Messages handed to one subscriber twice.
    package internal(set) var repeatedCount = 0
    /// Buffers above their cap.
    package internal(set) var boundCount = 0
    /// The first few, in words.
    package private(set) var examples: [String] = []

    /// Whether nothing happened.
    package var isEmpty: Bool { self.forgedCount == 0 && self.repeatedCount == 0 && self.boundCount == 0 }

    mutating func note(_ text: String) {
        if self.examples.count < 8 { self.examples.append(text) }
    }
}
