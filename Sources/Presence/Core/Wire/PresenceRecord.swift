// SPDX-License-Identifier: MIT OR Apache-2.0

internal import BLAKE3
package import ByteCoding
package import Primitives

/// "This machine is alive, reachable at these hints": the signed content of a beacon (spec 05 §1).
///
/// Postcard: tag 32 raw bytes · hints `Vec<String>` · since, expires, seq varint u64 · four words `Option<String>` ·
/// signature and key `Vec<u8>` (3309 and 1952 bytes, or empty). Signed are the first six fields; whose record it is
/// (the sender of the message around it) is not, so a record proves only the id of the key that signed it.
package struct PresenceRecord: Hashable, Sendable, ByteEncodable, ByteDecodable {
    /// Keyed hash of the sender and the hour; public and predictable, nothing reads it.
    package var tag: [UInt8]
    /// `ip:port` texts, as sent: anything may be in them.
    package var addressHints: [String]
    /// Creation, Unix seconds on the sender's clock.
    package var since: UInt64
    /// When the record ends, Unix seconds on the sender's clock.
    package var expires: UInt64
    /// Grows with every beacon of a process; ours starts at Unix milliseconds, so that it grows over restarts too (P-11).
    package var sequence: UInt64
    /// Reserved on the wire; none in x0x.
    package var fourWords: String?
    /// ML-DSA-65 over ``signedBytes``; empty when unsigned.
    package var signature: [UInt8]
    /// The key that signed; empty when unsigned.
    package var signerPublicKey: [UInt8]

    /// Creates a record with plain fields, unsigned unless told otherwise.
    package init(
        tag: [UInt8],
        addressHints: [String],
        since: UInt64,
        expires: UInt64,
        sequence: UInt64,
        fourWords: String? = nil,
        signature: [UInt8] = [],
        signerPublicKey: [UInt8] = []
    ) {
        precondition(tag.count == BLAKE3Hash.byteCount, "a presence tag has 32 bytes")
        self.tag = tag
        self.addressHints = addressHints
        self.since = since
        self.expires = expires
        self.sequence = sequence
        self.fourWords = fourWords
        self.signature = signature
        self.signerPublicKey = signerPublicKey
    }

    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.tag = try reader.readBytes(byteCount: BLAKE3Hash.byteCount)
        let hintCount = try reader.readPostcardCount(field: "addr_hints", limit: PresenceLimits.hintCountMax)
        self.addressHints = []
        for _ in 0..<hintCount {
            self.addressHints.append(
                try reader.readPostcardString(field: "addr_hints", limit: PresenceLimits.hintByteCountMax)
            )
        }
        self.since = try reader.readPostcardVarint()
        self.expires = try reader.readPostcardVarint()
        self.sequence = try reader.readPostcardVarint()
        self.fourWords = try reader.readOption(field: "four_words") { reader throws(DecodeError) in
            try reader.readPostcardString(field: "four_words", limit: PresenceLimits.fourWordsByteCountMax)
        }
        self.signature = try reader.readPostcardBytes(field: "signature", limit: Self.signatureByteCountMax)
        self.signerPublicKey = try reader.readPostcardBytes(field: "signer_pubkey", limit: Self.keyByteCountMax)
    }

    package func encode(into writer: inout ByteWriter) {
        self.encodeSignedFields(into: &writer)
        writer.writePostcardBytes(self.signature)
        writer.writePostcardBytes(self.signerPublicKey)
    }

    /// The bytes the signature is over: fields 1–6 as encoded.
    package var signedBytes: [UInt8] {
        var writer = ByteWriter(reservedByteCount: 128)
        self.encodeSignedFields(into: &writer)
        return writer.bytes
    }

    private func encodeSignedFields(into writer: inout ByteWriter) {
        writer.writeBytes(self.tag)
        writer.writePostcardVarint(UInt64(self.addressHints.count))
        for hint in self.addressHints { writer.writePostcardString(hint) }
        writer.writePostcardVarint(self.since)
        writer.writePostcardVarint(self.expires)
        writer.writePostcardVarint(self.sequence)
        writer.writeOption(self.fourWords) { $1.writePostcardString($0) }
        // Nothing follows: topic, sender and epoch are not signed.
    }

    /// The tag of a machine in the hour of `time`: BLAKE3 with an all-zero key over id and hour (u64, little endian).
    package static func tag(of peer: PeerID, at time: UnixMillis) -> [UInt8] {
        var writer = ByteWriter(reservedByteCount: 40)
        peer.encode(into: &writer)
        writer.writeLittleEndian(time.seconds / 3600)
        return BLAKE3Hash.keyedHash(writer.bytes, key: [UInt8](repeating: 0, count: BLAKE3Hash.keyByteCount))
    }

    /// The hints that are socket addresses; the rest is skipped.
    package var addresses: [NetworkAddress] { self.addressHints.compactMap { NetworkAddress($0) } }

    // Room for other algorithms of HEAD; what is not exactly ML-DSA-65 fails its check later.
    private static let signatureByteCountMax = 8192
    private static let keyByteCountMax = 4096
}
