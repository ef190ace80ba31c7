// SPDX-License-Identifier: MIT OR Apache-2.0

/// The chaining values of as many consecutive whole chunks as `Lanes` has lanes, computed side by side (§5.3).
///
/// - Parameters:
///   - bytes: The input; at least one whole chunk per lane lies behind `offset`.
///   - offset: Where the first chunk starts.
///   - firstIndex: The number of the first chunk in the whole input.
///   - key: The key words of the mode.
///   - modeFlags: The flags of the mode.
///   - lanes: How many chunks.
/// - Returns: Word by word; lane k belongs to chunk `firstIndex + k`.
func chainingValues<Lanes: CompressionLanes>(
    ofChunksIn bytes: Span<UInt8>,
    from offset: Int,
    firstIndex: UInt64,
    key: ChainingValue,
    modeFlags: UInt32,
    lanes: Lanes.Type
) -> InlineArray<8, Lanes> {
    var counterLow = Lanes(repeating: 0)
    var counterHigh = Lanes(repeating: 0)
    for lane in 0..<Lanes.scalarCount {
        let index = firstIndex + UInt64(lane)
        counterLow[lane] = UInt32(truncatingIfNeeded: index)
        counterHigh[lane] = UInt32(truncatingIfNeeded: index >> 32)
    }
    var values = InlineArray<8, Lanes>(repeating: Lanes(repeating: 0))
    for index in 0..<8 { values[index] = Lanes(repeating: key.words[index]) }
    let blockCount = chunkByteCount / blockByteCount
    for blockIndex in 0..<blockCount {
        var flags = modeFlags
        if blockIndex == 0 { flags |= Flags.chunkStart }
        if blockIndex == blockCount - 1 { flags |= Flags.chunkEnd }
        let output = compress(
            CompressionInput(
                block: transposedBlock(bytes, from: offset + blockIndex * blockByteCount, lanes: lanes),
                counterLow: counterLow,
                counterHigh: counterHigh,
                blockByteCount: UInt32(blockByteCount),
                flags: flags
            ),
            chainingValue: values
        )
        for index in 0..<8 { values[index] = output[index] }
    }
    return values
}

/// Word k of the blocks that lie one chunk apart, for each k: lane by lane.
@inline(__always)
private func transposedBlock<Lanes: CompressionLanes>(
    _ bytes: Span<UInt8>,
    from offset: Int,
    lanes: Lanes.Type
) -> InlineArray<16, Lanes> {
    var block = InlineArray<16, Lanes>(repeating: Lanes(repeating: 0))
    for lane in 0..<Lanes.scalarCount {
        for index in 0..<16 {
            block[index][lane] = word(bytes, at: offset + lane * chunkByteCount + 4 * index)
        }
    }
    return block
}
