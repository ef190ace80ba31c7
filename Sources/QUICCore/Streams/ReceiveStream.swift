// SPDX-License-Identifier: MIT OR Apache-2.0

/// The receiving side of one stream (RFC 9000 §3.2): reassembly, final size, window.
struct ReceiveStream: Sendable {
    private var buffer = ReassemblyBuffer()
    /// The end of the stream, once known.
    private(set) var finalSize: UInt64?
    /// The highest offset seen; what the stream has taken from the connection's window.
    private(set) var highestOffset: UInt64 = 0
    /// Offsets beyond this are a FLOW_CONTROL_ERROR; the last value announced or about to be.
    private(set) var maxData: UInt64
    private let window: UInt64
    /// The application does not want the rest: bytes are counted and thrown away.
    private(set) var isDiscarding = false
    private var discardedOffset: UInt64 = 0

    /// Whether a `streamReadable` event is on its way that the application has not answered by reading.
    var isAnnounced = false
    /// Code of a STOP_SENDING that is waiting to be sent or acknowledged.
    var stopCode: UInt64?
    var isStopQueued = false
    var isCreditQueued = false

    /// Starts with the window of the transport parameters.
    init(window: UInt64) {
        self.window = window
        self.maxData = window
    }

    /// How far the application (or the waste bin) has got.
    var consumedOffset: UInt64 { self.isDiscarding ? self.discardedOffset : self.buffer.readOffset }

    /// Whether something can be read: bytes, or the end.
    var isReadable: Bool {
        !self.isDiscarding && (self.buffer.readableByteCount > 0 || self.finalSize == self.buffer.readOffset)
    }

    /// Whether nothing more will come and everything was taken.
    var isComplete: Bool { self.finalSize == self.consumedOffset }

    /// What a STREAM frame brought.
    struct Arrival {
        /// By how much the highest offset grew, for the connection's window.
        let growth: UInt64
        /// Whether the application is to be told that it can read.
        let isNews: Bool
        /// Whether the bytes were thrown away.
        let isDiscarded: Bool
    }

    /// What reading gave besides the bytes.
    struct Reading {
        let isFinished: Bool
        /// Whether a MAX_STREAM_DATA has to be queued.
        let isCreditDue: Bool
    }

    /// Takes the data of a STREAM frame.
    mutating func receive(_ frame: StreamFrame) throws(ConnectionFailure) -> Arrival {
        let end = frame.offset + UInt64(frame.data.count)
        guard end <= self.maxData else {
            throw ConnectionFailure(.flowControlError, "data beyond the window of a stream")
        }
        try self.checkFinalSize(end: end, isFinished: frame.isFinished)
        let growth = end > self.highestOffset ? end - self.highestOffset : 0
        if self.isDiscarding {
            self.discardedOffset = max(self.discardedOffset, end)
        } else {
            guard self.buffer.insert(frame.data, at: frame.offset) else {
                throw ConnectionFailure(.internalError, "too many gaps in a stream")
            }
        }
        self.highestOffset += growth
        if frame.isFinished { self.finalSize = end }
        let isNews = self.isReadable && !self.isAnnounced
        if isNews { self.isAnnounced = true }
        return Arrival(growth: growth, isNews: isNews, isDiscarded: self.isDiscarding)
    }

    /// The final size never changes, and nothing lies behind it (RFC 9000 §4.5).
    private func checkFinalSize(end: UInt64, isFinished: Bool) throws(ConnectionFailure) {
        if let finalSize = self.finalSize {
            guard end <= finalSize, !isFinished || end == finalSize else {
                throw ConnectionFailure(.finalSizeError, "a stream grew behind its end")
            }
        } else if isFinished, end < self.highestOffset {
            throw ConnectionFailure(.finalSizeError, "a stream ended before its data")
        }
    }

    /// RESET_STREAM: the rest will not come.
    ///
    /// - Returns: By how much the highest offset grew, and how many bytes count as consumed now.
    mutating func reset(finalSize: UInt64) throws(ConnectionFailure) -> (growth: UInt64, consumed: UInt64) {
        guard finalSize <= self.maxData else {
            throw ConnectionFailure(.flowControlError, "final size beyond the window of a stream")
        }
        try self.checkFinalSize(end: finalSize, isFinished: true)
        let growth = finalSize - self.highestOffset
        let consumed = finalSize - self.consumedOffset
        self.highestOffset = finalSize
        self.finalSize = finalSize
        self.isDiscarding = true
        self.discardedOffset = finalSize
        self.buffer = ReassemblyBuffer()
        return (growth, consumed)
    }

    /// Replaces `bytes` by the next ones in order; `nil` when the application refused them.
    mutating func read(byteCountMax: Int, into bytes: inout [UInt8]) -> Reading? {
        guard !self.isDiscarding else { return nil }
        self.buffer.read(byteCountMax: byteCountMax, into: &bytes)
        self.isAnnounced = false
        let isCreditDue = self.renewCredit() && !self.isCreditQueued
        if isCreditDue { self.isCreditQueued = true }
        return Reading(
            isFinished: self.finalSize == self.buffer.readOffset,
            isCreditDue: isCreditDue
        )
    }

    /// Throws away what is there and what will come; returns how many bytes count as consumed now.
    mutating func discard() -> UInt64 {
        guard !self.isDiscarding else { return 0 }
        let consumed = self.highestOffset - self.buffer.readOffset
        self.isDiscarding = true
        self.discardedOffset = self.highestOffset
        self.buffer = ReassemblyBuffer()
        return consumed
    }

    /// Moves the window when a quarter of it was consumed; returns whether a MAX_STREAM_DATA is due.
    private mutating func renewCredit() -> Bool {
        guard self.finalSize == nil else { return false }
        let limit = self.consumedOffset + self.window
        guard limit - self.maxData >= self.window / 4, limit > self.maxData else { return false }
        self.maxData = limit
        return true
    }
}
