// SPDX-License-Identifier: MIT OR Apache-2.0

/// Bytes of a message block.
let blockByteCount = 64
/// Bytes of a chunk, a leaf of the tree: 16 blocks.
let chunkByteCount = 1024

/// Domain separation flags (§2.1, table 3).
enum Flags {
    static let chunkStart: UInt32 = 1
    static let chunkEnd: UInt32 = 2
    static let parent: UInt32 = 4
    static let root: UInt32 = 8
    static let keyedHash: UInt32 = 16
    static let deriveKeyContext: UInt32 = 32
    static let deriveKeyMaterial: UInt32 = 64
}

/// What the compression function computes with: one 32-bit word, or the same word of several blocks side by side.
protocol CompressionWord: Sendable {
    static func &+ (lhs: Self, rhs: Self) -> Self
    static func ^ (lhs: Self, rhs: Self) -> Self
    func rotatedRight(by count: UInt32) -> Self
    init(everyLane value: UInt32)
}

extension UInt32: CompressionWord {
    @inline(__always)  // benchmark "blake3": a call per rotation would cost more than the rotation
    func rotatedRight(by count: UInt32) -> UInt32 { self &>> count | self &<< (32 &- count) }

    @inline(__always)
    init(everyLane value: UInt32) { self = value }
}

/// Several words side by side, one lane per block.
protocol CompressionLanes: CompressionWord, SIMD<UInt32> {}

// Written out per width: in generic code the operators of `SIMD` work lane by lane. The halves of a rotation are added,
// not joined with `|`: the optimiser turns that into one rotation per lane, which is five times slower.

extension SIMD4: CompressionLanes where Scalar == UInt32 {}

extension SIMD4: CompressionWord where Scalar == UInt32 {
    @inline(__always)
    func rotatedRight(by count: UInt32) -> Self {
        (self &>> Self(repeating: count)) &+ (self &<< Self(repeating: 32 &- count))
    }

    @inline(__always)
    init(everyLane value: UInt32) { self = Self(repeating: value) }
}

extension SIMD8: CompressionLanes where Scalar == UInt32 {}

extension SIMD8: CompressionWord where Scalar == UInt32 {
    @inline(__always)
    func rotatedRight(by count: UInt32) -> Self {
        (self &>> Self(repeating: count)) &+ (self &<< Self(repeating: 32 &- count))
    }

    @inline(__always)
    init(everyLane value: UInt32) { self = Self(repeating: value) }
}

/// The first words of the fractional parts of the square roots of the first eight primes, as in SHA-256 (§2.2, table 1).
let initializationVector = ChainingValue(
    words: [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
    ]
)

/// The inputs of one compression beside the chaining value (§2.2).
struct CompressionInput<Word: CompressionWord>: Sendable {
    var block: InlineArray<16, Word>
    var counterLow: Word
    var counterHigh: Word
    var blockByteCount: UInt32
    var flags: UInt32
}

/// The compression function: seven rounds over a state of sixteen words (§2.2).
///
/// - Returns: The sixteen output words; the first eight are the next chaining value.
@inline(__always)  // so that each caller gets a version for its word type
func compress<Word: CompressionWord>(
    _ input: CompressionInput<Word>,
    chainingValue: InlineArray<8, Word>
) -> InlineArray<16, Word> {
    let m = input.block
    var v = InlineArray<16, Word>(repeating: Word(everyLane: input.flags))
    for index in 0..<8 { v[index] = chainingValue[index] }
    for index in 0..<4 { v[8 + index] = Word(everyLane: initializationVector.words[index]) }
    v[12] = input.counterLow
    v[13] = input.counterHigh
    v[14] = Word(everyLane: input.blockByteCount)
    // Each line is the previous one permuted (§2.2, table 2).
    round(&v, m, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    round(&v, m, 2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
    round(&v, m, 3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1)
    round(&v, m, 10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6)
    round(&v, m, 12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4)
    round(&v, m, 9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7)
    round(&v, m, 11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13)
    for index in 0..<8 {
        v[index] = v[index] ^ v[index + 8]
        v[index + 8] = v[index + 8] ^ chainingValue[index]
    }
    return v
}

/// One round: columns, then diagonals; the sixteen numbers say which message word goes where.
@inline(__always)
private func round<Word: CompressionWord>(
    _ v: inout InlineArray<16, Word>,
    _ m: InlineArray<16, Word>,
    _ s0: Int,
    _ s1: Int,
    _ s2: Int,
    _ s3: Int,
    _ s4: Int,
    _ s5: Int,
    _ s6: Int,
    _ s7: Int,
    _ s8: Int,
    _ s9: Int,
    _ s10: Int,
    _ s11: Int,
    _ s12: Int,
    _ s13: Int,
    _ s14: Int,
    _ s15: Int
) {
    quarter(&v, 0, 4, 8, 12, m[s0], m[s1])
    quarter(&v, 1, 5, 9, 13, m[s2], m[s3])
    quarter(&v, 2, 6, 10, 14, m[s4], m[s5])
    quarter(&v, 3, 7, 11, 15, m[s6], m[s7])
    quarter(&v, 0, 5, 10, 15, m[s8], m[s9])
    quarter(&v, 1, 6, 11, 12, m[s10], m[s11])
    quarter(&v, 2, 7, 8, 13, m[s12], m[s13])
    quarter(&v, 3, 4, 9, 14, m[s14], m[s15])
}

/// The quarter round G.
@inline(__always)
private func quarter<Word: CompressionWord>(
    _ v: inout InlineArray<16, Word>,
    _ a: Int,
    _ b: Int,
    _ c: Int,
    _ d: Int,
    _ x: Word,
    _ y: Word
) {
    v[a] = v[a] &+ v[b] &+ x
    v[d] = (v[d] ^ v[a]).rotatedRight(by: 16)
    v[c] = v[c] &+ v[d]
    v[b] = (v[b] ^ v[c]).rotatedRight(by: 12)
    v[a] = v[a] &+ v[b] &+ y
    v[d] = (v[d] ^ v[a]).rotatedRight(by: 8)
    v[c] = v[c] &+ v[d]
    v[b] = (v[b] ^ v[c]).rotatedRight(by: 7)
}
