// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Crypto

/// Sizes of ML-DSA-65 (FIPS 204) in bytes; the context string is always empty (spec 01 §1.1).
package enum MLDSA65Sizes {
    /// The private key as we store it: the seed ξ.
    package static let seed = 32
    /// pkEncode.
    package static let publicKey = 1952
    /// sigEncode.
    package static let signature = 3309
}

/// An ML-DSA-65 verification key.
public struct MLDSA65PublicKey: Sendable {
    private let key: MLDSA65.PublicKey
    /// The FIPS 204 encoding, 1952 bytes.
    public let bytes: [UInt8]

    /// Parses a 1952-byte public key.
    public init(bytes: [UInt8]) throws(CryptoSuiteError) {
        guard bytes.count == MLDSA65Sizes.publicKey, let key = try? MLDSA65.PublicKey(rawRepresentation: bytes)
        else { throw .invalidKey }
        self.key = key
        self.bytes = bytes
    }

    /// Whether `signature` is a valid pure ML-DSA-65 signature of `message` with empty context.
    public func isValid(signature: [UInt8], for message: [UInt8]) -> Bool {
        signature.count == MLDSA65Sizes.signature && self.key.isValidSignature(signature, for: message)
    }
}

extension MLDSA65PublicKey: Hashable {
    /// Whether both are the same.
    public static func == (lhs: MLDSA65PublicKey, rhs: MLDSA65PublicKey) -> Bool { lhs.bytes == rhs.bytes }
    /// Hashes the encoding.
    public func hash(into hasher: inout Hasher) { hasher.combine(self.bytes) }
}

/// An ML-DSA-65 signing key, kept as its 32-byte seed.
public struct MLDSA65PrivateKey: Sendable, CustomStringConvertible, CustomReflectable {
    private let key: MLDSA65.PrivateKey
    /// The seed, for the key file: the one copy of it that this code holds.
    public let seed: SecretBytes
    /// The matching verification key.
    public let publicKey: MLDSA65PublicKey

    /// Generates a key from the system generator.
    public init() throws(CryptoSuiteError) {
        // FIPS 204 KeyGen: 32 random bytes, then as below.
        try self.init(seed: SecretBytes(freshByteCount: MLDSA65Sizes.seed))
    }

    /// Derives the key pair from its 32-byte seed ξ (FIPS 204 KeyGen_internal).
    public init(seed: SecretBytes) throws(CryptoSuiteError) {
        guard seed.byteCount == MLDSA65Sizes.seed,
            let key = seed.withExposedBytes({ try? MLDSA65.PrivateKey(seedRepresentation: $0, publicKey: nil) })
        else { throw .invalidKey }
        self.key = key
        self.seed = seed
        self.publicKey = try MLDSA65PublicKey(bytes: Array(key.publicKey.rawRepresentation))
    }

    /// A hedged signature with empty context, 3309 bytes.
    public func signature(for message: [UInt8]) throws(CryptoSuiteError) -> [UInt8] {
        guard let signature = try? self.key.signature(for: message) else { throw .operationFailed }
        return Array(signature)
    }

    /// For people; without secrets.
    public var description: String { "MLDSA65PrivateKey(<REDACTED>)" }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
