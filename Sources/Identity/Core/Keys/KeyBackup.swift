// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite
package import Primitives

/// An encrypted backup of an agent or user key, to carry it to another machine (spec 01 §2.6).
///
/// | field | bytes | |
/// |---|---|---|
/// | magic | 8 | `x0x-bak` and a line feed |
/// | version | 2 | big endian, 1 |
/// | kind | 2 | big endian: 1 agent, 2 user |
/// | derivation | 1 | 1, scrypt |
/// | log₂ N, r, p | 3 | within the bounds of ``ScryptCost`` |
/// | encryption | 1 | 1, ChaCha20-Poly1305 |
/// | id | 32 | of the key inside |
/// | salt | 32 | |
/// | nonce | 12 | |
/// | ciphertext, tag | 2028 + 16 | a ``KeyFile`` |
///
/// 2137 bytes. Everything before the ciphertext is authenticated with it, and the key inside must have the id in front.
/// Machine keys have no backup: a machine is one machine.
package enum KeyBackup {
    /// Makes a key from passphrase, salt and cost; ``scryptKey(from:salt:cost:)`` but for tests of everything around it.
    package typealias Derivation = (SecretBytes, [UInt8], ScryptCost) throws(CryptoSuiteError) -> SecretBytes

    /// Bytes of a backup.
    package static let byteCount = headByteCount + KeyFile.Algorithm.mldsa65.fileByteCount + AEADAlgorithm.tagByteCount
    /// Bytes a passphrase for a new backup must have at least.
    package static let passphraseByteCountMin = 8
    /// Bytes a passphrase may have.
    package static let passphraseByteCountMax = 1_024

    /// Encrypts a key under a passphrase, with a fresh salt and nonce.
    package static func seal<ID: BackedUpIdentifier>(
        _ key: KeyPair<ID>,
        passphrase: SecretBytes,
        cost: ScryptCost = .standard,
        random: inout some SecureRandom,
        derive: Derivation = scryptKey
    ) throws(KeyBackupError) -> [UInt8] {
        guard passphrase.byteCount >= self.passphraseByteCountMin else { throw .passphraseTooShort }
        guard passphrase.byteCount <= self.passphraseByteCountMax else { throw .passphraseTooLong }
        let (salt, nonce) = (random.bytes(32), random.bytes(AEADAlgorithm.nonceByteCount))
        var head = magic + [0, version, 0, ID.backupKind.rawValue]
        head += [1, cost.logarithm, cost.blockSize, cost.parallelism, 1] + key.id.bytes + salt + nonce
        do throws(CryptoSuiteError) {
            let aead = try AEADKey(.chaCha20Poly1305, key: derive(passphrase, salt, cost))
            guard let nonce = AEADNonce(nonce) else { throw .operationFailed }
            // Head and key file in one reserved buffer, encrypted where they stand: no copy of the secret is left.
            var file: [UInt8] = []
            file.reserveCapacity(self.byteCount)
            file += head
            unsafe KeyFile.encode(key).withUnsafeBytes { unsafe file.append(contentsOf: $0) }
            try aead.seal(&file, from: 0, plaintextStart: headByteCount, nonce: nonce)
            return file
        } catch {
            throw .crypto(error)
        }
    }

    /// The key in a backup.
    ///
    /// A wrong passphrase and a changed file are the same error: the authentication cannot tell them apart.
    package static func open<ID: BackedUpIdentifier>(
        _ bytes: [UInt8],
        passphrase: SecretBytes,
        as type: KeyPair<ID>.Type = KeyPair<ID>.self,
        derive: Derivation = scryptKey
    ) throws(KeyBackupError) -> KeyPair<ID> {
        let (id, cost) = try self.parseHead(bytes, as: ID.self)
        guard passphrase.byteCount <= self.passphraseByteCountMax else { throw .passphraseTooLong }
        let salt = Array(bytes[saltStart..<nonceStart])
        var plaintext: [UInt8]
        do throws(CryptoSuiteError) {
            plaintext = try AEADKey(.chaCha20Poly1305, key: derive(passphrase, salt, cost)).open(
                bytes[headByteCount...],
                nonce: Array(bytes[nonceStart..<headByteCount]),
                authenticating: bytes[..<headByteCount]
            )
        } catch {
            throw error == .authenticationFailure ? .wrongPassphraseOrDamaged : .crypto(error)
        }
        defer { wipe(&plaintext) }
        do throws(KeyFileError) {
            let key: KeyPair<ID> = try KeyFile.decodeSigningKey(plaintext)
            guard key.id == id else { throw .keyMismatch }
            return key
        } catch {
            throw .key(error)
        }
    }

    private static func parseHead<ID: BackedUpIdentifier>(
        _ bytes: [UInt8],
        as type: ID.Type
    ) throws(KeyBackupError) -> (ID, ScryptCost) {
        guard bytes.starts(with: magic), bytes.count >= magic.count + 2 else { throw .notABackup }
        let fileVersion = UInt16(bytes[8]) << 8 | UInt16(bytes[9])
        guard fileVersion == UInt16(version) else { throw .unsupportedVersion(fileVersion) }
        guard bytes.count == self.byteCount else { throw .wrongByteCount(bytes.count) }
        guard let kind = KeyBackupKind(rawValue: bytes[11]), bytes[10] == 0 else { throw .unsupportedAlgorithm }
        guard kind == ID.backupKind else { throw .wrongKind(kind) }
        guard bytes[12] == 1, bytes[16] == 1 else { throw .unsupportedAlgorithm }
        guard let cost = ScryptCost(logarithm: bytes[13], blockSize: bytes[14], parallelism: bytes[15]) else {
            throw .costOutOfBounds
        }
        guard let id = ID(bytes: Array(bytes[idStart..<saltStart])) else { throw .notABackup }
        return (id, cost)
    }
}

