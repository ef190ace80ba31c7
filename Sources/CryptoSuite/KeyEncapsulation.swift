// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Crypto

/// Sizes of ML-KEM-768 (FIPS 203) in bytes.
package enum MLKEM768Sizes {
    /// The private key as we store it: d ‖ z.
    package static let seed = 64
    /// The encapsulation key.
    package static let publicKey = 1184
    /// The ciphertext.
    package static let ciphertext = 1088
    /// The shared secret.
    package static let sharedSecret = 32
}

/// An ML-KEM-768 decapsulation key, kept as its 64-byte seed.
package struct MLKEM768PrivateKey: Sendable, CustomStringConvertible, CustomReflectable {
    private let key: MLKEM768.PrivateKey
    /// The seed, for the key file: the one copy of it that this code holds.
    package let seed: SecretBytes
    /// The encapsulation key, 1184 bytes.
    package let publicKey: [UInt8]

    /// Generates a key from the system generator.
    package init() throws(CryptoSuiteError) {
        // FIPS 203 KeyGen: 64 random bytes, then as below.
        try self.init(seed: SecretBytes(freshByteCount: MLKEM768Sizes.seed))
    }

    /// Derives the key pair from its 64-byte seed.
    package init(seed: SecretBytes) throws(CryptoSuiteError) {
        guard seed.byteCount == MLKEM768Sizes.seed,
            let key = seed.withExposedBytes({ try? MLKEM768.PrivateKey(seedRepresentation: $0, publicKey: nil) })
        else { throw .invalidKey }
        self.key = key
        self.seed = seed
        self.publicKey = Array(key.publicKey.rawRepresentation)
    }

    /// The shared secret of a 1088-byte ciphertext; a foreign ciphertext gives a pseudo-random secret (FIPS 203).
    package func decapsulate(_ ciphertext: [UInt8]) throws(CryptoSuiteError) -> SecretBytes {
        guard ciphertext.count == MLKEM768Sizes.ciphertext, let secret = try? self.key.decapsulate(ciphertext)
        else { throw .invalidKey }
        return SecretBytes(key: secret)
    }

    package var description: String { "MLKEM768PrivateKey(<REDACTED>)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Encapsulation to an ML-KEM-768 public key.
package enum MLKEM768Encapsulation {
    /// A fresh shared secret and the 1088-byte ciphertext that carries it.
    package static func encapsulate(
        to publicKey: [UInt8]
    ) throws(CryptoSuiteError) -> (ciphertext: [UInt8], sharedSecret: SecretBytes) {
        guard publicKey.count == MLKEM768Sizes.publicKey,
            let key = try? MLKEM768.PublicKey(rawRepresentation: publicKey),
            let result = try? key.encapsulate()
        else { throw .invalidKey }
        return (Array(result.encapsulated), SecretBytes(key: result.sharedSecret))
    }
}

/// The TLS group X25519MLKEM768, code point 0x11EC (spec 02 §4.7): post-quantum part first in all concatenations.
package enum X25519MLKEM768 {
    /// ML-KEM encapsulation key ‖ X25519 public key.
    package static let clientShareByteCount = 1216
    /// ML-KEM ciphertext ‖ X25519 public key.
    package static let serverShareByteCount = 1120

    /// The client's half: private keys that wait for the server's share.
    package struct ClientKey: Sendable {
        private let mlkem: MLKEM768PrivateKey
        private let x25519: Curve25519.KeyAgreement.PrivateKey

        /// Generates both key pairs.
        package init() throws(CryptoSuiteError) {
            self.mlkem = try MLKEM768PrivateKey()
            self.x25519 = Curve25519.KeyAgreement.PrivateKey()
        }

        /// The 1216-byte share for the ClientHello.
        package var share: [UInt8] { self.mlkem.publicKey + Array(self.x25519.publicKey.rawRepresentation) }

        /// The 64-byte (EC)DHE input from the server's 1120-byte share.
        package func sharedSecret(serverShare: [UInt8]) throws(CryptoSuiteError) -> SecretBytes {
            guard serverShare.count == serverShareByteCount else { throw .invalidKey }
            let first = try self.mlkem.decapsulate(Array(serverShare[..<MLKEM768Sizes.ciphertext]))
            let second = try agree(self.x25519, with: Array(serverShare[MLKEM768Sizes.ciphertext...]))
            return SecretBytes(joining: first, second)
        }
    }

    /// The server's half: answers a 1216-byte client share.
    package static func respond(
        toClientShare clientShare: [UInt8]
    ) throws(CryptoSuiteError) -> (serverShare: [UInt8], sharedSecret: SecretBytes) {
        guard clientShare.count == clientShareByteCount else { throw .invalidKey }
        let x25519 = Curve25519.KeyAgreement.PrivateKey()
        let second = try agree(x25519, with: Array(clientShare[MLKEM768Sizes.publicKey...]))
        let (ciphertext, first) = try MLKEM768Encapsulation.encapsulate(
            to: Array(clientShare[..<MLKEM768Sizes.publicKey])
        )
        return (
            ciphertext + Array(x25519.publicKey.rawRepresentation),
            SecretBytes(joining: first, second)
        )
    }

    /// X25519; an all-zero result is refused (RFC 7748 §6.1).
    private static func agree(
        _ privateKey: Curve25519.KeyAgreement.PrivateKey,
        with publicKeyBytes: [UInt8]
    ) throws(CryptoSuiteError) -> SecretBytes {
        guard let publicKey = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: publicKeyBytes),
            let shared = try? privateKey.sharedSecretFromKeyAgreement(with: publicKey)
        else { throw .invalidKey }
        var bytes = unsafe shared.withUnsafeBytes { unsafe [UInt8]($0) }
        guard !constantTimeEquals(bytes, [UInt8](repeating: 0, count: 32)) else { throw .invalidKey }
        return SecretBytes(consuming: &bytes)
    }
}
