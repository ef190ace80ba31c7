// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Foundation
import TestVectors
import Testing

@Suite(.enabled(if: Vectors.arePresent, Comment(rawValue: Vectors.absenceComment)))
struct MLDSA65VectorTests {
    private struct VerifyGroup: Decodable {
        struct Case: Decodable {
            let tcId: Int
            let msg: String
            let sig: String
            let ctx: String?
            let result: WycheproofResult
        }

        let publicKey: String
        let tests: [Case]
    }

    @Test func wycheproofVerification() throws {
        let file: WycheproofFile<VerifyGroup> = try Vectors.json("wycheproof/mldsa_65_verify_test.json")
        var counts = (valid: 0, invalid: 0)
        for group in file.testGroups {
            let keyBytes = try [UInt8](hex: group.publicKey)
            guard let key = try? MLDSA65PublicKey(bytes: keyBytes) else {
                #expect(keyBytes.count != MLDSA65Sizes.publicKey && group.tests.allSatisfy { $0.result == .invalid })
                counts.invalid += group.tests.count
                continue
            }
            for test in group.tests {
                // The context is always empty here (spec 01 §1.1): a signature for another one must not verify.
                let isExpected = test.result == .valid && (test.ctx ?? "").isEmpty
                let isValid = try key.isValid(signature: [UInt8](hex: test.sig), for: [UInt8](hex: test.msg))
                #expect(isValid == isExpected, "\(test.tcId)")
                if isExpected { counts.valid += 1 } else { counts.invalid += 1 }
            }
        }
        #expect(counts.valid >= 70 && counts.invalid >= 131)
    }

    private struct SignGroup: Decodable {
        struct Case: Decodable {
            let tcId: Int
            let msg: String?
            let sig: String?
            let ctx: String?
            let rnd: String?
            let result: WycheproofResult
        }

        let privateSeed: String
        let publicKey: String?
        let tests: [Case]
    }

    /// Seeds give the vector's public key; the vector's signatures verify; ours, which are hedged, verify too.
    @Test func wycheproofSeedsAndSignatures() throws {
        let file: WycheproofFile<SignGroup> = try Vectors.json("wycheproof/mldsa_65_sign_seed_test.json")
        var checkedCount = 0
        for group in file.testGroups {
            let seed = try SecretBytes([UInt8](hex: group.privateSeed))
            guard seed.byteCount == MLDSA65Sizes.seed else {
                #expect(throws: CryptoSuiteError.invalidKey) { try MLDSA65PrivateKey(seed: seed) }
                continue
            }
            let key = try MLDSA65PrivateKey(seed: seed)
            if let publicKey = group.publicKey { #expect(key.publicKey.bytes.hex == publicKey) }
            #expect(key.seed == seed)
            for test in group.tests where test.result == .valid && (test.ctx ?? "").isEmpty {
                guard let text = test.msg, let signature = test.sig else { continue }
                let message = try [UInt8](hex: text)
                #expect(key.publicKey.isValid(signature: try [UInt8](hex: signature), for: message), "\(test.tcId)")
                checkedCount += 1
            }
            if let text = group.tests.first?.msg {
                let message = try [UInt8](hex: text)
                #expect(key.publicKey.isValid(signature: try key.signature(for: message), for: message))
            }
        }
        #expect(checkedCount >= 20)
    }

    private struct KeyGenerationFile: Decodable {
        struct Group: Decodable {
            struct Case: Decodable {
                let seed: String
                let pk: String
            }

            let parameterSet: String
            let tests: [Case]
        }

        let testGroups: [Group]
    }

    @Test func acvpKeyGeneration() throws {
        let file: KeyGenerationFile = try Vectors.json("acvp/mldsa-keygen.json")
        let tests = file.testGroups.filter { $0.parameterSet == "ML-DSA-65" }.flatMap(\.tests)
        #expect(tests.count == 25)
        for test in tests {
            let key = try MLDSA65PrivateKey(seed: SecretBytes([UInt8](hex: test.seed)))
            #expect(try key.publicKey.bytes == [UInt8](hex: test.pk))
        }
    }

    /// The key pairs of the known-answer file; its signatures use contexts, which are always empty here.
    @Test func knownAnswerKeyGeneration() throws {
        let text = try String(decoding: Vectors.data("kat/kat_MLDSA_65_det_pure.rsp"), as: UTF8.self)
        var seed: [UInt8]?
        var checkedCount = 0
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count == 3 else { continue }
            switch parts[0] {
            case "xi": seed = try [UInt8](hex: parts[2])
            case "pk":
                let key = try MLDSA65PrivateKey(seed: SecretBytes(#require(seed)))
                #expect(try key.publicKey.bytes == [UInt8](hex: parts[2]))
                checkedCount += 1
            default: continue
            }
        }
        #expect(checkedCount == 100)
    }
}