/// What a backup holds.
package enum KeyBackupKind: UInt8, Sendable {
    /// An agent key.
    case agent = 1
    /// A user key.
    case user = 2
}

/// The ids whose keys may leave the machine.
package protocol BackedUpIdentifier: KeyDerivedIdentifier {
    /// The number in the file.
    static var backupKind: KeyBackupKind { get }
}

extension AgentID: BackedUpIdentifier {
    package static var backupKind: KeyBackupKind { .agent }
}

extension UserID: BackedUpIdentifier {
    package static var backupKind: KeyBackupKind { .user }
}

/// Why a backup is not made or not read; no case carries a secret.
package enum KeyBackupError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Under 8 bytes.
    case passphraseTooShort
    /// Over 1,024 bytes.
    case passphraseTooLong
    /// Another kind of file.
    case notABackup
    /// Made by a later program.
    case unsupportedVersion(UInt16)
    /// A derivation, encryption or kind this program does not know.
    case unsupportedAlgorithm
    /// A backup of the other kind of key.
    case wrongKind(KeyBackupKind)
    /// Cut off, or followed by something.
    case wrongByteCount(Int)
    /// The derivation would need more memory or time than any backup of ours, or protects less.
    case costOutOfBounds
    /// The tag does not match.
    case wrongPassphraseOrDamaged
    /// The decrypted bytes are not the key the head promises.
    case key(KeyFileError)
    /// The crypto library refused.
    case crypto(CryptoSuiteError)

    package var description: String {
        switch self {
        case .passphraseTooShort: "the passphrase needs at least \(KeyBackup.passphraseByteCountMin) bytes"
        case .passphraseTooLong: "the passphrase has more than \(KeyBackup.passphraseByteCountMax) bytes"
        case .notABackup: "this is not a key backup"
        case .unsupportedVersion(let version): "backup version \(version) is not supported; a newer x0x wrote it"
        case .unsupportedAlgorithm: "the backup uses an algorithm this version does not know"
        case .wrongKind(.agent): "the backup holds an agent key, not a user key"
        case .wrongKind(.user): "the backup holds a user key, not an agent key"
        case .wrongByteCount(let count): "the backup is cut off or has trailing bytes (\(count) bytes)"
        case .costOutOfBounds: "the backup asks for a key derivation out of bounds"
        case .wrongPassphraseOrDamaged: "the passphrase is wrong, or the backup was changed"
        case .key(let error): "the backup holds no usable key: \(error)"
        case .crypto: "the crypto library refused the operation"
        }
    }
}

private let magic = Array("x0x-bak\n".utf8)
/// Less than 256: the upper byte is written as 0.
private let version: UInt8 = 1
private let idStart = 17
private let saltStart = 49
private let nonceStart = 81
private let headByteCount = 93
