// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Identity
import Primitives
import Testing

@Suite struct KeyBackupTests {
    private static let passphrase = SecretBytes(Array("correct horse".utf8))

    private static func backup(of key: AgentKey) throws -> [UInt8] {
        var random = SystemSecureRandom()
        return try KeyBackup.seal(key, passphrase: self.passphrase, cost: .least, random: &random)
    }

    @Test func aBackupGivesTheSameKey() throws {
        let key = try AgentKey(seed: Fixtures.countingSeed)
        let bytes = try Self.backup(of: key)
        #expect(bytes.count == KeyBackup.byteCount && KeyBackup.byteCount == 2_137)
        #expect(bytes.starts(with: Array("x0x-bak\n".utf8) + [0, 1, 0, 1, 1, 14, 8, 1, 1] + key.id.bytes))
        let restored: AgentKey = try KeyBackup.open(bytes, passphrase: Self.passphrase)
        #expect(restored.id == key.id && restored.seed == key.seed)
        #expect(try Self.backup(of: key) != bytes)
    }

    @Test func neitherSeedNorPassphraseIsInTheFile() throws {
        let key = try AgentKey(seed: Fixtures.countingSeed)
        let bytes = try Self.backup(of: key)
        #expect(bytes.firstRange(of: key.seed.exposedBytes()) == nil)
        #expect(bytes.firstRange(of: Self.passphrase.exposedBytes()) == nil)
    }

    @Test func anotherPassphraseOpensNothing() throws {
        let bytes = try Self.backup(of: AgentKey(seed: Fixtures.countingSeed))
        #expect(throws: KeyBackupError.wrongPassphraseOrDamaged) {
            try KeyBackup.open(bytes, passphrase: SecretBytes(Array("correct horsf".utf8)), as: AgentKey.self)
        }
    }

    @Test func kindsAreKeptApart() throws {
        let bytes = try Self.backup(of: AgentKey(seed: Fixtures.countingSeed))
        #expect(throws: KeyBackupError.wrongKind(.agent)) {
            try KeyBackup.open(bytes, passphrase: Self.passphrase, as: UserKey.self)
        }
    }

    @Test func passphrasesHaveALeastAndAGreatestLength() throws {
        var random = SystemSecureRandom()
        let key = try UserKey(seed: Fixtures.countingSeed)
        func seal(_ count: Int) throws -> [UInt8] {
            let passphrase = SecretBytes([UInt8](repeating: 0x61, count: count))
            return try KeyBackup.seal(key, passphrase: passphrase, random: &random, derive: cheapKey)
        }
        #expect(throws: KeyBackupError.passphraseTooShort) { try seal(7) }
        #expect(try seal(8).count == KeyBackup.byteCount)
        #expect(try seal(1_024).count == KeyBackup.byteCount)
        #expect(throws: KeyBackupError.passphraseTooLong) { try seal(1_025) }
    }

    /// What a hostile file may ask the derivation to do is bounded before anything is derived.
    @Test func aCostOutOfBoundsIsRefusedUnderived() throws {
        let bytes = try Self.backup(of: AgentKey(seed: Fixtures.countingSeed))
        let never: KeyBackup.Derivation = { (_, _, _) throws(CryptoSuiteError) in
            Issue.record("a key was derived")
            throw .operationFailed
        }
        for (index, values) in [(13, [0, 13, 19, 63, 255]), (14, [0, 7, 17, 255]), (15, [0, 5, 255])] {
            for value in values {
                var changed = bytes
                changed[index] = UInt8(value)
                #expect(throws: KeyBackupError.costOutOfBounds) {
                    try KeyBackup.open(changed, passphrase: Self.passphrase, as: AgentKey.self, derive: never)
                }
            }
        }
        #expect(ScryptCost(logarithm: 18, blockSize: 8, parallelism: 4) != nil)
        #expect(ScryptCost(logarithm: 18, blockSize: 9, parallelism: 1) == nil)
    }

    @Test func aFileOfAnotherKindIsNamed() throws {
        let bytes = try Self.backup(of: AgentKey(seed: Fixtures.countingSeed))
        func error(_ bytes: [UInt8]) -> KeyBackupError? {
            #expect(throws: KeyBackupError.self) {
                try KeyBackup.open(bytes, passphrase: Self.passphrase, as: AgentKey.self)
            }
        }
        #expect(error([]) == .notABackup)
        #expect(error(KeyFile.encode(try AgentKey(seed: Fixtures.countingSeed)).exposedBytes()) == .notABackup)
        #expect(error(Array(bytes.dropLast())) == .wrongByteCount(2_136))
        #expect(error(bytes + [0]) == .wrongByteCount(2_138))
        var later = bytes
        later[9] = 2
        #expect(error(later) == .unsupportedVersion(2))
    }

    /// Every field in front of the ciphertext changes the key, the nonce or the authenticated head.
    @Test func aChangedHeadIsRefusedWithTheRealDerivation() throws {
        let bytes = try Self.backup(of: AgentKey(seed: Fixtures.countingSeed))
        for index in [15, 17, 48, 49, 80, 81, 92, 93, 2_136] {
            var changed = bytes
            changed[index] ^= 2
            #expect(throws: KeyBackupError.self, "byte \(index)") {
                try KeyBackup.open(changed, passphrase: Self.passphrase, as: AgentKey.self)
            }
        }
    }

    /// RFC 7914 §12: the third vector, which is within our bounds.
    @Test func scryptGivesTheKeyOfTheStandard() throws {
        let cost = try #require(ScryptCost(logarithm: 14, blockSize: 8, parallelism: 1))
        let key = try scryptKey(
            from: SecretBytes(Array("pleaseletmein".utf8)),
            salt: Array("SodiumChloride".utf8),
            cost: cost
        )
        #expect(key.exposedBytes().hex == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2")
    }
}

/// Stands in for scrypt where thousands of keys are derived: depends on everything the real one depends on.
func cheapKey(_ passphrase: SecretBytes, _ salt: [UInt8], _ cost: ScryptCost) throws(CryptoSuiteError) -> SecretBytes {
    let cost = [cost.logarithm, cost.blockSize, cost.parallelism]
    return SecretBytes(HashAlgorithm.sha256.hash(passphrase.exposedBytes() + salt + cost))
}
