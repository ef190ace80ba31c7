// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import TestVectors
import Testing

@Suite(.enabled(if: Vectors.arePresent, Comment(rawValue: Vectors.absenceComment)))
struct MLKEM768VectorTests {
    private struct Group: Decodable {
        struct Case: Decodable {
            enum CodingKeys: String, CodingKey {
                case tcId, seed, ek, c, result
                case sharedSecret = "K"
            }

            let tcId: Int
            let seed: String?
            let ek: String?
            let c: String?
            let sharedSecret: String?
            let result: WycheproofResult
        }

        let tests: [Case]
    }

    @Test func wycheproofKeyGeneration() throws {
        let file: WycheproofFile<Group> = try Vectors.json("wycheproof/mlkem_768_keygen_seed_test.json")
        for test in file.testGroups.flatMap(\.tests) {
            let seed = try SecretBytes([UInt8](hex: #require(test.seed)))
            let key = try MLKEM768PrivateKey(seed: seed)
            #expect(try key.publicKey == [UInt8](hex: #require(test.ek)) && key.seed == seed, "\(test.tcId)")
        }
        #expect(file.numberOfTests == 100)
    }

    /// Decapsulation, implicit rejection included; wrong lengths of seed and ciphertext are errors.
    @Test func wycheproofDecapsulation() throws {
        let file: WycheproofFile<Group> = try Vectors.json("wycheproof/mlkem_768_test.json")
        var validCount = 0
        for test in file.testGroups.flatMap(\.tests) {
            let seed = try SecretBytes([UInt8](hex: #require(test.seed)))
            let ciphertext = try [UInt8](hex: #require(test.c))
            if test.result == .valid {
                let secret = try MLKEM768PrivateKey(seed: seed).decapsulate(ciphertext)
                #expect(try secret.exposedBytes() == [UInt8](hex: #require(test.sharedSecret)), "\(test.tcId)")
                validCount += 1
            } else {
                #expect(throws: CryptoSuiteError.invalidKey, "\(test.tcId)") {
                    try MLKEM768PrivateKey(seed: seed).decapsulate(ciphertext)
                }
            }
        }
        #expect(validCount == 153)
    }

    /// Encapsulation draws its own randomness, so only the verdict on the key can be compared.
    @Test func wycheproofEncapsulationKeys() throws {
        let file: WycheproofFile<Group> = try Vectors.json("wycheproof/mlkem_768_encaps_test.json")
        var counts = (valid: 0, invalid: 0)
        for test in file.testGroups.flatMap(\.tests) {
            let key = try [UInt8](hex: #require(test.ek))
            if test.result == .valid {
                let (ciphertext, secret) = try MLKEM768Encapsulation.encapsulate(to: key)
                #expect(ciphertext.count == MLKEM768Sizes.ciphertext, "\(test.tcId)")
                #expect(secret.byteCount == MLKEM768Sizes.sharedSecret, "\(test.tcId)")
                counts.valid += 1
            } else {
                #expect(throws: CryptoSuiteError.invalidKey, "\(test.tcId)") {
                    try MLKEM768Encapsulation.encapsulate(to: key)
                }
                counts.invalid += 1
            }
        }
        #expect(counts == (133, 132))
    }

    @Test func encapsulationAndDecapsulationAgree() throws {
        for _ in 0..<10 {
            let key = try MLKEM768PrivateKey()
            let (ciphertext, secret) = try MLKEM768Encapsulation.encapsulate(to: key.publicKey)
            #expect(try key.decapsulate(ciphertext) == secret)
        }
    }
}
