// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite
package import Primitives

/// An ML-DSA-65 signing key together with the id derived from it (spec 01 §2.1).
///
/// The type parameter keeps the three roles apart: a machine key cannot sign where an agent key is required.
/// The secret is held by the wrapped key alone; no description or mirror shows it.
package struct KeyPair<ID: KeyDerivedIdentifier>: Sendable, CustomStringConvertible, CustomReflectable {
    /// The id of the public key.
    package let id: ID
    private let privateKey: MLDSA65PrivateKey

    /// Takes over a signing key.
    package init(_ privateKey: MLDSA65PrivateKey) {
        self.privateKey = privateKey
        self.id = ID(privateKey.publicKey)
    }

    /// Generates a key from the operating system's generator.
    package init() throws(CryptoSuiteError) {
        self.init(try MLDSA65PrivateKey())
    }

    /// Derives the pair from its 32-byte seed.
    package init(seed: SecretBytes) throws(CryptoSuiteError) {
        self.init(try MLDSA65PrivateKey(seed: seed))
    }

    /// The verification key, 1952 bytes encoded.
    package var publicKey: MLDSA65PublicKey { self.privateKey.publicKey }

    /// The signing key itself, for the TLS handshake of the transport.
    package var signingKey: MLDSA65PrivateKey { self.privateKey }

    /// The seed, for the key file only.
    package var seed: SecretBytes { self.privateKey.seed }

    /// A hedged signature with empty context, 3309 bytes.
    package func signature(for message: [UInt8]) throws(CryptoSuiteError) -> [UInt8] {
        try self.privateKey.signature(for: message)
    }

    package var description: String { "\(self.id) <REDACTED>" }
    package var customMirror: Mirror { Mirror(self, children: ["id": self.id]) }
}

/// Authenticates connections; its id is the transport's peer id.
package typealias MachineKey = KeyPair<MachineID>
/// Signs published messages and direct message envelopes.
package typealias AgentKey = KeyPair<AgentID>
/// Vouches for agents in certificates; never created without a request.
package typealias UserKey = KeyPair<UserID>
