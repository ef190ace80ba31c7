// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite

/// Sizes of the signatures gossip carries: always ML-DSA-65, except that a simulation may use a shorter double.
package struct SignatureScheme: Equatable, Sendable {
    /// Bytes of a public key.
    package let publicKeyByteCount: Int
    /// Bytes of a signature.
    package let signatureByteCount: Int

    /// Creates a scheme with these sizes.
    package init(publicKeyByteCount: Int, signatureByteCount: Int) {
        self.publicKeyByteCount = publicKeyByteCount
        self.signatureByteCount = signatureByteCount
    }

    /// ML-DSA-65 with empty context (spec 04 §5.3): 1952 and 3309 bytes.
    package static let mlDSA65 = SignatureScheme(
        publicKeyByteCount: MLDSA65Sizes.publicKey,
        signatureByteCount: MLDSA65Sizes.signature
    )
}

/// One signature to check: pure ML-DSA-65 with empty context over `message`.
package struct SignatureCheck: Equatable, Sendable {
    package let publicKey: [UInt8]
    package let message: [UInt8]
    package let signature: [UInt8]

    /// Creates the check.
    package init(publicKey: [UInt8], message: [UInt8], signature: [UInt8]) {
        self.publicKey = publicKey
        self.message = message
        self.signature = signature
    }
}
