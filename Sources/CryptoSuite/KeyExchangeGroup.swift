// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Crypto

/// The key-exchange groups of the TLS profiles: a handshake uses exactly the one of its profile.
package enum KeyExchangeGroup: Hashable, Sendable {
    /// X25519MLKEM768 (0x11EC), the group of the network.
    case x25519MLKEM768
    /// X25519 (0x001D, RFC 7748), for conformance peers without post-quantum algorithms.
    case x25519

    /// Bytes of a client's share.
    package var clientShareByteCount: Int {
        switch self {
        case .x25519MLKEM768: X25519MLKEM768.clientShareByteCount
        case .x25519: X25519.shareByteCount
        }
    }

    /// Bytes of a server's share.
    package var serverShareByteCount: Int {
        switch self {
        case .x25519MLKEM768: X25519MLKEM768.serverShareByteCount
        case .x25519: X25519.shareByteCount
        }
    }

    /// Generates a client's key.
    package func generateKey() throws(CryptoSuiteError) -> KeyExchangeKey {
        switch self {
        case .x25519MLKEM768: .x25519MLKEM768(try X25519MLKEM768.ClientKey())
        case .x25519: .x25519(X25519.PrivateKey())
        }
    }

    /// Answers a client's share as a server: our share and the (EC)DHE input of the key schedule.
    package func respond(
        toClientShare clientShare: [UInt8]
    ) throws(CryptoSuiteError) -> (serverShare: [UInt8], sharedSecret: SecretBytes) {
        switch self {
        case .x25519MLKEM768: return try X25519MLKEM768.respond(toClientShare: clientShare)
        case .x25519:
            let key = X25519.PrivateKey()
            return (key.share, try key.sharedSecret(peerShare: clientShare))
        }
    }
}

/// A client's private half of a key exchange, waiting for the server's share.
package enum KeyExchangeKey: Sendable {
    /// Both halves of the hybrid group.
    case x25519MLKEM768(X25519MLKEM768.ClientKey)
    /// The classical half alone.
    case x25519(X25519.PrivateKey)

    /// The share for the ClientHello.
    package var share: [UInt8] {
        switch self {
        case .x25519MLKEM768(let key): key.share
        case .x25519(let key): key.share
        }
    }

    /// The (EC)DHE input of the key schedule from the server's share.
    package func sharedSecret(serverShare: [UInt8]) throws(CryptoSuiteError) -> SecretBytes {
        switch self {
        case .x25519MLKEM768(let key): try key.sharedSecret(serverShare: serverShare)
        case .x25519(let key): try key.sharedSecret(peerShare: serverShare)
        }
    }
}

/// X25519 (RFC 7748): both shares and the secret have 32 bytes.
package enum X25519 {
    /// Bytes of a public key.
    package static let shareByteCount = 32

    /// A private key, used for one key exchange.
    package struct PrivateKey: Sendable {
        private let key: Curve25519.KeyAgreement.PrivateKey

        /// Generates a key from the system generator.
        package init() { self.key = Curve25519.KeyAgreement.PrivateKey() }

        /// The public key, 32 bytes.
        package var share: [UInt8] { Array(self.key.publicKey.rawRepresentation) }

        /// The shared secret, 32 bytes; an all-zero result is refused (RFC 7748 §6.1).
        package func sharedSecret(peerShare: [UInt8]) throws(CryptoSuiteError) -> SecretBytes {
            guard let publicKey = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: peerShare),
                let shared = try? self.key.sharedSecretFromKeyAgreement(with: publicKey)
            else { throw .invalidKey }
            var bytes = unsafe shared.withUnsafeBytes { unsafe [UInt8]($0) }
            guard !constantTimeEquals(bytes, [UInt8](repeating: 0, count: shareByteCount)) else { throw .invalidKey }
            return SecretBytes(consuming: &bytes)
        }
    }
}
