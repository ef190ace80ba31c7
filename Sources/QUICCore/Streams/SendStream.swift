// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import DequeModule
internal import Primitives

/// The sending side of one stream (RFC 9000 §3.1): unacknowledged bytes, what to send next, the end.
///
/// Written bytes are kept as the slices the application gave, without a copy, until they are acknowledged.
struct SendStream: Sendable {
    private struct Chunk: Sendable {
        let offset: UInt64
        let bytes: ArraySlice<UInt8>

        var end: UInt64 { self.offset + UInt64(self.bytes.count) }
    }

    /// Unacknowledged bytes in order; the front may be acknowledged in part.
    private var chunks: Deque<Chunk> = []
    private var acknowledged = RangeSet64()
    /// Up to where everything is acknowledged.
    private var acknowledgedOffset: UInt64 = 0
    /// Sent ranges that were lost and are to be sent again.
    private var lost = RangeSet64()
    /// End of the bytes written by the application.
    private(set) var writtenOffset: UInt64 = 0
    /// End of the bytes sent at least once: what the stream has taken from the connection's credit.
    private(set) var sentOffset: UInt64 = 0
    /// Whether the application has ended the stream.
    private(set) var isFinished = false
    private var isFinSent = false
    private var isFinAcknowledged = false
    /// The peer's limit.
    private(set) var maxData: UInt64

    /// Code of a RESET_STREAM that is waiting to be sent or acknowledged.
    private(set) var resetCode: UInt64?
    /// Whether the stream waits in the queue of streams with data under credit.
    var isQueued = false
    /// Whether the stream waits in the queue of streams that need no credit.
    var isUrgentlyQueued = false
    /// Whether the application may write.
    var acceptsBytes: Bool { self.resetCode == nil && !self.isFinished }
    /// Whether the application was told that it must wait for room.
    var isWriterBlocked = false
    /// Whether the stream goes before others.
    var isPrioritized = false
    /// The limit the peer was last told to be in our way.
    private var reportedMaxData: UInt64?

    /// Starts with the peer's initial limit.
    init(maxData: UInt64) { self.maxData = maxData }

    /// Bytes kept for sending or sending again.
    var heldByteCount: Int { self.resetCode == nil ? Int(self.writtenOffset - self.acknowledgedOffset) : 0 }

    /// Whether new bytes can be sent under the stream's own credit.
    var hasNewData: Bool { self.resetCode == nil && self.sentOffset < min(self.writtenOffset, self.maxData) }

    /// The stream's limit, when it is what keeps bytes here.
    var blockedAt: UInt64? {
        self.resetCode == nil && self.sentOffset == self.maxData && self.writtenOffset > self.maxData
            ? self.maxData : nil
    }

    /// Whether the peer should be told that the stream is blocked; `true` once per limit.
    mutating func takeBlockedReport() -> Bool {
        guard let blockedAt, self.reportedMaxData != blockedAt else { return false }
        self.reportedMaxData = blockedAt
        return true
    }

    /// Whether something can be sent that needs no credit: lost bytes, or an end without bytes.
    var hasUrgentData: Bool {
        self.resetCode == nil
            && (!self.lost.isEmpty || (self.isFinished && !self.isFinSent && self.sentOffset == self.writtenOffset))
    }

    /// Whether the peer knows everything it needs: all bytes and the end, or the reset.
    private(set) var isComplete = false

    // MARK: - Application

    /// Appends bytes.
    mutating func write(_ bytes: ArraySlice<UInt8>) {
        guard !bytes.isEmpty else { return }
        self.chunks.append(Chunk(offset: self.writtenOffset, bytes: bytes))
        self.writtenOffset += UInt64(bytes.count)
    }

    /// Ends the stream behind the bytes written so far.
    mutating func finish() { self.isFinished = true }

    /// Abandons the stream; returns the bytes that are no longer kept.
    mutating func reset(code: UInt64) -> Int {
        let released = self.heldByteCount
        self.resetCode = code
        self.isWriterBlocked = false
        self.chunks = []
        self.lost = RangeSet64()
        return released
    }

    // MARK: - Packets

    /// Raises the peer's limit.
    mutating func raiseLimit(_ limit: UInt64) { self.maxData = max(self.maxData, limit) }

    /// What a packet took from a stream.
    struct Contribution {
        /// What was written; `nil` when there was nothing.
        let content: SentFrame?
        /// Bytes that were never sent before.
        let newByteCount: UInt64
        /// Whether the stream belongs (again) into the queue of those that need no credit.
        let isUrgent: Bool
        /// Whether the stream belongs (again) into the queue of those with new bytes.
        let hasMore: Bool
        /// Whether the peer should be told that the stream waits for credit.
        let isBlocked: Bool
    }

    /// Writes one STREAM frame for a stream that was taken off a queue; parameters as for `writeFrame`.
    mutating func contribute(
        id: StreamID,
        isFromUrgentQueue: Bool,
        room: Int,
        credit: UInt64,
        into writer: inout ByteWriter
    ) -> Contribution {
        if isFromUrgentQueue { self.isUrgentlyQueued = false } else { self.isQueued = false }
        let written = self.writeFrame(id: id, room: room, credit: credit, into: &writer)
        let queues = self.claimQueues()
        return Contribution(
            content: written?.content,
            newByteCount: written?.newByteCount ?? 0,
            isUrgent: queues.urgent,
            hasMore: queues.sendable,
            isBlocked: self.takeBlockedReport()
        )
    }

