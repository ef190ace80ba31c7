// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite

/// The key file of this implementation (spec README, ruling 2): a versioned frame around the seed of one key pair.
///
/// | field | bytes | |
/// |---|---|---|
/// | magic | 8 | `x0x-key` and a line feed |
/// | version | 2 | big endian, 1 |
/// | algorithm | 2 | big endian, ``Algorithm`` |
/// | seed | 32 or 64 | FIPS 204 ξ, or FIPS 203 d ‖ z |
/// | public key | 1952 or 1184 | must be the one the seed gives |
/// | checksum | 32 | SHA-256 of everything before |
///
/// 2028 bytes for a signing key, 1292 for an encapsulation key. Nothing may follow.
package enum KeyFile {
    /// What kind of key a file holds; the numbers are the TLS code points of the algorithms.
    package enum Algorithm: UInt16, Sendable, CaseIterable {
        /// SignatureScheme mldsa65.
        case mldsa65 = 0x0905
        /// NamedGroup MLKEM768.
        case mlkem768 = 0x0201

        var seedByteCount: Int {
            switch self {
            case .mldsa65: MLDSA65Sizes.seed
            case .mlkem768: MLKEM768Sizes.seed
            }
        }

        var publicKeyByteCount: Int {
            switch self {
            case .mldsa65: MLDSA65Sizes.publicKey
            case .mlkem768: MLKEM768Sizes.publicKey
            }
        }

        /// Bytes of a whole file.
        package var fileByteCount: Int {
            headByteCount + self.seedByteCount + self.publicKeyByteCount + checksumByteCount
        }
    }

    /// Bytes of a key file of the original, which holds an expanded secret key (spec 01 §2.3).
    static let originalByteCount = 6_000
    /// No key file of any kind is larger; readers stop here.
    package static let byteCountMax = 8_192

    /// The file of a signing key.
    package static func encode(_ key: KeyPair<some KeyDerivedIdentifier>) -> SecretBytes {
        self.encode(.mldsa65, seed: key.seed, publicKey: key.publicKey.bytes)
    }

    /// The file of an encapsulation key.
    package static func encode(_ key: MLKEM768PrivateKey) -> SecretBytes {
        self.encode(.mlkem768, seed: key.seed, publicKey: key.publicKey)
    }

    /// The signing key in the bytes of a file.
    package static func decodeSigningKey<ID: KeyDerivedIdentifier>(
        _ bytes: [UInt8],
        as type: KeyPair<ID>.Type = KeyPair<ID>.self
    ) throws(KeyFileError) -> KeyPair<ID> {
        let (seed, publicKey) = try self.decode(bytes, .mldsa65)
        guard let key = try? KeyPair<ID>(seed: seed), key.publicKey.bytes == publicKey else { throw .keyMismatch }
        return key
    }

    /// The encapsulation key in the bytes of a file.
    package static func decodeEncapsulationKey(_ bytes: [UInt8]) throws(KeyFileError) -> MLKEM768PrivateKey {
        let (seed, publicKey) = try self.decode(bytes, .mlkem768)
        guard let key = try? MLKEM768PrivateKey(seed: seed), key.publicKey == publicKey else { throw .keyMismatch }
        return key
    }

    private static func encode(_ algorithm: Algorithm, seed: SecretBytes, publicKey: [UInt8]) -> SecretBytes {
        var file: [UInt8] = []
        // Reserved, so that growing leaves no copy of the seed behind.
        file.reserveCapacity(algorithm.fileByteCount)
        file += magic + [0, UInt8(version), UInt8(algorithm.rawValue >> 8), UInt8(algorithm.rawValue & 0xFF)]
        unsafe seed.withUnsafeBytes { seed in unsafe file.append(contentsOf: seed) }
        file += publicKey
        file += HashAlgorithm.sha256.hash(file)
        return SecretBytes(consuming: &file)
    }

    private static func decode(
        _ bytes: [UInt8],
        _ expected: Algorithm
    ) throws(KeyFileError) -> (seed: SecretBytes, publicKey: [UInt8]) {
        guard bytes.starts(with: magic) else { throw self.foreignFormat(bytes) }
        guard bytes.count >= headByteCount else { throw .wrongByteCount(bytes.count) }
        let fileVersion = UInt16(bytes[8]) << 8 | UInt16(bytes[9])
        guard fileVersion == version else { throw .unsupportedVersion(fileVersion) }
        let algorithm = UInt16(bytes[10]) << 8 | UInt16(bytes[11])
        guard algorithm == expected.rawValue else { throw .wrongAlgorithm(algorithm) }
        guard bytes.count == expected.fileByteCount else { throw .wrongByteCount(bytes.count) }
        let body = bytes.dropLast(checksumByteCount)
        var hashed = Array(body)
        defer { wipe(&hashed) }
        guard constantTimeEquals(HashAlgorithm.sha256.hash(hashed), Array(bytes[body.endIndex...])) else {
            throw .checksumMismatch
        }
        let publicKeyStart = headByteCount + expected.seedByteCount
        var seed = Array(body[headByteCount..<publicKeyStart])
        return (SecretBytes(consuming: &seed), Array(body[publicKeyStart...]))
    }

    /// Tells a file of the original or of a later x0x from one that is no key file at all (spec 01 §2.3, §17).
    private static func foreignFormat(_ bytes: [UInt8]) -> KeyFileError {
        let originalMagic: [UInt8] = [0xA0, 0x07, 0, 0, 0, 0, 0, 0]
        if bytes.count == self.originalByteCount, bytes.starts(with: originalMagic) { return .originalFormat }
        if bytes.starts(with: Array("X0K2".utf8)) { return .laterOriginalFormat }
        return .notAKeyFile
    }
}

/// Why the bytes of a file are not the wanted key; no case carries bytes of the file.
package enum KeyFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A 6000-byte key file of x0x 0.19.21.
    case originalFormat
    /// A key file of a later x0x (`X0K2`).
    case laterOriginalFormat
    /// Something else altogether.
    case notAKeyFile
    /// Our magic, but a version this program does not know.
    case unsupportedVersion(UInt16)
    /// Another kind of key.
    case wrongAlgorithm(UInt16)
    /// Cut off, or followed by something.
    case wrongByteCount(Int)
    /// Damaged.
    case checksumMismatch
    /// The public key does not belong to the seed.
    case keyMismatch

    package var description: String {
        switch self {
        case .originalFormat:
            "this is a key file of the original x0x, which holds an expanded secret key; this implementation keeps "
                + "32-byte seeds and cannot use it. Keep it for the original and use another path here"
        case .laterOriginalFormat:
            "this is a key file in a newer format of the original x0x (X0K2), which this implementation cannot use"
        case .notAKeyFile: "this is not an x0x key file"
        case .unsupportedVersion(let version): "key file version \(version) is not supported; a newer x0xd wrote it"
        case .wrongAlgorithm(let algorithm):
            "the file holds another kind of key (algorithm 0x\(String(algorithm, radix: 16)))"
        case .wrongByteCount(let count): "the key file is cut off or has trailing bytes (\(count) bytes)"
        case .checksumMismatch: "the key file is damaged (checksum mismatch)"
        case .keyMismatch: "the public key in the file does not belong to its secret"
        }
    }
}

private let magic = Array("x0x-key\n".utf8)
/// Less than 256: the upper byte is written as 0.
private let version: UInt16 = 1
private let headByteCount = 12
private let checksumByteCount = 32
