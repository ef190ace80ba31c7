// SPDX-License-Identifier: MIT OR Apache-2.0

/// The extendable output of a BLAKE3 hash: a stream of 2⁶⁴ − 1 bytes that can be read anywhere (§2.6).
package struct BLAKE3OutputReader: Sendable {
    private let root: Node
    /// Offset of the next byte.
    package private(set) var position: UInt64 = 0

    init(root: Node) { self.root = root }

    /// Moves to byte offset `position`; reading there costs the same as reading at the start.
    package mutating func seek(to position: UInt64) {
        self.position = position
    }

    /// Reads the next `byteCount` bytes; less only where the stream ends.
    package mutating func read(byteCount: Int) -> [UInt8] {
        precondition(byteCount >= 0, "a negative byte count")
        let count = Int(clamping: min(UInt64(byteCount), UInt64.max - self.position))
        var output: [UInt8] = []
        output.reserveCapacity(count)
        while output.count < count {
            let block = self.root.rootBlock(index: self.position / UInt64(blockByteCount))
            let first = Int(self.position % UInt64(blockByteCount))
            let taken = min(blockByteCount - first, count - output.count)
            for index in first..<first + taken {
                output.append(UInt8(truncatingIfNeeded: block[index / 4] >> UInt32(8 * (index % 4))))
            }
            self.position += UInt64(taken)
        }
        return output
    }
}