    /// Which queues the stream has to be put into now; it counts as being there afterwards.
    mutating func claimQueues() -> (urgent: Bool, sendable: Bool) {
        let urgent = self.hasUrgentData && !self.isUrgentlyQueued
        let sendable = self.hasNewData && !self.isQueued
        if urgent { self.isUrgentlyQueued = true }
        if sendable { self.isQueued = true }
        return (urgent, sendable)
    }

    /// Writes one STREAM frame, lost bytes first.
    ///
    /// - Parameters:
    ///   - id: The id of this stream.
    ///   - room: Bytes that the frame may take.
    ///   - credit: New bytes the connection allows.
    ///   - writer: The payload under construction.
    /// - Returns: What was written and how many bytes of it were new; `nil` when nothing fits.
    private mutating func writeFrame(
        id: StreamID,
        room: Int,
        credit: UInt64,
        into writer: inout ByteWriter
    ) -> (content: SentFrame, newByteCount: UInt64)? {
        // The stream may still be queued when it is reset; its bytes are gone then.
        guard self.resetCode == nil else { return nil }
        if let range = self.lost.ranges.first {
            guard let written = self.writeFrame(id: id, range: range, room: room, into: &writer) else { return nil }
            self.lost.remove(written.range)
            return (.stream(id, written.range, isFinished: written.isFinished), 0)
        }
        let end = min(self.writtenOffset, self.maxData, self.sentOffset + credit)
        let range = self.sentOffset..<max(self.sentOffset, end)
        guard !range.isEmpty || self.hasUrgentData,
            let written = self.writeFrame(id: id, range: range, room: room, into: &writer)
        else { return nil }
        self.sentOffset = written.range.upperBound
        return (.stream(id, written.range, isFinished: written.isFinished), UInt64(written.range.count))
    }

    private mutating func writeFrame(
        id: StreamID,
        range: Range<UInt64>,
        room: Int,
        into writer: inout ByteWriter
    ) -> (range: Range<UInt64>, isFinished: Bool)? {
        let overhead = StreamFrame.overheadByteCount(id: id, offset: range.lowerBound, dataByteCount: max(0, room))
        let byteCount = min(range.count, room - overhead)
        guard byteCount > 0 || (range.isEmpty && byteCount == 0) else { return nil }
        let sent = range.lowerBound..<range.lowerBound + UInt64(byteCount)
        let isFinished = self.isFinished && sent.upperBound == self.writtenOffset
        StreamFrame.encodeHeader(
            id: id,
            offset: sent.lowerBound,
            dataByteCount: byteCount,
            isFinished: isFinished,
            into: &writer
        )
        self.copy(sent, into: &writer)
        if isFinished { self.isFinSent = true }
        return (sent, isFinished)
    }

    private func copy(_ range: Range<UInt64>, into writer: inout ByteWriter) {
        var index = self.chunkIndex(of: range.lowerBound)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let chunk = self.chunks[index]
            let start = chunk.bytes.startIndex + Int(offset - chunk.offset)
            let end = chunk.bytes.startIndex + Int(min(chunk.end, range.upperBound) - chunk.offset)
            writer.writeSpan(chunk.bytes[start..<end].span)
            offset += UInt64(end - start)
            index += 1
        }
    }

    private func chunkIndex(of offset: UInt64) -> Int {
        var low = 0
        var high = self.chunks.count
        while low < high {
            let middle = (low + high) / 2
            if self.chunks[middle].end > offset { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// A frame arrived; returns the bytes that are no longer kept.
    mutating func acknowledge(_ range: Range<UInt64>, isFinished: Bool) -> Int {
        guard self.resetCode == nil else { return 0 }
        self.acknowledged.insert(range)
        self.lost.remove(range)
        if isFinished { self.isFinAcknowledged = true }
        let before = self.acknowledgedOffset
        if let first = self.acknowledged.ranges.first, first.lowerBound == 0 {
            self.acknowledgedOffset = first.upperBound
        }
        while let first = self.chunks.first, first.end <= self.acknowledgedOffset { self.chunks.removeFirst() }
        self.isComplete = self.isFinAcknowledged && self.acknowledgedOffset == self.writtenOffset
        return Int(self.acknowledgedOffset - before)
    }

    /// A frame was lost: what is still unknown to the peer goes out again.
    mutating func lose(_ range: Range<UInt64>, isFinished: Bool) {
        guard self.resetCode == nil else { return }
        if isFinished, !self.isFinAcknowledged { self.isFinSent = false }
        var missing = RangeSet64()
        missing.insert(range)
        for known in self.acknowledged.ranges where known.overlaps(range) { missing.remove(known) }
        for part in missing.ranges { self.lost.insert(part) }
    }

    /// The peer has seen our RESET_STREAM.
    mutating func resetAcknowledged() { self.isComplete = true }
}
