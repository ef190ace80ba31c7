// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Crypto
internal import CryptoExtras

/// The header protection key of one packet protection level (RFC 9001 §5.4).
package struct HeaderProtectionKey: Sendable {
    /// Bytes of ciphertext that are sampled.
    package static let sampleByteCount = 16
    /// Bytes of mask: one for the first byte, four for the packet number.
    package static let maskByteCount = 5

    private let algorithm: AEADAlgorithm
    private let key: SymmetricKey

    /// Binds a key; AES uses AES-ECB of the same key size, ChaCha20 the raw block function.
    package init(_ algorithm: AEADAlgorithm, key: SecretBytes) throws(CryptoSuiteError) {
        guard key.byteCount == algorithm.keyByteCount else { throw .invalidKey }
        self.algorithm = algorithm
        self.key = key.key
    }

    /// The mask for a 16-byte ciphertext sample.
    package func mask(sample: [UInt8]) throws(CryptoSuiteError) -> [UInt8] {
        guard sample.count == Self.sampleByteCount else { throw .operationFailed }
        do {
            switch self.algorithm {
            case .aes128GCM, .aes256GCM:
                var block = sample
                try AES.permute(&block, key: self.key)
                return Array(block.prefix(Self.maskByteCount))
            case .chaCha20Poly1305:
                let mask = try Insecure.ChaCha20CTR.encrypt(
                    [UInt8](repeating: 0, count: Self.maskByteCount),
                    using: self.key,
                    counter: Insecure.ChaCha20CTR.Counter(data: sample[..<4]),
                    nonce: Insecure.ChaCha20CTR.Nonce(data: sample[4...])
                )
                return Array(mask)
            }
        } catch {
            throw .operationFailed
        }
    }
}
