// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Identity
import Primitives
import Testing

/// The key file of this implementation (spec README, ruling 2) in place of the original's layout of spec 01 §2.3.
@Suite struct KeyFileTests {
    private static func file() throws -> [UInt8] {
        KeyFile.encode(try AgentKey(seed: Fixtures.countingSeed)).exposedBytes()
    }

    @Test func spec01_check04_aFileLoadsAndSavesByteIdentically() throws {
        let bytes = try Self.file()
        #expect(bytes.count == 2_028)
        #expect(bytes.starts(with: Array("x0x-key\n".utf8) + [0, 1, 0x09, 0x05]))
        let key: AgentKey = try KeyFile.decodeSigningKey(bytes)
        #expect(key.id.hex == "654980fe02a7b4e55168e5f4650ecb1c073d4b26acfff790f111313f4a217de7")
        #expect(KeyFile.encode(key).exposedBytes() == bytes)
    }

    @Test func anEncapsulationKeyRoundTrips() throws {
        let key = try MLKEM768PrivateKey()
        let bytes = KeyFile.encode(key).exposedBytes()
        #expect(bytes.count == 1_292)
        #expect(try KeyFile.decodeEncapsulationKey(bytes).publicKey == key.publicKey)
        #expect(throws: KeyFileError.wrongAlgorithm(0x0201)) { try KeyFile.decodeSigningKey(bytes, as: AgentKey.self) }
        #expect(throws: KeyFileError.wrongAlgorithm(0x0905)) { try KeyFile.decodeEncapsulationKey(Self.file()) }
    }

    @Test func spec01_check04_junkIsRefused() {
        #expect(throws: KeyFileError.notAKeyFile) { try KeyFile.decodeSigningKey([1, 2, 3], as: AgentKey.self) }
        #expect(throws: KeyFileError.notAKeyFile) { try KeyFile.decodeSigningKey([], as: AgentKey.self) }
    }

    @Test func aFileOfTheOriginalIsNamedAsSuch() {
        let original = [0xA0, 0x07, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 5, count: 5_992)
        #expect(throws: KeyFileError.originalFormat) { try KeyFile.decodeSigningKey(original, as: AgentKey.self) }
        #expect(KeyFileError.originalFormat.description.contains("original x0x"))
        #expect(throws: KeyFileError.laterOriginalFormat) {
            try KeyFile.decodeSigningKey(Array("X0K2".utf8) + original, as: AgentKey.self)
        }
    }

    @Test func noTruncationAndNoExtensionIsAccepted() throws {
        let bytes = try Self.file()
        for count in 0..<bytes.count {
            #expect(throws: KeyFileError.self) {
                try KeyFile.decodeSigningKey(Array(bytes.prefix(count)), as: AgentKey.self)
            }
        }
        #expect(throws: KeyFileError.wrongByteCount(2_029)) {
            try KeyFile.decodeSigningKey(bytes + [0], as: AgentKey.self)
        }
    }

    @Test func noSingleByteChangeIsAccepted() throws {
        let bytes = try Self.file()
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x40
            #expect(throws: KeyFileError.self) { try KeyFile.decodeSigningKey(changed, as: AgentKey.self) }
        }
    }

    /// A good checksum does not help a public key that does not belong to the seed.
    @Test func aForeignPublicKeyIsNoticed() throws {
        var body = Array(try Self.file().dropLast(32))
        body.replaceSubrange(44..., with: try AgentKey(seed: Fixtures.seed(9)).publicKey.bytes)
        let forged = body + HashAlgorithm.sha256.hash(body)
        #expect(throws: KeyFileError.keyMismatch) { try KeyFile.decodeSigningKey(forged, as: AgentKey.self) }
    }

    @Test func aNewerVersionIsNamedAsSuch() throws {
        var bytes = try Self.file()
        bytes[9] = 2
        #expect(throws: KeyFileError.unsupportedVersion(2)) {
            try KeyFile.decodeSigningKey(bytes, as: AgentKey.self)
        }
    }
}
