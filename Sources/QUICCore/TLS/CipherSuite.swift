// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite

/// The TLS 1.3 cipher suites of the profile (RFC 8446 §B.4, spec 02 §4.1).
package enum CipherSuite: UInt16, CaseIterable, Sendable {
    /// TLS_AES_128_GCM_SHA256.
    case aes128GCMSHA256 = 0x1301
    /// TLS_AES_256_GCM_SHA384.
    case aes256GCMSHA384 = 0x1302
    /// TLS_CHACHA20_POLY1305_SHA256.
    case chaCha20Poly1305SHA256 = 0x1303

    /// The order the original offers and therefore ours: 0x1302, 0x1301, 0x1303 (spec 02 §4.1).
    package static let defaultPreference: [CipherSuite] = [
        .aes256GCMSHA384, .aes128GCMSHA256, .chaCha20Poly1305SHA256,
    ]

    /// The hash of transcript, key schedule and Finished.
    package var hash: HashAlgorithm {
        switch self {
        case .aes128GCMSHA256, .chaCha20Poly1305SHA256: .sha256
        case .aes256GCMSHA384: .sha384
        }
    }

    /// The algorithm that protects packets.
    package var aead: AEADAlgorithm {
        switch self {
        case .aes128GCMSHA256: .aes128GCM
        case .aes256GCMSHA384: .aes256GCM
        case .chaCha20Poly1305SHA256: .chaCha20Poly1305
        }
    }
}
