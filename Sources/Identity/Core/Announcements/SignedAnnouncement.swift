// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
package import CryptoSuite
internal import Primitives

/// The fields of one kind of announcement, without its signature (spec 01 §4).
///
/// On the wire the signature stands in the middle, between `fieldsBefore` and `fieldsAfter`; it covers exactly
/// these two parts, one behind the other, without any domain prefix.
package protocol AnnouncementFields: Hashable, Sendable {
    /// The key whose signature makes the announcement valid, 1952 bytes.
    var signerPublicKey: [UInt8] { get }

    /// Reads the fields before the signature, then `signature`, then the rest.
    init(
        from reader: inout ByteReader,
        signature: (inout ByteReader) throws(DecodeError) -> Void
    ) throws(DecodeError)

    /// Appends the fields in front of the signature.
    func encodeFieldsBefore(into writer: inout ByteWriter)
    /// Appends the fields behind the signature.
    func encodeFieldsAfter(into writer: inout ByteWriter)

    /// Checks what can be checked before the signature: that the id belongs to the key.
    func checkSigner(_ key: MLDSA65PublicKey) throws(IdentityError)
    /// Checks what needs further signatures, after the announcement's own.
    func checkContents() throws(IdentityError)
}

/// An announcement as it came from the network: decoded within its limits, signature not checked.
package struct UnverifiedAnnouncement<Fields: AnnouncementFields>: Sendable {
    /// What the sender says; trust nothing in it before ``verified()``.
    package let fields: Fields
    let signature: [UInt8]
    /// The two signed parts as received, so that verification never depends on how we would write them.
    let signedBytes: [UInt8]
    private let encoded: [UInt8]

    /// Decodes a whole message; trailing bytes are refused (spec 01 F15).
    package init(decoding bytes: [UInt8]) throws(DecodeError) {
        guard bytes.count <= AnnouncementLimits.byteCountMax else {
            throw .overLimit(field: "announcement", limit: AnnouncementLimits.byteCountMax)
        }
        var reader = ByteReader(bytes.span)
        var signature: [UInt8] = []
        var signatureStart = 0
        var signatureEnd = 0
        self.fields = try Fields(from: &reader) { reader throws(DecodeError) in
            signatureStart = bytes.count - reader.remainingByteCount
            signature = try reader.readSignature(field: "signature")
            signatureEnd = bytes.count - reader.remainingByteCount
        }
        try reader.finish()
        self.signature = signature
        var signedBytes = bytes
        signedBytes.removeSubrange(signatureStart..<signatureEnd)
        self.signedBytes = signedBytes
        self.encoded = bytes
    }

    /// Checks key, id, signature and certificates in the order of spec 01 §4.2; the first failure wins.
    ///
    /// Costs one ML-DSA-65 verification, one more per certificate: run it off the event loop.
    package func verified() throws(IdentityError) -> VerifiedAnnouncement<Fields> {
        let key = try parsedKey(self.fields.signerPublicKey)
        try self.fields.checkSigner(key)
        guard key.isValid(signature: self.signature, for: self.signedBytes) else {
            throw .verification("the signature of the announcement is wrong")
        }
        try self.fields.checkContents()
        return VerifiedAnnouncement(fields: self.fields, encoded: self.encoded)
    }
}

/// The first bytes of identity announcements of later releases (spec 01 §17).
package enum NewerAnnouncement {
    private static let magic = Array("X0A2".utf8)

    /// Whether bytes that do not decode are an announcement of a later release; their meaning is not known here.
    package static func isRecognised(in bytes: [UInt8]) -> Bool { bytes.starts(with: Self.magic) }
}

/// An announcement whose signatures are good; only verification and signing make one.
package struct VerifiedAnnouncement<Fields: AnnouncementFields>: Hashable, Sendable {
    /// What the signer says.
    package let fields: Fields
    /// The bytes on the wire.
    package let encoded: [UInt8]

    /// Only for what was verified or signed in this file; tests of other targets use it for made-up content.
    init(fields: Fields, encoded: [UInt8]) {
        self.fields = fields
        self.encoded = encoded
    }

    /// Signs own fields; `key` must be the one named in them.
    init<ID>(signing fields: Fields, with key: KeyPair<ID>) throws(CryptoSuiteError) {
        precondition(key.publicKey.bytes == fields.signerPublicKey, "an announcement is signed by the key it names")
        var message = ByteWriter(reservedByteCount: 16_384)
        fields.encodeFieldsBefore(into: &message)
        fields.encodeFieldsAfter(into: &message)
        let signature = try key.signature(for: message.bytes)
        var writer = ByteWriter(reservedByteCount: message.byteCount + 3_317)
        fields.encodeFieldsBefore(into: &writer)
        writer.writeBincodeBytes(signature)
        fields.encodeFieldsAfter(into: &writer)
        self.init(fields: fields, encoded: writer.bytes)
    }
}

extension AnnouncementFields {
    /// What the signature covers (spec 01 §4.1).
    package var signedBytes: [UInt8] {
        var writer = ByteWriter(reservedByteCount: 4_096)
        self.encodeFieldsBefore(into: &writer)
        self.encodeFieldsAfter(into: &writer)
        return writer.bytes
    }
}
