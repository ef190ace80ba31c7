// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import TestVectors
import Testing

/// Wycheproof and other AEAD vectors, positive and negative.
@Suite(.enabled(if: Vectors.arePresent, Comment(rawValue: Vectors.absenceComment)))
struct AEADVectorTests {
    private struct Group: Decodable {
        struct Case: Decodable {
            let tcId: Int
            let key: String
            let iv: String
            let aad: String
            let msg: String
            let ct: String
            let tag: String
            let result: WycheproofResult
        }

        let ivSize: Int
        let keySize: Int
        let tagSize: Int
        let tests: [Case]
    }

    private func algorithm(_ name: String, keyBitCount: Int) -> AEADAlgorithm? {
        switch (name, keyBitCount) {
        case ("aes_gcm", 128): .aes128GCM
        case ("aes_gcm", 256): .aes256GCM
        case ("chacha20_poly1305", 256): .chaCha20Poly1305
        default: nil  // AES-192 is no TLS 1.3 cipher suite
        }
    }

    @Test(arguments: [("aes_gcm", 133), ("chacha20_poly1305", 298)])
    func wycheproof(name: String, countMin: Int) throws {
        let file: WycheproofFile<Group> = try Vectors.json("wycheproof/\(name)_test.json")
        var checkedCount = 0
        for group in file.testGroups {
            guard let algorithm = self.algorithm(name, keyBitCount: group.keySize) else { continue }
            for test in group.tests {
                let key = try AEADKey(algorithm, key: SecretBytes([UInt8](hex: test.key)))
                let nonce = try [UInt8](hex: test.iv)
                let header = try [UInt8](hex: test.aad)
                let message = try [UInt8](hex: test.msg)
                let sealed = try [UInt8](hex: test.ct + test.tag)
                guard nonce.count == AEADAlgorithm.nonceByteCount else {
                    // Other nonce lengths exist for AES-GCM, but not in TLS: refused either way.
                    #expect(throws: CryptoSuiteError.operationFailed) {
                        try key.seal(message, nonce: nonce, authenticating: header)
                    }
                    #expect(throws: CryptoSuiteError.self) {
                        try key.open(sealed[...], nonce: nonce, authenticating: header[...])
                    }
                    continue
                }
                checkedCount += 1
                if test.result == .valid {
                    #expect(try key.seal(message, nonce: nonce, authenticating: header) == sealed, "\(test.tcId)")
                    #expect(
                        try key.open(sealed[...], nonce: nonce, authenticating: header[...]) == message,
                        "\(test.tcId)"
                    )
                } else {
                    #expect(throws: CryptoSuiteError.authenticationFailure, "\(test.tcId)") {
                        try key.open(sealed[...], nonce: nonce, authenticating: header[...])
                    }
                }
            }
        }
        #expect(checkedCount >= countMin)
    }
}

@Suite(.enabled(if: Vectors.arePresent, Comment(rawValue: Vectors.absenceComment)))
struct HKDFVectorTests {
    private struct Group: Decodable {
        struct Case: Decodable {
            let tcId: Int
            let ikm: String
            let salt: String
            let info: String
            let size: Int
            let okm: String
            let result: WycheproofResult
        }

        let tests: [Case]
    }

    @Test(arguments: [(HashAlgorithm.sha256, 83), (.sha384, 80)])
    func wycheproof(algorithm: HashAlgorithm, count: Int) throws {
        let name = algorithm == .sha256 ? "hkdf_sha256" : "hkdf_sha384"
        let file: WycheproofFile<Group> = try Vectors.json("wycheproof/\(name)_test.json")
        var checkedCount = 0
        // The invalid cases ask for more than 255 digests, which no caller of ours does.
        for test in file.testGroups.flatMap(\.tests) where test.result == .valid {
            let extracted = try algorithm.extract(
                salt: [UInt8](hex: test.salt),
                inputKeyMaterial: SecretBytes([UInt8](hex: test.ikm))
            )
            let expanded = try algorithm.expand(extracted, info: [UInt8](hex: test.info), byteCount: test.size)
            #expect(try expanded.exposedBytes() == [UInt8](hex: test.okm), "\(test.tcId)")
            checkedCount += 1
        }
        #expect(checkedCount == count)
    }
}
