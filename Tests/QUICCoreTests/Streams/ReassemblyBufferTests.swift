// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@testable import QUICCore

struct ReassemblyBufferTests {
    @Test(arguments: 0..<60 as Range<UInt64>)
    func piecesInAnyOrderGiveTheOriginal(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let original = (0..<Int.random(in: 1...6000, using: &random)).map {
            UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 8))
        }
        var pieces: [Range<Int>] = []
        var start = 0
        let pieceMax = [1, 7, 300, 1200].randomElement(using: &random) ?? 1
        while start < original.count {
            let end = min(original.count, start + Int.random(in: 1...pieceMax, using: &random))
            pieces.append(start..<end)
            start = end
        }
        // Repeats and overlaps, anywhere.
        for _ in 0..<pieces.count / 2 {
            let lower = Int.random(in: 0..<original.count, using: &random)
            pieces.append(lower..<Int.random(in: lower...min(original.count, lower + 2 * pieceMax), using: &random))
        }
        // Shuffled within a window, so that the gap limit is no issue.
        for index in pieces.indices.dropLast() {
            pieces.swapAt(index, Int.random(in: index..<min(pieces.count, index + 700), using: &random))
        }
        var buffer = ReassemblyBuffer()
        var read: [UInt8] = []
        for piece in pieces {
            #expect(buffer.insert(original[piece], at: UInt64(piece.lowerBound)) == true)
            #expect(buffer.heldByteCount <= original.count - read.count)
            if Bool.random(using: &random) {
                let bytes = buffer.read(byteCountMax: Int.random(in: 0...2000, using: &random))
                read += bytes
            }
        }
        read += buffer.read(byteCountMax: .max)
        #expect(read == original)
        #expect(buffer.gapCount == 0)
        #expect(buffer.heldByteCount == 0)
        #expect(buffer.readOffset == UInt64(original.count))
    }

    @Test
    func gapsAreLimited() {
        var buffer = ReassemblyBuffer()
        for index in 0..<UInt64(ReassemblyBuffer.gapCountMax) { #expect(buffer.insert([1], at: 2 * index + 1) == true) }
        #expect(buffer.gapCount == ReassemblyBuffer.gapCountMax)
        // One more gap is refused and changes nothing; data that closes a gap is welcome.
        #expect(buffer.insert([1], at: 1_000_000) == false)
        #expect(buffer.gapCount == ReassemblyBuffer.gapCountMax)
        #expect(buffer.insert([1], at: 2) == true)
        #expect(buffer.gapCount == ReassemblyBuffer.gapCountMax - 1)
        #expect(buffer.insert([1], at: 0) == true)
        #expect(buffer.read(byteCountMax: .max).count == 4)
    }

    @Test
    func emptyAndOldPiecesChangeNothing() {
        var buffer = ReassemblyBuffer()
        #expect(buffer.insert([], at: 100) == true)
        #expect(buffer.insert([1, 2, 3], at: 0) == true)
        #expect(buffer.read(byteCountMax: 2) == [1, 2])
        #expect(buffer.insert([9, 9], at: 0) == true)
        #expect(buffer.insert([9, 9, 9, 4], at: 0) == true)
        #expect(buffer.read(byteCountMax: .max) == [3, 4])
        #expect(buffer.gapCount == 0)
    }
}
