// SPDX-License-Identifier: MIT OR Apache-2.0

/// Streams for the application (RFC 9000 §2.4).
extension Connection {
    /// Opens a stream.
    ///
    /// - Parameters:
    ///   - direction: Whether the peer may answer on it.
    ///   - isPrioritized: Whether its bytes go before those of other streams; such a stream takes whatever is written at
    ///     once, so it is for short answers only.
    /// - Returns: The stream, or `nil` when the peer allows no more now; a `streamsAvailable` event follows then.
    public mutating func openStream(_ direction: StreamDirection, isPrioritized: Bool = false) -> StreamID? {
        guard self.isEstablished else { return nil }
        return self.streams.open(direction, isPrioritized: isPrioritized)
    }

    /// Queues bytes; their array is kept, not copied, until they are acknowledged.
    ///
    /// - Parameters:
    ///   - stream: A stream with a sending side of ours.
    ///   - bytes: What to append.
    ///   - finish: Whether the stream ends behind `bytes`; takes effect when all of them were taken.
    /// - Returns: The number of bytes taken. Fewer than offered means that a `streamWritable` event will follow when
    ///   there is room; 0 also for a stream that was reset, stopped or finished.
    public mutating func write(_ stream: StreamID, _ bytes: ArraySlice<UInt8>, finish: Bool) -> Int {
        guard self.isOpen else { return 0 }
        return self.streams.write(stream, bytes, finish: finish, into: &self.events)
    }

    /// Reads in order; reading moves the peer's window.
    ///
    /// - Returns: At most `maxByteCount` bytes, perhaps none, and whether the stream ends behind them; `nil` when the
    ///   stream cannot be read, because it never was, ended, was reset or refused.
    public mutating func read(_ stream: StreamID, maxByteCount: Int) -> (bytes: [UInt8], isFinished: Bool)? {
        var bytes: [UInt8] = []
        return self.read(stream, maxByteCount: maxByteCount, into: &bytes).map { (bytes, $0) }
    }

    /// Reads in order into storage that is used again; reading moves the peer's window.
    ///
    /// - Parameters:
    ///   - stream: A stream with a receiving side of ours.
    ///   - maxByteCount: How many bytes are wanted.
    ///   - bytes: Replaced by at most `maxByteCount` bytes, perhaps none. Keep it for the next call: its storage takes the
    ///     bytes that arrive until then, so that reading allocates nothing.
    /// - Returns: Whether the stream ends behind them; `nil`, with `bytes` unchanged, when the stream cannot be read,
    ///   because it never was, ended, was reset or refused.
    public mutating func read(_ stream: StreamID, maxByteCount: Int, into bytes: inout [UInt8]) -> Bool? {
        guard self.isOpen else { return nil }
        return self.streams.read(stream, &bytes, maxByteCount: maxByteCount, into: &self.events)
    }

    /// Abandons our side of a stream; bytes that were not acknowledged may be lost.
    public mutating func resetStream(_ stream: StreamID, code: UInt64) {
        guard self.isOpen else { return }
        self.streams.reset(stream, code: code, into: &self.events)
    }

    /// Refuses the rest of the peer's side of a stream; what still arrives is thrown away.
    public mutating func stopSending(_ stream: StreamID, code: UInt64) {
        guard self.isOpen else { return }
        self.streams.stop(stream, code: code, into: &self.events)
    }

    /// Streams with state, in both directions.
    public var streamCount: Int { self.streams.count }

    /// Bytes sent and neither acknowledged nor lost.
    public var bytesInFlight: Int { self.recovery.bytesInFlight }

    /// Stream bytes kept until they are acknowledged.
    public var heldByteCount: Int { self.streams.heldByteCount }

    /// Bytes of UDP payload the path is known to carry: what full datagrams have.
    public var datagramByteCount: Int { self.pathMTU.current }
}
