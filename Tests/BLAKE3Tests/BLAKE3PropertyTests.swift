// SPDX-License-Identifier: MIT OR Apache-2.0

import BLAKE3
import ByteCoding
import TestVectors
import Testing

@Suite struct BLAKE3PropertyTests {
    @Test func theEmptyHashIsTheWellKnownOne() {
        #expect(
            BLAKE3Hash.hash([UInt8]()).hex == "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
        )
    }

    @Test func randomSplitsEqualOneShot() {
        var random = TestRandom("BLAKE3 random splits")
        for _ in 0..<20 {
            let input = random.bytes(upTo: 24_000)
            var hasher = BLAKE3Hasher()
            var offset = 0
            while offset < input.count {
                let end = min(input.count, offset + Int.random(in: 0...9_000, using: &random))
                hasher.update(Array(input[offset..<end]))
                // A look at the output must not disturb what follows.
                if Bool.random(using: &random) { _ = hasher.finalize() }
                offset = end
            }
            #expect(hasher.finalize() == BLAKE3Hash.hash(input), "\(input.count) bytes, \(TestSeed.note)")
        }
    }

    @Test func aCopyContinuesOnItsOwn() {
        var first = BLAKE3Hasher()
        first.update(patternBytes(1500))
        var second = first
        first.update([1])
        second.update([2])
        #expect(first.finalize() == BLAKE3Hash.hash(patternBytes(1500) + [1]))
        #expect(second.finalize() == BLAKE3Hash.hash(patternBytes(1500) + [2]))
    }

    @Test func outputCanBeReadInPiecesAndAnywhere() {
        var hasher = BLAKE3Hasher(key: patternBytes(32))
        hasher.update(patternBytes(3000))
        let whole = hasher.finalize(byteCount: 1000)
        var reader = hasher.outputReader()
        var pieces: [UInt8] = []
        for byteCount in [0, 1, 62, 2, 63, 64, 65, 128, 615] { pieces += reader.read(byteCount: byteCount) }
        #expect(pieces == whole && reader.position == 1000)
        for offset in [0, 1, 63, 64, 65, 127, 640, 999] {
            reader.seek(to: UInt64(offset))
            #expect(reader.read(byteCount: 1000 - offset) == Array(whole[offset...]))
        }
    }

    @Test func outputEndsAtTheLargestOffset() {
        var reader = BLAKE3Hasher().outputReader()
        reader.seek(to: UInt64.max - 3)
        #expect(reader.read(byteCount: 10).count == 3)
        #expect(reader.read(byteCount: 10).isEmpty && reader.position == UInt64.max)
        // The block counter has 64 bits: blocks 2³² apart differ.
        reader.seek(to: 64 << 32)
        let far = reader.read(byteCount: 32)
        reader.seek(to: 0)
        #expect(reader.read(byteCount: 32) != far)
    }

    @Test func modesAndKeysAreSeparated() {
        let input = patternBytes(100)
        let results = [
            BLAKE3Hash.hash(input), BLAKE3Hash.keyedHash(input, key: patternBytes(32)),
            BLAKE3Hash.keyedHash(input, key: [UInt8](repeating: 0, count: 32)),
            BLAKE3Hash.deriveKey(context: "a", material: input), BLAKE3Hash.deriveKey(context: "b", material: input),
        ]
        #expect(Set(results).count == results.count)
    }

    @Test func aKeyedHasherDoesNotPrintItsKey() {
        let hasher = BLAKE3Hasher(key: [UInt8](repeating: 0x41, count: 32))
        #expect("\(hasher)" == "BLAKE3Hasher" && Mirror(reflecting: hasher).children.isEmpty)
    }
}
