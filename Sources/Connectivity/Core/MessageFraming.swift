// SPDX-License-Identifier: MIT OR Apache-2.0

/// What one finished stream carries (spec 02 §9.1, §9.3, §9.4), told apart in the order the specification gives.
package enum StreamMessage: Equatable, Sendable {
    /// Nothing at all; ignored.
    case empty
    /// `AQCC` and version 1: coordinator control, for a later milestone; ignored and counted.
    case coordinatorControl
    /// Raw legacy NAT frames the original sometimes writes; ignored and counted.
    case legacyFrames
    /// `ANQAckC1`: the answer to a payload or a probe.
    case acknowledgement(tag: [UInt8], kind: UInt8, value: UInt8)
    /// `ANQProR1`: asks for an answer, delivers nothing.
    case probe(tag: [UInt8])
    /// `ANQAckP1`: a payload that wants an answer.
    case acknowledgedPayload(tag: [UInt8], payload: [UInt8])
    /// Anything else: a message of the layer above.
    case payload([UInt8])

    /// Bytes of a tag.
    package static let tagByteCount = 16
    /// What the envelope of an acknowledged payload adds to it.
    package static let envelopeByteCount = 24
    private static let magicByteCount = 8
    private static let acknowledgementMagic = Array("ANQAckC1".utf8)
    private static let probeMagic = Array("ANQProR1".utf8)
    private static let acknowledgedPayloadMagic = Array("ANQAckP1".utf8)
    private static let coordinatorMagic = Array("AQCC".utf8) + [1]

    /// Classifies the bytes of a finished stream.
    package init(classifying message: [UInt8]) {
        let head = message.prefix(Self.magicByteCount)
        let tagEnd = Self.magicByteCount + Self.tagByteCount
        if message.isEmpty {
            self = .empty
        } else if message.starts(with: Self.coordinatorMagic) {
            self = .coordinatorControl
        } else if message.count == tagEnd + 2, head.elementsEqual(Self.acknowledgementMagic), message[tagEnd] <= 2 {
            let tag = Array(message[Self.magicByteCount..<tagEnd])
            self = .acknowledgement(tag: tag, kind: message[tagEnd], value: message[tagEnd + 1])
        } else if message.count == tagEnd, head.elementsEqual(Self.probeMagic) {
            self = .probe(tag: Array(message[Self.magicByteCount...]))
        } else if message.count >= tagEnd, head.elementsEqual(Self.acknowledgedPayloadMagic) {
            self = .acknowledgedPayload(
                tag: Array(message[Self.magicByteCount..<tagEnd]),
                payload: Array(message[tagEnd...])
            )
        } else if message.starts(with: [0x80, 0x3D, 0x7E]) {
            self = .legacyFrames
        } else {
            self = .payload(message)
        }
    }

    /// The probe with this tag, 24 bytes.
    package static func encodeProbe(tag: [UInt8]) -> [UInt8] { self.probeMagic + tag }

    /// The payload in an envelope that asks for an acknowledgement: 24 bytes more.
    package static func encodeAcknowledgedPayload(tag: [UInt8], payload: [UInt8]) -> [UInt8] {
        self.acknowledgedPayloadMagic + tag + payload
    }

    /// The "rejected: consumer gone" answer to a tag, 26 bytes.
    package static func encodeRejectionWithoutConsumer(tag: [UInt8]) -> [UInt8] {
        self.acknowledgementMagic + tag + [1, 1]
    }

    /// The "accepted" answer to a tag, 26 bytes.
    package static func encodeAcceptance(tag: [UInt8]) -> [UInt8] { self.acknowledgementMagic + tag + [0, 0] }
}
