// SPDX-License-Identifier: MIT OR Apache-2.0

/// Eight words: the key, and the result of a subtree.
struct ChainingValue: Sendable {
    var words: InlineArray<8, UInt32>

    init(words: InlineArray<8, UInt32>) { self.words = words }

    /// The words of 32 little-endian bytes.
    init(bytes: [UInt8]) {
        precondition(bytes.count == 32, "a chaining value has 32 bytes")
        self.words = InlineArray { index in word(bytes.span, at: 4 * index) }
    }

    /// The chaining value in one lane of several computed side by side.
    init<Lanes: CompressionLanes>(lane: Int, of values: InlineArray<8, Lanes>) {
        self.words = InlineArray { index in values[index][lane] }
    }
}

/// The little-endian word at byte `offset`.
@inline(__always)
func word(_ bytes: Span<UInt8>, at offset: Int) -> UInt32 {
    // Bounds are checked by the span; every bit pattern is a valid word.
    unsafe UInt32(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
}

/// The last compression of a chunk or a parent, held back because it may turn out to be the root (§2.5).
struct Node: Sendable {
    private let inputChainingValue: ChainingValue
    private let input: CompressionInput<UInt32>

    init(inputChainingValue: ChainingValue, input: CompressionInput<UInt32>) {
        self.inputChainingValue = inputChainingValue
        self.input = input
    }

    static func parent(left: ChainingValue, right: ChainingValue, key: ChainingValue, modeFlags: UInt32) -> Node {
        Node(
            inputChainingValue: key,
            input: CompressionInput(
                block: InlineArray { index in index < 8 ? left.words[index] : right.words[index - 8] },
                counterLow: 0,
                counterHigh: 0,
                blockByteCount: UInt32(blockByteCount),
                flags: modeFlags | Flags.parent
            )
        )
    }

    /// The result for the parent above.
    func chainingValue() -> ChainingValue {
        let output = compress(self.input, chainingValue: self.inputChainingValue.words)
        return ChainingValue(words: InlineArray { index in output[index] })
    }

    /// Output block number `index` of this node as the root (§2.6).
    func rootBlock(index: UInt64) -> InlineArray<16, UInt32> {
        var input = self.input
        input.counterLow = UInt32(truncatingIfNeeded: index)
        input.counterHigh = UInt32(truncatingIfNeeded: index >> 32)
        input.flags |= Flags.root
        return compress(input, chainingValue: self.inputChainingValue.words)
    }
}

/// The chunk being filled: up to 1,024 bytes, compressed block by block (§2.4).
struct ChunkState: Sendable {
    let index: UInt64
    private let modeFlags: UInt32
    private var chainingValue: ChainingValue
    private var compressedBlockCount = 0
    private var buffer = InlineArray<64, UInt8>(repeating: 0)
    private var bufferedByteCount = 0

    init(key: ChainingValue, index: UInt64, modeFlags: UInt32) {
        self.index = index
        self.modeFlags = modeFlags
        self.chainingValue = key
    }

    /// Bytes taken so far.
    var byteCount: Int { self.compressedBlockCount * blockByteCount + self.bufferedByteCount }

    /// Takes as many bytes from `offset` on as fit into this chunk; returns their number.
    mutating func append(_ bytes: Span<UInt8>, from offset: Int) -> Int {
        let end = offset + min(bytes.count - offset, chunkByteCount - self.byteCount)
        var next = offset
        while next < end {
            // The last block of a chunk is compressed with other flags: keep one until more input follows.
            if self.bufferedByteCount == blockByteCount {
                self.compress(wordsOfBlock(self.buffer.span, at: 0))
                self.buffer = InlineArray(repeating: 0)
                self.bufferedByteCount = 0
            }
            while self.bufferedByteCount == 0, end - next > blockByteCount {
                self.compress(wordsOfBlock(bytes, at: next))
                next += blockByteCount
            }
            let count = min(blockByteCount - self.bufferedByteCount, end - next)
            for index in 0..<count {
                self.buffer[self.bufferedByteCount + index] = bytes[next + index]
            }
            self.bufferedByteCount += count
            next += count
        }
        return end - offset
    }

    /// The last block, not yet compressed.
    func outputNode() -> Node {
        var input = self.input(block: wordsOfBlock(self.buffer.span, at: 0), byteCount: self.bufferedByteCount)
        input.flags |= Flags.chunkEnd
        return Node(inputChainingValue: self.chainingValue, input: input)
    }

    private mutating func compress(_ block: InlineArray<16, UInt32>) {
        let output = BLAKE3.compress(
            self.input(block: block, byteCount: blockByteCount),
            chainingValue: self.chainingValue.words
        )
        self.chainingValue = ChainingValue(words: InlineArray { index in output[index] })
        self.compressedBlockCount += 1
    }

    private func input(block: InlineArray<16, UInt32>, byteCount: Int) -> CompressionInput<UInt32> {
        CompressionInput(
            block: block,
            counterLow: UInt32(truncatingIfNeeded: self.index),
            counterHigh: UInt32(truncatingIfNeeded: self.index >> 32),
            blockByteCount: UInt32(byteCount),
            flags: self.modeFlags | (self.compressedBlockCount == 0 ? Flags.chunkStart : 0)
        )
    }
}

@inline(__always)
private func wordsOfBlock(_ bytes: Span<UInt8>, at offset: Int) -> InlineArray<16, UInt32> {
    var words = InlineArray<16, UInt32>(repeating: 0)
    for index in 0..<16 { words[index] = word(bytes, at: offset + 4 * index) }
    return words
}
