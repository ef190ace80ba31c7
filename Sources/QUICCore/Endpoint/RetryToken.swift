// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import CryptoSuite
internal import Primitives

/// What the token of a Retry remembers, so that the server does not have to (RFC 9000 §8.1.2, §8.1.4).
struct RetryToken: Equatable, Sendable {
    /// How long the client has to come back (spec 02 §3.6).
    static let lifetime = Nanoseconds.seconds(15)

    /// Whom the Retry was sent to.
    let address: NetworkAddress
    /// The destination id of the client's first Initial.
    let originalDestinationID: ConnectionID
    /// When the Retry was sent, on the clock of this process.
    let issuedAt: Instant
}

/// Seals and opens tokens: AES-256-GCM under a key of this process, nonce last (spec 02 §3.6).
///
/// A token is bound to the source id of its Retry, which the client's next Initial is addressed to.
struct RetryTokenSealer: Sendable {
    /// The type byte of a Retry token in the layout of spec 02 §3.6.
    private static let retryType: UInt8 = 1
    private let key: AEADKey

    /// What a token turned out to be.
    enum Verdict: Equatable, Sendable {
        /// Not sealed by this process: as good as no token (RFC 9000 §8.1.3).
        case unknown
        /// Ours, but too old, or for another address.
        case invalid
        /// Proves the address; the id is what the client dialled first.
        case valid(originalDestinationID: ConnectionID)
    }

    /// Binds the key.
    ///
    /// - Parameter key: 32 random bytes.
    /// - Throws: `CryptoSuiteError` for a key of another length.
    init(key: SecretBytes) throws(CryptoSuiteError) { self.key = try AEADKey(.aes256GCM, key: key) }

    /// Seals a token.
    ///
    /// - Parameters:
    ///   - token: What to remember.
    ///   - sourceID: The source id of the Retry.
    ///   - nonce: 12 bytes never used before.
    /// - Returns: The opaque token.
    /// - Throws: `CryptoSuiteError` when the cryptography library refuses.
    func seal(_ token: RetryToken, sourceID: ConnectionID, nonce: [UInt8]) throws(CryptoSuiteError) -> [UInt8] {
        var plaintext = ByteWriter(reservedByteCount: 64)
        plaintext.writeUInt8(Self.retryType)
        plaintext.writeUInt8(token.address.family == .ipv4 ? 0 : 1)
        plaintext.writeBytes(token.address.addressBytes)
        plaintext.writeBigEndian(token.address.port)
        plaintext.writePrefixedConnectionID(token.originalDestinationID)
        plaintext.writeBigEndian(UInt64(bitPattern: (token.issuedAt - Instant.epoch).count))
        return try self.key.seal(plaintext.bytes, nonce: nonce, authenticating: sourceID.bytes) + nonce
    }

    /// Judges the token of an Initial.
    ///
    /// - Parameters:
    ///   - token: The opaque token.
    ///   - sourceID: The destination id of the Initial.
    ///   - address: Where the Initial came from.
    ///   - now: The current instant.
    /// - Returns: What it is worth.
    func judge(_ token: [UInt8], sourceID: ConnectionID, from address: NetworkAddress, now: Instant) -> Verdict {
        let nonceByteCount = AEADAlgorithm.nonceByteCount
        guard token.count > nonceByteCount + AEADAlgorithm.tagByteCount,
            let plaintext = try? self.key.open(
                token.dropLast(nonceByteCount),
                nonce: Array(token.suffix(nonceByteCount)),
                authenticating: sourceID.bytes[...]
            ),
            let opened = try? Self.decode(plaintext)
        else { return .unknown }
        let age = now - opened.issuedAt
        guard opened.address == address, age >= .zero, age <= RetryToken.lifetime else { return .invalid }
        return .valid(originalDestinationID: opened.originalDestinationID)
    }

    /// Reads what `seal` wrote; anything else cannot pass the seal.
    private static func decode(_ plaintext: [UInt8]) throws(DecodeError) -> RetryToken {
        var reader = ByteReader(plaintext.span)
        guard try reader.readUInt8() == Self.retryType else { throw .invalid(field: "token type") }
        let address: NetworkAddress
        if try reader.readUInt8() == 0 {
            let host = try reader.readBigEndian(UInt32.self)
            address = NetworkAddress(ipv4: host, port: try reader.readBigEndian(UInt16.self))
        } else {
            let high = try reader.readBigEndian(UInt64.self)
            let low = try reader.readBigEndian(UInt64.self)
            address = NetworkAddress(ipv6High: high, low: low, port: try reader.readBigEndian(UInt16.self))
        }
        let byteCount = Int(try reader.readUInt8())
        guard let id = ConnectionID(try reader.readSpan(byteCount: byteCount)) else {
            throw .invalid(field: "connection id")
        }
        let issuedAt = Int64(bitPattern: try reader.readBigEndian(UInt64.self))
        return RetryToken(address: address, originalDestinationID: id, issuedAt: .epoch + Nanoseconds(issuedAt))
    }
}
