// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// One value per stream direction.
struct PerDirection<Value: Sendable>: Sendable {
    private var bidirectional: Value
    private var unidirectional: Value

    init(bidirectional: Value, unidirectional: Value) {
        self.bidirectional = bidirectional
        self.unidirectional = unidirectional
    }

    subscript(direction: StreamDirection) -> Value {
        get {
            switch direction {
            case .bidirectional: self.bidirectional
            case .unidirectional: self.unidirectional
            }
        }
        _modify {
            switch direction {
            case .bidirectional: yield &self.bidirectional
            case .unidirectional: yield &self.unidirectional
            }
        }
    }
}

/// The streams we open in one direction: a counter under the peer's limit.
struct LocalStreamCredit: Sendable {
    private(set) var openedCount: UInt64 = 0
    private var limit: UInt64 = 0
    /// Whether the application was refused a stream and waits for credit.
    private(set) var isAwaited = false
    /// The limit the peer was last told to be in our way.
    private var reportedLimit: UInt64?

    /// The limit, while the application waits for it to rise.
    var blockedAt: UInt64? { self.isAwaited ? self.limit : nil }

    /// Whether the peer should be told that we are blocked; `true` once per limit.
    mutating func takeBlockedReport() -> Bool {
        guard self.isAwaited, self.reportedLimit != self.limit else { return false }
        self.reportedLimit = self.limit
        return true
    }

    /// The index of the next stream, or `nil` when the peer allows no more.
    mutating func open() -> UInt64? {
        guard self.openedCount < self.limit else {
            self.isAwaited = true
            return nil
        }
        self.openedCount += 1
        return self.openedCount - 1
    }

    /// The peer allows `limit` streams in total; returns whether somebody waits for that.
    mutating func raise(to limit: UInt64) -> Bool {
        guard limit > self.limit else { return false }
        self.limit = limit
        defer { self.isAwaited = false }
        return self.isAwaited
    }
}

/// The streams the peer opens in one direction: created when their first frame arrives, remembered as ranges after
/// their end, renewed when an eighth of the credit was used up (spec 02 §8).
struct PeerStreamCredit: Sendable {
    private let window: UInt64
    private var ended = RangeSet64()
    private var endedCount: UInt64 = 0
    /// Streams the peer may open in total.
    private(set) var limit: UInt64

    init(window: UInt64) {
        self.window = window
        self.limit = window
    }

    /// Whether the stream number `index` is over.
    func hasEnded(_ index: UInt64) -> Bool { self.ended.contains(index) }

    /// A stream is over; returns whether a MAX_STREAMS is due.
    mutating func end(_ index: UInt64) -> Bool {
        if self.ended.insert(index) { self.endedCount += 1 }
        guard self.endedCount + self.window - self.limit > self.window / 8 else { return false }
        self.limit = self.endedCount + self.window
        return true
    }
}

/// Flow control of the whole connection, receiving side (RFC 9000 §4.1).
struct ConnectionReceiveWindow: Sendable {
    private let window: UInt64
    private var receivedByteCount: UInt64 = 0
    private var consumedByteCount: UInt64 = 0
    /// What the peer may send in total.
    private(set) var limit: UInt64

    init(window: UInt64) {
        self.window = window
        self.limit = window
    }

    /// Bytes received and not consumed; at most the window.
    var bufferedByteCount: UInt64 { self.receivedByteCount - self.consumedByteCount }

    /// The highest offsets of the streams grew by `byteCount`.
    mutating func received(_ byteCount: UInt64) throws(ConnectionFailure) {
        guard byteCount <= self.limit - self.receivedByteCount else {
            throw ConnectionFailure(.flowControlError, "data beyond the window of the connection")
        }
        self.receivedByteCount += byteCount
    }

    /// Bytes were taken or thrown away; returns whether a MAX_DATA is due.
    mutating func consumed(_ byteCount: UInt64) -> Bool {
        self.consumedByteCount += byteCount
        guard self.consumedByteCount + self.window - self.limit >= self.window / 4 else { return false }
        self.limit = self.consumedByteCount + self.window
        return true
    }
}
