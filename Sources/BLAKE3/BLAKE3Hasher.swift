// SPDX-License-Identifier: MIT OR Apache-2.0

/// BLAKE3 over input that arrives in pieces.
///
/// A value: a copy taken half-way continues on its own. Constant size (about 2 KiB) whatever the input length.
/// Reading the output does not end the hash; more input may follow.
///
/// The input is cut into chunks of 1,024 bytes; their chaining values are the leaves of a binary tree whose left
/// subtrees are complete (§2.1). The stack holds the roots of the complete subtrees so far, one per set bit of the
/// number of finished chunks, so 54 entries serve 2⁶⁴ bytes (§5.1.2).
package struct BLAKE3Hasher: Sendable {
    private let key: ChainingValue
    private let modeFlags: UInt32
    private var chunk: ChunkState
    private var stack: [ChainingValue] = []  // ≤ 54

    /// Starts a plain hash.
    package init() {
        self.init(key: initializationVector, modeFlags: 0)
    }

    /// Starts a keyed hash; `key` has exactly 32 bytes, another length is a programmer fault.
    package init(key: [UInt8]) {
        precondition(key.count == BLAKE3Hash.keyByteCount, "a BLAKE3 key has 32 bytes, not \(key.count)")
        self.init(key: ChainingValue(bytes: key), modeFlags: Flags.keyedHash)
    }

    /// Starts a key derivation; what follows through ``update(_:)-([UInt8])`` is the key material.
    ///
    /// - Parameter context: The purpose: constant, globally unique, hard-coded.
    package init(derivingKeyFor context: String) {
        var contextHasher = BLAKE3Hasher(key: initializationVector, modeFlags: Flags.deriveKeyContext)
        contextHasher.update(Array(context.utf8))
        self.init(key: ChainingValue(bytes: contextHasher.finalize()), modeFlags: Flags.deriveKeyMaterial)
    }

    private init(key: ChainingValue, modeFlags: UInt32) {
        self.key = key
        self.modeFlags = modeFlags
        self.chunk = ChunkState(key: key, index: 0, modeFlags: modeFlags)
    }

    /// Appends bytes.
    package mutating func update(_ bytes: [UInt8]) {
        self.update(bytes.span)
    }

    /// Appends borrowed bytes.
    package mutating func update(_ bytes: Span<UInt8>) {
        var offset = 0
        while offset < bytes.count {
            // A chunk is finished only when more input follows: the last one may have to become the root.
            if self.chunk.byteCount == chunkByteCount { self.finishChunk() }
            if self.chunk.byteCount == 0 {
                let advanced = self.hashManyChunks(bytes, from: offset)
                if advanced > 0 {
                    offset += advanced
                    continue
                }
            }
            offset += self.chunk.append(bytes, from: offset)
        }
    }

    /// The first `byteCount` bytes of the output.
    package func finalize(byteCount: Int = BLAKE3Hash.byteCount) -> [UInt8] {
        var reader = self.outputReader()
        return reader.read(byteCount: byteCount)
    }

    /// A reader over the output, which is 2⁶⁴ − 1 bytes long.
    package func outputReader() -> BLAKE3OutputReader {
        var node = self.chunk.outputNode()
        for leftSibling in self.stack.reversed() {
            node = .parent(
                left: leftSibling,
                right: node.chainingValue(),
                key: self.key,
                modeFlags: self.modeFlags
            )
        }
        return BLAKE3OutputReader(root: node)
    }

    private mutating func finishChunk() {
        let index = self.chunk.index
        self.push(self.chunk.outputNode().chainingValue(), finishedChunkCount: index + 1)
        self.chunk = ChunkState(key: self.key, index: index + 1, modeFlags: self.modeFlags)
    }

    /// Hashes as many whole chunks side by side as leave at least one byte; returns the bytes consumed.
    private mutating func hashManyChunks(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var offset = start
        while bytes.count - offset > 8 * chunkByteCount {
            self.pushChunks(ofLanes: SIMD8<UInt32>.self, bytes, from: offset)
            offset += 8 * chunkByteCount
        }
        if bytes.count - offset > 4 * chunkByteCount {
            self.pushChunks(ofLanes: SIMD4<UInt32>.self, bytes, from: offset)
            offset += 4 * chunkByteCount
        }
        return offset - start
    }

    private mutating func pushChunks<Lanes: CompressionLanes>(
        ofLanes lanes: Lanes.Type,
        _ bytes: Span<UInt8>,
        from offset: Int
    ) {
        let first = self.chunk.index
        let values = chainingValues(
            ofChunksIn: bytes,
            from: offset,
            firstIndex: first,
            key: self.key,
            modeFlags: self.modeFlags,
            lanes: lanes
        )
        for lane in 0..<Lanes.scalarCount {
            self.push(ChainingValue(lane: lane, of: values), finishedChunkCount: first + UInt64(lane) + 1)
        }
        self.chunk = ChunkState(key: self.key, index: first + UInt64(Lanes.scalarCount), modeFlags: self.modeFlags)
    }

    /// Pushes a leaf and merges the subtrees it completes: one per trailing zero bit of the new chunk count.
    private mutating func push(_ leaf: ChainingValue, finishedChunkCount: UInt64) {
        var value = leaf
        for _ in 0..<finishedChunkCount.trailingZeroBitCount {
            guard let left = self.stack.popLast() else { preconditionFailure("stack shorter than the chunk count") }
            value = Node.parent(left: left, right: value, key: self.key, modeFlags: self.modeFlags).chainingValue()
        }
        self.stack.append(value)
    }
}

extension BLAKE3Hasher: CustomReflectable, CustomStringConvertible {
    // A keyed hasher holds its key: nothing of it is printed.
    package var description: String { "BLAKE3Hasher" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
