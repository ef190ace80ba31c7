// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CCryptoBoringSSL
internal import Crypto

/// HMAC (RFC 2104) and HKDF (RFC 5869). A handshake derives some fifty keys; called directly, the library needs a quarter of the time it
/// needs behind the generic interface (docs/performance.md).
extension HashAlgorithm {
    private var digest: OpaquePointer? {
        switch self {
        case .sha256: unsafe CCryptoBoringSSL_EVP_sha256()
        case .sha384: unsafe CCryptoBoringSSL_EVP_sha384()
        }
    }

    /// HMAC of `message` under `key`.
    package func authenticationCode(of message: [UInt8], key: SecretBytes) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: self.byteCount)
        let written = unsafe key.key.withUnsafeBytes { secret in
            var byteCount: UInt32 = 0
            let code = unsafe CCryptoBoringSSL_HMAC(
                self.digest,
                secret.baseAddress,
                secret.count,
                message,
                message.count,
                &code,
                &byteCount
            )
            return unsafe code == nil ? 0 : Int(byteCount)
        }
        precondition(written == code.count, "HMAC fails only without memory")
        return code
    }

    /// HKDF-Extract(salt, input keying material).
    package func extract(salt: [UInt8], inputKeyMaterial: SecretBytes) -> SecretBytes {
        unsafe self.derive(byteCount: self.byteCount) { output, digest in
            unsafe inputKeyMaterial.key.withUnsafeBytes { secret in
                var byteCount = 0
                return unsafe CCryptoBoringSSL_HKDF_extract(
                    output.baseAddress,
                    &byteCount,
                    digest,
                    secret.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    secret.count,
                    salt,
                    salt.count
                )
            }
        }
    }

    /// HKDF-Expand(pseudo-random key, info) to `byteCount` bytes, at most 255 digests.
    package func expand(_ pseudoRandomKey: SecretBytes, info: [UInt8], byteCount: Int) -> SecretBytes {
        unsafe self.derive(byteCount: byteCount) { output, digest in
            unsafe pseudoRandomKey.key.withUnsafeBytes { secret in
                unsafe CCryptoBoringSSL_HKDF_expand(
                    output.baseAddress,
                    output.count,
                    digest,
                    secret.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    secret.count,
                    info,
                    info.count
                )
            }
        }
    }

    private func derive(
        byteCount: Int,
        _ body: (UnsafeMutableBufferPointer<UInt8>, OpaquePointer?) -> Int32
    ) -> SecretBytes {
        var output = [UInt8](repeating: 0, count: byteCount)
        let status = unsafe output.withUnsafeMutableBufferPointer { unsafe body($0, self.digest) }
        precondition(status == 1, "HKDF fails only for more than 255 digests, or without memory")
        defer {
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe CCryptoBoringSSL_OPENSSL_cleanse(output.baseAddress, output.count)
            }
        }
        return SecretBytes(output)
    }
}
