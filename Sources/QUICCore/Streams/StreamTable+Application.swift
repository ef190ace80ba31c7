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
        guard let place = self.streams.place(of: id), self.streams[place].send?.acceptsBytes == true
        else { return 0 }
        let isPrioritized = self.streams[place].send?.isPrioritized == true
        let accepted = isPrioritized ? bytes.count : min(bytes.count, self.freeByteCount)
        self.heldByteCount += accepted
        self.streams.owned(place).send?.write(bytes.prefix(accepted))
        if accepted < bytes.count {
            self.blockWriter(id)
        } else {
            if finish { self.streams.owned(place).send?.finish() }
            self.wakeWriter(into: &events)
        }
        self.queueForSending(id)
        self.reportDataBlocked()
        if self.streams.owned(place).send?.takeBlockedReport() == true { self.controls.append(.streamDataBlocked(id)) }
        return accepted
    }

    /// Abandons our side; the peer is told.
    mutating func reset(_ id: StreamID, code: UInt64, into events: inout Deque<ConnectionEvent>) {
        guard let place = self.streams.place(of: id), self.streams[place].send?.isComplete == false,
            self.streams[place].send?.resetCode == nil,
            let released = self.streams.owned(place).send?.reset(code: code)
        else { return }
        self.controls.append(.reset(id))
        self.heldByteCount -= released
        self.wakeWriter(into: &events)
    }

    /// Refuses the rest of the peer's side: it is asked to stop, and what still arrives is thrown away.
    mutating func stop(_ id: StreamID, code: UInt64, into events: inout Deque<ConnectionEvent>) {
        guard let place = self.streams.place(of: id), self.streams[place].receive?.isDiscarding == false,
            let consumed = self.streams.owned(place).receive?.discard()
        else { return }
        if self.receiveWindow.consumed(consumed) { self.queueMaxData() }
        if self.streams[place].receive?.finalSize == nil {
            self.streams.owned(place).receive?.stopCode = code
            self.queueStopSending(id)
        }
        self.dropCompleted(id, into: &events)
    }

    /// Hands out bytes in order.
    ///
    /// - Parameters:
    ///   - id: The stream.
    ///   - bytes: Replaced by at most `maxByteCount` bytes.
    ///   - maxByteCount: How many are wanted.
    ///   - events: What follows from it.
    /// - Returns: Whether the stream ends behind them; `nil` when there is no such stream to read, because it never
    ///   was, is over, was reset or refused. Then `bytes` is unchanged.
    mutating func read(
        _ id: StreamID,
        _ bytes: inout [UInt8],
        maxByteCount: Int,
        into events: inout Deque<ConnectionEvent>
    ) -> Bool? {
        guard let place = self.streams.place(of: id),
            let reading = self.streams.owned(place).receive?.read(byteCountMax: maxByteCount, into: &bytes) ?? nil
        else { return nil }
        if self.receiveWindow.consumed(UInt64(bytes.count)) { self.queueMaxData() }
        if reading.isFinished {
            self.dropCompleted(id, into: &events)
        } else if reading.isCreditDue {
            self.controls.append(.maxStreamData(id))
        }
        return reading.isFinished
    }
}
