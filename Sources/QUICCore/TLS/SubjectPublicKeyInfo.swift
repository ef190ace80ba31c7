// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite

/// SubjectPublicKeyInfo of an ML-DSA-65 key: a fixed 22-byte DER prefix and the raw key, 1974 bytes (spec 02 §4.5).
package struct SubjectPublicKeyInfo: Equatable, Sendable {
    /// SEQUENCE, AlgorithmIdentifier with OID 2.16.840.1.101.3.4.3.18 and no parameters, BIT STRING header.
    package static let prefix: [UInt8] = [
        0x30, 0x82, 0x07, 0xB2,
        0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12,
        0x03, 0x82, 0x07, 0xA1, 0x00,
    ]

    /// Bytes of the whole encoding.
    package static let byteCount = 1_974

    /// The raw public key, 1952 bytes.
    package let publicKey: [UInt8]

    /// Wraps a raw key, which must have 1952 bytes.
    package init(publicKey: [UInt8]) {
        precondition(publicKey.count == MLDSA65Sizes.publicKey, "an ML-DSA-65 public key has 1952 bytes")
        self.publicKey = publicKey
    }

    /// Accepts exactly the prefix and the total length, and nothing else.
    package init?(parsing bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, bytes.starts(with: Self.prefix) else { return nil }
        self.publicKey = Array(bytes[Self.prefix.count...])
    }

    /// The DER encoding, 1974 bytes.
    package var encoded: [UInt8] { Self.prefix + self.publicKey }
}
