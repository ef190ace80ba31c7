// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CCryptoBoringSSL

/// What scrypt is to cost: memory is 128 · r · 2^N bytes (RFC 7914).
package struct ScryptCost: Hashable, Sendable {
    /// log₂ N.
    package let logarithm: UInt8
    /// r.
    package let blockSize: UInt8
    /// p.
    package let parallelism: UInt8

    /// About a third of a second and 128 MiB on a machine of today: N = 2¹⁷, r = 8, p = 1.
    package static let standard = ScryptCost(uncheckedLogarithm: 17, blockSize: 8, parallelism: 1)
    /// The least that is accepted: N = 2¹⁴, r = 8, p = 1 (16 MiB); also for tests.
    package static let least = ScryptCost(uncheckedLogarithm: 14, blockSize: 8, parallelism: 1)
    /// The most memory a cost may ask for.
    package static let byteCountMax = 256 << 20

    /// A cost within bounds: N of 2¹⁴…2¹⁸, r 8…16, p 1…4, at most 256 MiB; `nil` otherwise.
    package init?(logarithm: UInt8, blockSize: UInt8, parallelism: UInt8) {
        guard (14...18).contains(logarithm), (8...16).contains(blockSize), (1...4).contains(parallelism),
            128 * Int(blockSize) << Int(logarithm) <= Self.byteCountMax
        else { return nil }
        self.init(uncheckedLogarithm: logarithm, blockSize: blockSize, parallelism: parallelism)
    }

    private init(uncheckedLogarithm logarithm: UInt8, blockSize: UInt8, parallelism: UInt8) {
        self.logarithm = logarithm
        self.blockSize = blockSize
        self.parallelism = parallelism
    }
}

/// A 32-byte key from a passphrase with scrypt (RFC 7914).
///
/// Called directly and not through `KDF.Scrypt`, which keeps the key in plain memory it does not overwrite.
package func scryptKey(
    from passphrase: SecretBytes,
    salt: [UInt8],
    cost: ScryptCost
) throws(CryptoSuiteError) -> SecretBytes {
    var key = [UInt8](repeating: 0, count: 32)
    let (r, p) = (UInt64(cost.blockSize), UInt64(cost.parallelism))
    let rounds = UInt64(1) << UInt64(cost.logarithm)
    let status = unsafe passphrase.withUnsafeBytes { passphrase in
        unsafe CCryptoBoringSSL_EVP_PBE_scrypt(
            passphrase.baseAddress?.assumingMemoryBound(to: CChar.self),
            passphrase.count,
            salt,
            salt.count,
            rounds,
            r,
            p,
            // The working memory of all lanes, and what the library adds to it.
            Int(128 * r * (rounds + p + 2)),
            &key,
            key.count
        )
    }
    guard status == 1 else { throw .operationFailed }
    return SecretBytes(consuming: &key)
}
