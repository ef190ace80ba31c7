// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// An id that stands for an ML-DSA-65 public key (spec 01 §1.2).
package protocol KeyDerivedIdentifier: Identifier32 {}

extension PeerID: KeyDerivedIdentifier {}
extension AgentID: KeyDerivedIdentifier {}
extension UserID: KeyDerivedIdentifier {}

extension KeyDerivedIdentifier {
    /// SHA-256 of `AUTONOMI_PEER_ID_V2:` and the raw 1952-byte key; the SPKI wrapper is not hashed (spec 01 §1.2).
    package init(publicKeyBytes: [UInt8]) {
        let digest = HashAlgorithm.sha256.hash(keyDerivationPrefix + publicKeyBytes)
        guard let id = Self(bytes: digest) else { preconditionFailure("SHA-256 has 32 bytes, not \(digest.count)") }
        self = id
    }

    /// The id of a parsed key.
    package init(_ publicKey: MLDSA65PublicKey) { self.init(publicKeyBytes: publicKey.bytes) }
}

private let keyDerivationPrefix = Array("AUTONOMI_PEER_ID_V2:".utf8)
