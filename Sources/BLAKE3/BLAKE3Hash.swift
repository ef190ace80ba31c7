// SPDX-License-Identifier: MIT OR Apache-2.0

/// BLAKE3 in one call: hash, keyed hash, key derivation (BLAKE3 specification, version of 2021-04-10).
///
/// For input that arrives in pieces, or output longer than a digest, see ``BLAKE3Hasher``.
package enum BLAKE3Hash {
    /// Bytes of a digest of the default length.
    package static let byteCount = 32
    /// Bytes of the key of a keyed hash.
    package static let keyByteCount = 32

    /// The 32-byte digest of `bytes`.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        Self.hash(bytes.span)
    }

    /// The 32-byte digest of borrowed bytes.
    package static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        var hasher = BLAKE3Hasher()
        hasher.update(bytes)
        return hasher.finalize()
    }

    /// The 32-byte authentication code of `bytes` under a 32-byte `key`.
    ///
    /// - Parameters:
    ///   - bytes: The message.
    ///   - key: Exactly 32 bytes; another length is a programmer fault.
    /// - Returns: The 32-byte code; compare it in constant time.
    package static func keyedHash(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var hasher = BLAKE3Hasher(key: key)
        hasher.update(bytes)
        return hasher.finalize()
    }

    /// A key derived from `material` for one purpose.
    ///
    /// - Parameters:
    ///   - context: The purpose: constant, globally unique, hard-coded; never chosen by a peer.
    ///   - material: The secret to derive from, of any length.
    ///   - byteCount: Bytes of the derived key.
    /// - Returns: The derived key.
    package static func deriveKey(
        context: String,
        material: [UInt8],
        byteCount: Int = Self.keyByteCount
    ) -> [UInt8] {
        var hasher = BLAKE3Hasher(derivingKeyFor: context)
        hasher.update(material)
        return hasher.finalize(byteCount: byteCount)
    }
}
