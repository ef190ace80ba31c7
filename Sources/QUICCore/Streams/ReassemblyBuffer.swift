// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule

/// Puts the bytes of an ordered stream back together from pieces that arrive in any order, overlapping or repeated.
///
/// Everything is copied: the bytes of a packet are only lent. Bytes in order are collected in one array that is handed out
/// as it is when the reader takes all of it. What waits behind a gap is kept as runs without holes,
/// at most `gapCountMax` of them; the total of bytes is bounded by the caller's window (spec 02 §15).
struct ReassemblyBuffer: Sendable {
    /// More gaps than this are an attack: 1,024.
    static let gapCountMax = 1024
    /// Pieces smaller than this are copied together, so that a byte costs a bounded amount of memory.
    private static let smallPieceByteCount = 256

    /// Bytes without a hole, in the slices they arrived in.
    private struct Run: Sendable {
        var range: Range<UInt64>
        var pieces: Deque<ArraySlice<UInt8>>

        mutating func append(_ piece: ArraySlice<UInt8>) {
            self.range = self.range.lowerBound..<self.range.upperBound + UInt64(piece.count)
            if piece.count < smallPieceByteCount, let last = self.pieces.last, last.count < smallPieceByteCount {
                self.pieces[self.pieces.count - 1] = last + piece
            } else {
                self.pieces.append(ReassemblyBuffer.compacted(piece))
            }
        }

        mutating func prepend(_ piece: ArraySlice<UInt8>) {
            self.range = self.range.lowerBound - UInt64(piece.count)..<self.range.upperBound
            if piece.count < smallPieceByteCount, let first = self.pieces.first, first.count < smallPieceByteCount {
                self.pieces[0] = piece + first
            } else {
                self.pieces.prepend(ReassemblyBuffer.compacted(piece))
            }
        }
    }

    /// The runs behind gaps, ascending, disjoint and not touching.
    private var runs: [Run] = []
    /// Bytes that can be read; those before `readyStart` were handed out.
    private var ready: [UInt8] = []
    private var readyStart = 0
    /// How much was read at once the last time, a guess at how much room the next bytes need.
    private var lastReadByteCount = 0
    private static let readyReserveMax = 65_536
    /// Up to where the bytes are complete.
    private(set) var contiguousOffset: UInt64 = 0
    /// Up to where the bytes were handed out.
    private(set) var readOffset: UInt64 = 0

    /// Bytes that can be read now.
    var readableByteCount: Int { Int(self.contiguousOffset - self.readOffset) }

    /// Bytes held, readable or not.
    var heldByteCount: Int { self.readableByteCount + self.runs.reduce(0) { $0 + $1.range.count } }

    /// Holes in front of the runs that wait.
    var gapCount: Int { self.runs.count }

    /// A slice with storage of its own and no more than it needs.
    private static func compacted(_ piece: ArraySlice<UInt8>) -> ArraySlice<UInt8> { ArraySlice(Array(piece)) }

    /// Takes bytes that begin at `offset`; what is already there is ignored.
    ///
    /// - Returns: `false` when they would make more than `gapCountMax` gaps; then nothing changed.
    mutating func insert(_ data: ArraySlice<UInt8>, at offset: UInt64) -> Bool {
        let end = offset + UInt64(data.count)
        guard end > self.contiguousOffset, !data.isEmpty else { return true }
        guard offset > self.contiguousOffset else {
            self.makeReady(data.dropFirst(Int(self.contiguousOffset - offset)))
            self.absorbRuns()
            return true
        }
        return self.insertBehindGap(data, offset..<end)
    }

    private mutating func makeReady(_ piece: ArraySlice<UInt8>) {
        self.contiguousOffset += UInt64(piece.count)
        if self.ready.isEmpty {
            self.ready.reserveCapacity(max(piece.count, min(self.lastReadByteCount, Self.readyReserveMax)))
        }
        self.ready.append(contentsOf: piece)
    }

