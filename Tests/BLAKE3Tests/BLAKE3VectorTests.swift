// SPDX-License-Identifier: MIT OR Apache-2.0

import BLAKE3
import ByteCoding
import TestVectors
import Testing

struct BLAKE3VectorFile: Decodable {
    struct Case: Decodable {
        let inputLen: Int
        let hash: String
        let keyedHash: String
        let deriveKey: String
    }

    let key: String
    let contextString: String
    let cases: [Case]
}

/// The input of the vectors: the numbers 0 to 250, over and over.
func patternBytes(_ byteCount: Int) -> [UInt8] { (0..<byteCount).map { UInt8($0 % 251) } }

@Suite(.enabled(if: Vectors.arePresent, Comment(rawValue: Vectors.absenceComment)))
struct BLAKE3VectorTests {
    /// Every mode of every case: the default length and the whole extended output (131 bytes).
    @Test func everyModeLengthAndExtendedOutputMatches() throws {
        let file = try Vectors.json("blake3/test_vectors.json", as: BLAKE3VectorFile.self)
        #expect(file.cases.count == 35)
        let key = Array(file.key.utf8)
        for testCase in file.cases {
            let input = patternBytes(testCase.inputLen)
            let modes: [(BLAKE3Hasher, String, [UInt8])] = [
                (BLAKE3Hasher(), testCase.hash, BLAKE3Hash.hash(input)),
                (BLAKE3Hasher(key: key), testCase.keyedHash, BLAKE3Hash.keyedHash(input, key: key)),
                (
                    BLAKE3Hasher(derivingKeyFor: file.contextString), testCase.deriveKey,
                    BLAKE3Hash.deriveKey(context: file.contextString, material: input)
                ),
            ]
            for (hasher, expectedText, oneShot) in modes {
                let expected = try [UInt8](hex: expectedText)
                var hasher = hasher
                hasher.update(input)
                #expect(hasher.finalize(byteCount: expected.count) == expected, "length \(testCase.inputLen)")
                #expect(oneShot == Array(expected[..<32]), "length \(testCase.inputLen)")
            }
        }
    }

    /// Pieces cut anywhere give the same digest, and a digest taken half-way disturbs nothing.
    @Test func updatesInOddPiecesEqualOneShot() throws {
        let file = try Vectors.json("blake3/test_vectors.json", as: BLAKE3VectorFile.self)
        for testCase in file.cases where testCase.inputLen <= 31_744 {
            let input = patternBytes(testCase.inputLen)
            let expected = try Array([UInt8](hex: testCase.hash)[..<32])
            for pieceByteCount in [1, 63, 64, 65, 1023, 1024, 1025, 4097, 8193] where pieceByteCount < input.count {
                // One byte at a time over the longest inputs would only repeat the shorter ones, slowly.
                if pieceByteCount == 1, input.count > 4096 { continue }
                var hasher = BLAKE3Hasher()
                var offset = 0
                while offset < input.count {
                    let end = min(offset + pieceByteCount, input.count)
                    hasher.update(Array(input[offset..<end]))
                    offset = end
                }
                #expect(hasher.finalize() == expected, "length \(input.count) in pieces of \(pieceByteCount)")
            }
        }
    }
}
