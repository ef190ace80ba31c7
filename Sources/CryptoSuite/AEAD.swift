// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Crypto

/// The AEADs of the TLS 1.3 cipher suites (RFC 8446 §B.4): 12-byte nonces, 16-byte tags.
package enum AEADAlgorithm: Hashable, Sendable {
    /// AES-128-GCM.
    case aes128GCM
    /// AES-256-GCM.
    case aes256GCM
    /// ChaCha20-Poly1305.
    case chaCha20Poly1305

    /// Bytes of a key.
    package var keyByteCount: Int {
        switch self {
        case .aes128GCM: 16
        case .aes256GCM, .chaCha20Poly1305: 32
        }
    }

    /// Bytes of a nonce.
    package static let nonceByteCount = 12
    /// Bytes of the tag behind the ciphertext.
    package static let tagByteCount = 16
}

/// An AEAD key bound to its algorithm.
package struct AEADKey: Sendable {
    /// The algorithm.
    package let algorithm: AEADAlgorithm
    private let key: SymmetricKey

    /// Binds a key; its length must be the algorithm's.
    package init(_ algorithm: AEADAlgorithm, key: SecretBytes) throws(CryptoSuiteError) {
        guard key.byteCount == algorithm.keyByteCount else { throw .invalidKey }
        self.algorithm = algorithm
        self.key = key.key
    }

    /// Encrypts and authenticates; returns ciphertext ‖ tag.
    package func seal(
        _ plaintext: some Collection<UInt8> & Sendable,
        nonce: [UInt8],
        authenticating header: some Collection<UInt8> & Sendable
    ) throws(CryptoSuiteError) -> [UInt8] {
        guard nonce.count == AEADAlgorithm.nonceByteCount else { throw .operationFailed }
        do {
            let plaintext = Array(plaintext)
            let header = Array(header)
            switch self.algorithm {
            case .aes128GCM, .aes256GCM:
                let box = try AES.GCM.seal(
                    plaintext,
                    using: self.key,
                    nonce: AES.GCM.Nonce(data: nonce),
                    authenticating: header
                )
                return Array(box.ciphertext) + Array(box.tag)
            case .chaCha20Poly1305:
                let box = try ChaChaPoly.seal(
                    plaintext,
                    using: self.key,
                    nonce: ChaChaPoly.Nonce(data: nonce),
                    authenticating: header
                )
                return Array(box.ciphertext) + Array(box.tag)
            }
        } catch {
            throw .operationFailed
        }
    }

    /// Checks and decrypts ciphertext ‖ tag.
    package func open(
        _ sealed: ArraySlice<UInt8>,
        nonce: [UInt8],
        authenticating header: ArraySlice<UInt8>
    ) throws(CryptoSuiteError) -> [UInt8] {
        guard nonce.count == AEADAlgorithm.nonceByteCount else { throw .operationFailed }
        guard sealed.count >= AEADAlgorithm.tagByteCount else { throw .authenticationFailure }
        let ciphertext = sealed.dropLast(AEADAlgorithm.tagByteCount)
        let tag = sealed.suffix(AEADAlgorithm.tagByteCount)
        do {
            switch self.algorithm {
            case .aes128GCM, .aes256GCM:
                let box = try AES.GCM.SealedBox(nonce: AES.GCM.Nonce(data: nonce), ciphertext: ciphertext, tag: tag)
                return try Array(AES.GCM.open(box, using: self.key, authenticating: header))
            case .chaCha20Poly1305:
                let box = try ChaChaPoly.SealedBox(
                    nonce: ChaChaPoly.Nonce(data: nonce),
                    ciphertext: ciphertext,
                    tag: tag
                )
                return try Array(ChaChaPoly.open(box, using: self.key, authenticating: header))
            }
        } catch {
            throw .authenticationFailure
        }
    }
}
