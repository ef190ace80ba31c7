// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule

/// What the application does with streams.
extension StreamTable {
    /// Takes as many bytes as there is room for; when it takes all, `finish` ends the stream.
    ///
    /// - Returns: The number of bytes taken; fewer than offered means that a `streamWritable` event will follow.
    mutating func write(
        _ id: StreamID,
        _ bytes: ArraySlice<UInt8>,
        finish: Bool,
        into events: inout Deque<ConnectionEvent>
    ) -> Int {
        // Here and below no half of a stream is copied out: changing the original would then copy its queues.
        guard self.streams[id]?.send?.acceptsBytes == true else { return 0 }
        let isPrioritized = self.streams[id]?.send?.isPrioritized == true
        let accepted = isPrioritized ? bytes.count : min(bytes.count, self.freeByteCount)
        self.heldByteCount += accepted
        self.streams[id]?.send?.write(bytes.prefix(accepted))
        if accepted < bytes.count {
            self.blockWriter(id)
        } else {
            if finish { self.streams[id]?.send?.finish() }
            self.wakeWriter(into: &events)
        }
        self.queueForSending(id)
        self.reportDataBlocked()
        if self.streams[id]?.send?.takeBlockedReport() == true { self.controls.append(.streamDataBlocked(id)) }
        return accepted
    }

    /// Abandons our side; the peer is told.
    mutating func reset(_ id: StreamID, code: UInt64, into events: inout Deque<ConnectionEvent>) {
        guard self.streams[id]?.send?.isComplete == false, self.streams[id]?.send?.resetCode == nil,
            let released = self.streams[id]?.send?.reset(code: code)
        else { return }
        self.controls.append(.reset(id))
        self.heldByteCount -= released
        self.wakeWriter(into: &events)
    }

    /// Refuses the rest of the peer's side: it is asked to stop, and what still arrives is thrown away.
    mutating func stop(_ id: StreamID, code: UInt64, into events: inout Deque<ConnectionEvent>) {
        guard self.streams[id]?.receive?.isDiscarding == false, let consumed = self.streams[id]?.receive?.discard()
        else { return }
        if self.receiveWindow.consumed(consumed) { self.queueMaxData() }
        if self.streams[id]?.receive?.finalSize == nil {
            self.streams[id]?.receive?.stopCode = code
            self.queueStopSending(id)
        }
        self.dropCompleted(id, into: &events)
    }

    /// Hands out bytes in order.
    ///
    /// - Returns: At most `maxByteCount` bytes and whether the stream ends behind them; `nil` when there is no such
    ///   stream to read, because it never was, is over, was reset or refused.
    mutating func read(
        _ id: StreamID,
        maxByteCount: Int,
        into events: inout Deque<ConnectionEvent>
    ) -> (bytes: [UInt8], isFinished: Bool)? {
        guard let reading = self.streams[id]?.receive?.read(byteCountMax: maxByteCount) ?? nil else { return nil }
        if self.receiveWindow.consumed(UInt64(reading.bytes.count)) { self.queueMaxData() }
        if reading.isFinished {
            self.dropCompleted(id, into: &events)
        } else if reading.isCreditDue {
            self.controls.append(.maxStreamData(id))
        }
        return (reading.bytes, reading.isFinished)
    }
}
