// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Crypto
internal import CryptoExtras

/// The header protection key of one packet protection level (RFC 9001 §5.4), expanded once.
package struct HeaderProtectionKey: Sendable {
    /// Bytes of ciphertext that are sampled.
    package static let sampleByteCount = 16
    /// Bytes of mask: one for the first byte, four for the packet number.
    package static let maskByteCount = 5

    /// What is XORed into a header.
    package struct Mask: Equatable, Sendable {
        /// The first byte of the mask is the most significant one.
        fileprivate let bits: UInt64

        /// A byte of the mask; `index` is below `maskByteCount`.
        package subscript(index: Int) -> UInt8 { UInt8(truncatingIfNeeded: self.bits >> UInt64(8 * (7 - index))) }

        /// All bytes of the mask.
        package var bytes: [UInt8] { (0..<HeaderProtectionKey.maskByteCount).map { self[$0] } }
    }

    private enum Cipher: Sendable {
        case aes(PreparedAESBlock)
        case chaCha20(SymmetricKey)
    }

    private let cipher: Cipher

    /// Binds a key; AES uses AES-ECB of the same key size, ChaCha20 the raw block function.
    package init(_ algorithm: AEADAlgorithm, key: SecretBytes) throws(CryptoSuiteError) {
        guard key.byteCount == algorithm.keyByteCount else { throw .invalidKey }
        switch algorithm {
        case .aes128GCM, .aes256GCM:
            guard let prepared = PreparedAESBlock(key: key.key) else { throw .invalidKey }
            self.cipher = .aes(prepared)
        case .chaCha20Poly1305: self.cipher = .chaCha20(key.key)
        }
    }

    /// The mask for a 16-byte ciphertext sample.
    package func mask(sample: Span<UInt8>) throws(CryptoSuiteError) -> Mask {
        guard sample.count == Self.sampleByteCount else { throw .operationFailed }
        switch self.cipher {
        case .aes(let prepared): return Mask(bits: prepared.encrypt(sample))
        case .chaCha20(let key): return try Self.chaCha20Mask(sample: sample, key: key)
        }
    }

    private static func chaCha20Mask(sample: Span<UInt8>, key: SymmetricKey) throws(CryptoSuiteError) -> Mask {
        do {
            let sample = unsafe sample.withUnsafeBufferPointer { unsafe [UInt8]($0) }
            let mask = try Insecure.ChaCha20CTR.encrypt(
                [UInt8](repeating: 0, count: 8),
                using: key,
                counter: Insecure.ChaCha20CTR.Counter(data: sample[..<4]),
                nonce: Insecure.ChaCha20CTR.Nonce(data: sample[4...])
            )
            return Mask(bits: mask.reduce(0) { $0 << 8 | UInt64($1) })
        } catch {
            throw .operationFailed
        }
    }
}