    /// Moves runs that the contiguous part has reached.
    private mutating func absorbRuns() {
        var absorbed = 0
        while absorbed < self.runs.count, self.runs[absorbed].range.lowerBound <= self.contiguousOffset {
            var offset = self.runs[absorbed].range.lowerBound
            for piece in self.runs[absorbed].pieces {
                let end = offset + UInt64(piece.count)
                if end > self.contiguousOffset { self.makeReady(piece.dropFirst(Int(self.contiguousOffset - offset))) }
                offset = end
            }
            absorbed += 1
        }
        if absorbed > 0 { self.runs.removeSubrange(..<absorbed) }
    }

    /// Adds the parts of `data` that no run holds yet.
    private mutating func insertBehindGap(_ data: ArraySlice<UInt8>, _ range: Range<UInt64>) -> Bool {
        var index = self.firstRun(endingAtOrBehind: range.lowerBound)
        // One piece adds at most one run more than it joins; checking before keeps the state unchanged on refusal.
        let joins = index < self.runs.count && self.runs[index].range.lowerBound <= range.upperBound
        guard joins || self.runs.count < Self.gapCountMax else { return false }
        var start = range.lowerBound
        while start < range.upperBound {
            let nextStart = index < self.runs.count ? self.runs[index].range.lowerBound : .max
            if nextStart <= start, let next = self.runs.indices.contains(index) ? self.runs[index].range : nil {
                // Inside or right behind a run: skip what it has, then extend it as far as the next one.
                start = max(start, next.upperBound)
                guard start < range.upperBound else { break }
                let limit = index + 1 < self.runs.count ? self.runs[index + 1].range.lowerBound : .max
                let end = min(range.upperBound, limit)
                self.runs[index].append(Self.part(of: data, range, start..<end))
                start = end
                self.joinWithNext(index)
            } else if nextStart <= range.upperBound {
                self.runs[index].prepend(Self.part(of: data, range, start..<nextStart))
                start = nextStart
            } else {
                let piece = Self.compacted(Self.part(of: data, range, start..<range.upperBound))
                self.runs.insert(Run(range: start..<range.upperBound, pieces: [piece]), at: index)
                index += 1
                start = range.upperBound
            }
        }
        return true
    }

    private static func part(
        of data: ArraySlice<UInt8>,
        _ range: Range<UInt64>,
        _ part: Range<UInt64>
    ) -> ArraySlice<UInt8> {
        let start = data.startIndex + Int(part.lowerBound - range.lowerBound)
        return data[start..<start + Int(part.upperBound - part.lowerBound)]
    }

    private mutating func joinWithNext(_ index: Int) {
        guard index + 1 < self.runs.count,
            self.runs[index].range.upperBound == self.runs[index + 1].range.lowerBound
        else { return }
        let next = self.runs.remove(at: index + 1)
        self.runs[index].pieces.append(contentsOf: next.pieces)
        self.runs[index].range = self.runs[index].range.lowerBound..<next.range.upperBound
    }

    private func firstRun(endingAtOrBehind offset: UInt64) -> Int {
        var low = 0
        var high = self.runs.count
        while low < high {
            let middle = (low + high) / 2
            if self.runs[middle].range.upperBound >= offset { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Hands out at most `byteCountMax` readable bytes.
    mutating func read(byteCountMax: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        self.read(byteCountMax: byteCountMax, into: &bytes)
        return bytes
    }

    /// Replaces `bytes` by at most `byteCountMax` readable ones.
    ///
    /// When all of them are taken, the arrays change places: the reader's storage takes the next bytes.
    mutating func read(byteCountMax: Int, into bytes: inout [UInt8]) {
        let byteCount = min(byteCountMax, self.readableByteCount)
        self.readOffset += UInt64(byteCount)
        if byteCount > 0 { self.lastReadByteCount = byteCount }
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.readyReserveMax)
        if self.readyStart == 0, byteCount == self.ready.count {
            swap(&bytes, &self.ready)
            return
        }
        bytes.append(contentsOf: self.ready[self.readyStart..<self.readyStart + byteCount])
        self.readyStart += byteCount
        if self.readyStart == self.ready.count {
            self.ready = []
            self.readyStart = 0
        } else if self.readyStart >= self.ready.count / 2 {
            self.ready.removeFirst(self.readyStart)
            self.readyStart = 0
        }
    }
}
