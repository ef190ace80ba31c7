// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Crypto

/// The hash functions of the TLS cipher suites; HMAC and HKDF over them are in `KeyDerivation.swift`.
package enum HashAlgorithm: Hashable, Sendable {
    /// SHA-256, 32-byte output.
    case sha256
    /// SHA-384, 48-byte output.
    case sha384

    /// Bytes of a digest.
    package var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        }
    }

    /// The digest of `bytes`.
    package func hash(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: Array(SHA256.hash(data: bytes))
        case .sha384: Array(SHA384.hash(data: bytes))
        }
    }
}

/// An incremental hash that can be read at any point without ending it: a TLS transcript.
package struct RunningHash: Sendable {
    private enum State: Sendable {
        case sha256(SHA256)
        case sha384(SHA384)
    }

    private var state: State

    /// Starts an empty hash.
    package init(_ algorithm: HashAlgorithm) {
        switch algorithm {
        case .sha256: self.state = .sha256(SHA256())
        case .sha384: self.state = .sha384(SHA384())
        }
    }

    /// Appends bytes.
    package mutating func update(_ bytes: [UInt8]) {
        switch self.state {
        case .sha256(var hash):
            hash.update(data: bytes)
            self.state = .sha256(hash)
        case .sha384(var hash):
            hash.update(data: bytes)
            self.state = .sha384(hash)
        }
    }

    /// The digest of everything so far.
    package var digest: [UInt8] {
        switch self.state {
        case .sha256(let hash): Array(hash.finalize())
        case .sha384(let hash): Array(hash.finalize())
        }
    }
}
