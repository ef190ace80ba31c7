// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Crypto

// Signatures of conformance peers without post-quantum algorithms. Nothing in the network's own profile uses them.

/// The classical signature algorithms, named as in TLS 1.3 (RFC 8446 §4.2.3).
package enum ClassicalSignatureAlgorithm: UInt16, CaseIterable, Sendable {
    /// ecdsa_secp256r1_sha256: ECDSA on P-256 with SHA-256, signatures in DER.
    case ecdsaP256SHA256 = 0x0403
    /// ed25519 (RFC 8032), signatures of 64 bytes.
    case ed25519 = 0x0807

    /// Bytes of a signature at most: two 33-byte integers with their headers in DER, or exactly 64.
    package var signatureByteCountMax: Int {
        switch self {
        case .ecdsaP256SHA256: 72
        case .ed25519: 64
        }
    }

    /// Whether `signature` is valid; a key or signature that does not parse is not.
    ///
    /// - Parameters:
    ///   - signature: DER for ECDSA, 64 bytes for Ed25519.
    ///   - message: What was signed.
    ///   - publicKey: The content of the SubjectPublicKeyInfo's BIT STRING: an uncompressed point of 65 bytes for
    ///     P-256, 32 bytes for Ed25519.
    /// - Returns: The verdict.
    package func isValid(_ signature: [UInt8], for message: [UInt8], publicKey: [UInt8]) -> Bool {
        switch self {
        case .ecdsaP256SHA256:
            guard let key = try? P256.Signing.PublicKey(x963Representation: publicKey),
                let parsed = try? P256.Signing.ECDSASignature(derRepresentation: signature)
            else { return false }
            return key.isValidSignature(parsed, for: message)
        case .ed25519:
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
            return key.isValidSignature(signature, for: message)
        }
    }
}

/// A classical signing key.
package struct ClassicalSigningKey: Sendable, CustomStringConvertible, CustomReflectable {
    private enum Key: Sendable {
        case p256(P256.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    private let key: Key

    /// Generates a key from the system generator.
    package init(_ algorithm: ClassicalSignatureAlgorithm) {
        switch algorithm {
        case .ecdsaP256SHA256: self.key = .p256(P256.Signing.PrivateKey())
        case .ed25519: self.key = .ed25519(Curve25519.Signing.PrivateKey())
        }
    }

    /// What it signs with.
    package var algorithm: ClassicalSignatureAlgorithm {
        switch self.key {
        case .p256: .ecdsaP256SHA256
        case .ed25519: .ed25519
        }
    }

    /// The public key as `ClassicalSignatureAlgorithm.isValid` takes it.
    package var publicKey: [UInt8] {
        switch self.key {
        case .p256(let key): Array(key.publicKey.x963Representation)
        case .ed25519(let key): Array(key.publicKey.rawRepresentation)
        }
    }

    /// The private key in PKCS #8 (RFC 5208, RFC 8410), DER; for a key file of a peer under test.
    package var pkcs8: SecretBytes {
        switch self.key {
        case .p256(let key): SecretBytes(Array(key.derRepresentation))
        case .ed25519(let key): SecretBytes(Self.ed25519Prefix + Array(key.rawRepresentation))
        }
    }

    /// PrivateKeyInfo up to the 32 bytes of the key: version 0, OID 1.3.101.112, OCTET STRING in OCTET STRING.
    private static let ed25519Prefix: [UInt8] = [
        0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]

    /// A signature: DER for ECDSA, 64 bytes for Ed25519.
    package func signature(for message: [UInt8]) throws(CryptoSuiteError) -> [UInt8] {
        switch self.key {
        case .p256(let key):
            guard let signature = try? key.signature(for: message) else { throw .operationFailed }
            return Array(signature.derRepresentation)
        case .ed25519(let key):
            guard let signature = try? key.signature(for: message) else { throw .operationFailed }
            return Array(signature)
        }
    }

    package var description: String { "ClassicalSigningKey(<REDACTED>)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
