// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding

/// Why a signed statement is not accepted; the texts are those of spec 01 §2.8.
package enum IdentityError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The operating system or the crypto library gave no key.
    case keyGeneration(String)
    /// A public key has the wrong length or is not a key.
    case invalidPublicKey(String)
    /// An id does not belong to the key that stands beside it.
    case peerIDMismatch
    /// A signature, or the relation between a certificate and its announcement, is wrong.
    case verification(String)
    /// The bytes are not an encoding of the statement.
    case decoding(DecodeError)

    package var description: String {
        switch self {
        case .keyGeneration(let reason): "failed to generate keypair: \(reason)"
        case .invalidPublicKey(let reason): "invalid public key: \(reason)"
        case .peerIDMismatch: "PeerId verification failed"
        case .verification(let reason): "certificate verification failed: \(reason)"
        case .decoding(let error): "serialization error: \(error)"
        }
    }
}
