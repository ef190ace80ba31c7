// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CCryptoBoringSSL
internal import Crypto

// Why not swift-crypto's own `AES.GCM`: it expands the key, allocates three `Data` and copies the message twice for
// every packet, which together cost more than the encryption (docs/performance.md). The module below is the BoringSSL
// that swift-crypto builds and calls itself, so that no second library comes in.

/// An AEAD key with everything that depends on the key alone computed once.
///
/// Sendable, although it owns a pointer: the context is written in `init` and freed in `deinit` only, and BoringSSL
/// lets any number of threads seal and open with one context at the same time.
@safe final class PreparedAEAD: @unchecked Sendable {
    private let context: UnsafeMutablePointer<EVP_AEAD_CTX>

    /// Expands the key; `nil` when the library has no memory or the key the wrong length.
    init?(_ algorithm: AEADAlgorithm, key: SymmetricKey) {
        let cipher: OpaquePointer? =
            switch algorithm {
            case .aes128GCM: unsafe CCryptoBoringSSL_EVP_aead_aes_128_gcm()
            case .aes256GCM: unsafe CCryptoBoringSSL_EVP_aead_aes_256_gcm()
            case .chaCha20Poly1305: unsafe CCryptoBoringSSL_EVP_aead_chacha20_poly1305()
            }
        let context = unsafe key.withUnsafeBytes { key in
            unsafe CCryptoBoringSSL_EVP_AEAD_CTX_new(
                cipher,
                key.baseAddress?.assumingMemoryBound(to: UInt8.self),
                key.count,
                AEADAlgorithm.tagByteCount
            )
        }
        guard let context = unsafe context else { return nil }
        unsafe self.context = context
    }

    deinit { unsafe CCryptoBoringSSL_EVP_AEAD_CTX_free(self.context) }

    /// Encrypts the end of `buffer` where it stands and appends the tag.
    ///
    /// - Returns: Whether the library did it; its only reasons not to are lengths beyond 2^36 bytes.
    func seal(_ buffer: inout [UInt8], from headerStart: Int, plaintextStart: Int, nonce: AEADNonce) -> Bool {
        precondition(headerStart >= 0 && headerStart <= plaintextStart && plaintextStart <= buffer.count)
        let plaintextByteCount = buffer.count - plaintextStart
        for _ in 0..<AEADAlgorithm.tagByteCount { buffer.append(0) }
        return unsafe buffer.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return false }
            var sealedByteCount = 0
            return unsafe nonce.withUnsafeBytes { nonce in
                unsafe CCryptoBoringSSL_EVP_AEAD_CTX_seal(
                    self.context,
                    base + plaintextStart,
                    &sealedByteCount,
                    plaintextByteCount + AEADAlgorithm.tagByteCount,
                    nonce,
                    AEADAlgorithm.nonceByteCount,
                    base + plaintextStart,
                    plaintextByteCount,
                    base + headerStart,
                    plaintextStart - headerStart
                ) == 1
            }
        }
    }

    /// The plaintext of ciphertext ‖ tag; `nil` when it does not authenticate.
    func open(_ sealed: Span<UInt8>, nonce: AEADNonce, authenticating header: Span<UInt8>) -> [UInt8]? {
        var plaintext: [UInt8] = []
        return self.open(sealed, nonce: nonce, authenticating: header, into: &plaintext) ? plaintext : nil
    }

    /// Decrypts ciphertext ‖ tag into the storage of `plaintext`, which is empty when it does not authenticate.
    func open(
        _ sealed: Span<UInt8>,
        nonce: AEADNonce,
        authenticating header: Span<UInt8>,
        into plaintext: inout [UInt8]
    ) -> Bool {
        plaintext.removeAll(keepingCapacity: true)
        guard sealed.count >= AEADAlgorithm.tagByteCount else { return false }
        // The library wants room for the tag, too.
        plaintext.append(contentsOf: repeatElement(0, count: sealed.count))
        var byteCount = 0
        let isAuthentic = unsafe plaintext.withUnsafeMutableBufferPointer { output in
            unsafe sealed.withUnsafeBufferPointer { sealed in
                unsafe header.withUnsafeBufferPointer { header in
                    unsafe nonce.withUnsafeBytes { nonce in
                        unsafe CCryptoBoringSSL_EVP_AEAD_CTX_open(
                            self.context,
                            output.baseAddress,
                            &byteCount,
                            output.count,
                            nonce,
                            AEADAlgorithm.nonceByteCount,
                            sealed.baseAddress,
                            sealed.count,
                            header.baseAddress,
                            header.count
                        ) == 1
                    }
                }
            }
        }
        plaintext.removeLast(isAuthentic ? sealed.count - byteCount : sealed.count)
        return isAuthentic
    }
}

/// An expanded AES key for single blocks.
///
/// Sendable for the same reasons as `PreparedAEAD`.
@safe final class PreparedAESBlock: @unchecked Sendable {
    private let schedule: UnsafeMutablePointer<AES_KEY>

    /// Expands the key; `nil` when it is not 16 or 32 bytes long.
    init?(key: SymmetricKey) {
        let schedule = UnsafeMutablePointer<AES_KEY>.allocate(capacity: 1)
        unsafe schedule.initialize(to: AES_KEY())
        unsafe self.schedule = schedule
        let status = unsafe key.withUnsafeBytes { key in
            unsafe CCryptoBoringSSL_AES_set_encrypt_key(
                key.baseAddress?.assumingMemoryBound(to: UInt8.self),
                UInt32(key.count * 8),
                schedule
            )
        }
        guard status == 0 else { return nil }
    }

    deinit {
        unsafe CCryptoBoringSSL_OPENSSL_cleanse(self.schedule, MemoryLayout<AES_KEY>.size)
        unsafe self.schedule.deallocate()
    }

    /// The first eight bytes of the encrypted block, the first one most significant.
    func encrypt(_ block: Span<UInt8>) -> UInt64 {
        precondition(block.count == 16, "an AES block has 16 bytes")
        var output: (UInt64, UInt64) = (0, 0)
        unsafe block.withUnsafeBufferPointer { block in
            unsafe withUnsafeMutableBytes(of: &output) { output in
                unsafe CCryptoBoringSSL_AES_encrypt(
                    block.baseAddress,
                    output.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    self.schedule
                )
            }
        }
        return UInt64(bigEndian: output.0)
    }
}
