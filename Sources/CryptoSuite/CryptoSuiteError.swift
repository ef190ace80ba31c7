// SPDX-License-Identifier: MIT OR Apache-2.0

/// Why a cryptographic operation failed; deliberately without detail (style guide b.5).
public enum CryptoSuiteError: Error, Equatable, Sendable {
    /// A key, share or seed has the wrong length or is not valid for its algorithm.
    case invalidKey
    /// An authentication tag or signature does not match.
    case authenticationFailure
    /// A signature has the wrong length.
    case invalidSignature
    /// The library refused the operation.
    case operationFailed
}
