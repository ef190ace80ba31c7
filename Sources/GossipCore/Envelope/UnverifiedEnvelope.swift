// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
internal import CryptoSuite
package import Primitives

/// A publish envelope as it arrived: well-formed, and nothing more is known about it (spec 04 §6).
///
/// Version 2, lengths big-endian: `02 ‖ sender[32] ‖ length u16 ‖ public key ‖ length u16 ‖ signature ‖ length u16 ‖ topic ‖
/// payload`. Version 1 (unsigned, legacy, never sent): `length u16 ‖ topic ‖ payload`. A first byte `02` means version 2.
package struct UnverifiedEnvelope: Equatable, Sendable {
    /// Who claims to have signed, and with what.
    package struct Authorship: Equatable, Sendable {
        package var sender: AgentID
        package var publicKey: [UInt8]
        package var signature: [UInt8]
    }

    /// First byte of a version 2 envelope.
    package static let versionByte: UInt8 = 2
    /// Bytes of a topic name, set by its u16 length.
    package static let topicByteCountMax = 65_535

    /// `nil` in a version 1 envelope.
    package var authorship: Authorship?
    package var topic: String
    package var payload: [UInt8]

    /// Decodes an envelope that must fill `bytes`.
    package init(decoding bytes: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(bytes.span)
        guard let first = reader.peekedUInt8 else { throw .truncated }
        if first == Self.versionByte {
            try reader.skip(byteCount: 1)
            self.authorship = Authorship(
                sender: try AgentID(from: &reader),
                publicKey: try Self.readField(from: &reader),
                signature: try Self.readField(from: &reader)
            )
        } else {
            self.authorship = nil
        }
        self.topic = try String(validatingUTF8: try Self.readField(from: &reader), field: "topic")
        self.payload = reader.readRemainingBytes()
    }

    private static func readField(from reader: inout ByteReader) throws(DecodeError) -> [UInt8] {
        let byteCount = try reader.readBigEndian(UInt16.self)
        return try reader.readBytes(byteCount: Int(byteCount))
    }
}

/// Why an envelope was not accepted (spec 04 §6.3, §20 F-2).
package enum EnvelopeFault: Error, Equatable, Sendable {
    /// Not an envelope.
    case malformed(DecodeError)
    /// The topic inside is not the topic of the gossip header: a message moved from elsewhere.
    case topicMismatch
    /// The public key or the signature does not have the size of the scheme.
    case wrongKeyMaterialSize
    /// The sender id is not derived from the public key.
    case senderMismatch
}

extension UnverifiedEnvelope {
    /// The checks that cost no signature: topic binding, sizes, sender derived from the key (spec 04 §6.3 step 3, F-2).
    ///
    /// - Parameters:
    ///   - topic: The topic of the gossip header that carried the envelope.
    ///   - scheme: Sizes of keys and signatures.
    /// - Returns: The signature still to be checked; `nil` for an unsigned version 1 envelope.
    /// - Throws: The first check that failed.
    package func checkBinding(
        to topic: TopicID,
        scheme: SignatureScheme
    ) throws(EnvelopeFault) -> SignatureCheck? {
        guard TopicID(name: self.topic) == topic else { throw .topicMismatch }
        guard let authorship = self.authorship else { return nil }
        guard authorship.publicKey.count == scheme.publicKeyByteCount,
            authorship.signature.count == scheme.signatureByteCount
        else { throw .wrongKeyMaterialSize }
        guard AgentID(publicKeyBytes: authorship.publicKey) == authorship.sender else { throw .senderMismatch }
        return SignatureCheck(
            publicKey: authorship.publicKey,
            message: EnvelopeSigning.signedBytes(
                sender: authorship.sender,
                topic: self.topic,
                payload: self.payload
            ),
            signature: authorship.signature
        )
    }
}
