// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Crypto

/// The AEADs of the TLS 1.3 cipher suites (RFC 8446 §B.4): 12-byte nonces, 16-byte tags.
package enum AEADAlgorithm: Hashable, Sendable {
    /// AES-128-GCM.
    case aes128GCM
    /// AES-256-GCM.
    case aes256GCM
    /// ChaCha20-Poly1305.
    case chaCha20Poly1305

    /// Bytes of a key.
    package var keyByteCount: Int {
        switch self {
        case .aes128GCM: 16
        case .aes256GCM, .chaCha20Poly1305: 32
        }
    }

    /// Bytes of a nonce.
    package static let nonceByteCount = 12
    /// Bytes of the tag behind the ciphertext.
    package static let tagByteCount = 16
}

/// The 12 bytes of a nonce, kept inline.
package struct AEADNonce: Equatable, Sendable {
    /// In the byte order of the wire.
    private var words: (UInt32, UInt32, UInt32)

    /// A nonce of 12 bytes; another length gives `nil`.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == AEADAlgorithm.nonceByteCount else { return nil }
        func word(_ index: Int) -> UInt32 {
            bytes[4 * index..<4 * index + 4].reduce(0) { $0 << 8 | UInt32($1) }.bigEndian
        }
        self.words = (word(0), word(1), word(2))
    }

    /// This nonce with a number XORed into its last eight bytes, as QUIC makes the nonce of a packet (RFC 9001 §5.3).
    package func combined(with number: UInt64) -> AEADNonce {
        var nonce = self
        nonce.words.1 ^= UInt32(truncatingIfNeeded: number >> 32).bigEndian
        nonce.words.2 ^= UInt32(truncatingIfNeeded: number).bigEndian
        return nonce
    }

    @unsafe func withUnsafeBytes<T>(_ body: (UnsafePointer<UInt8>) -> T) -> T {
        unsafe Swift.withUnsafeBytes(of: self.words) { words in
            // Three words are never an empty buffer.
            unsafe body(words.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self))
        }
    }

    package static func == (lhs: AEADNonce, rhs: AEADNonce) -> Bool { lhs.words == rhs.words }
}

/// An AEAD key bound to its algorithm, expanded once and used for many messages.
package struct AEADKey: Sendable {
    /// The algorithm.
    package let algorithm: AEADAlgorithm
    private let prepared: PreparedAEAD

    /// Binds a key; its length must be the algorithm's.
    package init(_ algorithm: AEADAlgorithm, key: SecretBytes) throws(CryptoSuiteError) {
        guard key.byteCount == algorithm.keyByteCount, let prepared = PreparedAEAD(algorithm, key: key.key) else {
            throw .invalidKey
        }
        self.algorithm = algorithm
        self.prepared = prepared
    }

    /// Encrypts the end of a buffer where it stands and appends the tag: no copy, and no allocation when there is room.
    ///
    /// - Parameters:
    ///   - buffer: Anything ‖ header ‖ plaintext; becomes anything ‖ header ‖ ciphertext ‖ tag.
    ///   - headerStart: Where the authenticated header begins.
    ///   - plaintextStart: Where the header ends and the plaintext begins.
    ///   - nonce: Never used twice with this key.
    /// - Throws: `CryptoSuiteError.operationFailed` when the library refuses, which it does for no length in use.
    package func seal(
        _ buffer: inout [UInt8],
        from headerStart: Int,
        plaintextStart: Int,
        nonce: AEADNonce
    ) throws(CryptoSuiteError) {
        guard self.prepared.seal(&buffer, from: headerStart, plaintextStart: plaintextStart, nonce: nonce) else {
            throw .operationFailed
        }
    }

    /// Checks and decrypts borrowed ciphertext ‖ tag.
    package func open(
        _ sealed: Span<UInt8>,
        nonce: AEADNonce,
        authenticating header: Span<UInt8>
    ) throws(CryptoSuiteError) -> [UInt8] {
        guard let plaintext = self.prepared.open(sealed, nonce: nonce, authenticating: header) else {
            throw .authenticationFailure
        }
        return plaintext
    }

    /// Checks and decrypts borrowed ciphertext ‖ tag into storage that is used again.
    ///
    /// - Returns: Whether it is authentic; `plaintext` is empty if not.
    package func open(
        _ sealed: Span<UInt8>,
        nonce: AEADNonce,
        authenticating header: Span<UInt8>,
        into plaintext: inout [UInt8]
    ) -> Bool {
        self.prepared.open(sealed, nonce: nonce, authenticating: header, into: &plaintext)
    }

    /// Encrypts and authenticates; returns ciphertext ‖ tag.
    package func seal(
        _ plaintext: some Collection<UInt8> & Sendable,
        nonce: [UInt8],
        authenticating header: some Collection<UInt8> & Sendable
    ) throws(CryptoSuiteError) -> [UInt8] {
        guard let nonce = AEADNonce(nonce) else { throw .operationFailed }
        var buffer = Array(header)
        buffer.append(contentsOf: plaintext)
        try self.seal(&buffer, from: 0, plaintextStart: header.count, nonce: nonce)
        return Array(buffer[header.count...])
    }

    /// Checks and decrypts ciphertext ‖ tag.
    package func open(
        _ sealed: ArraySlice<UInt8>,
        nonce: [UInt8],
        authenticating header: ArraySlice<UInt8>
    ) throws(CryptoSuiteError) -> [UInt8] {
        guard let nonce = AEADNonce(nonce) else { throw .operationFailed }
        return try self.open(sealed.span, nonce: nonce, authenticating: header.span)
    }
}
