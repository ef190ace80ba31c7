// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule

/// Unreliable datagrams waiting for their turn: bounded, and the oldest goes when there is no room (spec 02 §8).
struct DatagramQueue: Sendable {
    /// Bytes kept for sending: 1 MiB (spec 02 §8).
    static let sendByteCountMax = 1 << 20
    /// Bytes kept for the application: 1,250,000 (spec 02 §8).
    static let receiveByteCountMax = 1_250_000
    /// What a datagram counts besides its bytes, so that empty ones are bounded too.
    static let entryByteCount = 64

    private let byteCountMax: Int
    private var datagrams: Deque<[UInt8]> = []
    private var costSum = 0
    /// Datagrams thrown away for lack of room.
    private(set) var droppedCount: UInt64 = 0

    /// An empty queue for `byteCountMax` bytes.
    init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

    var isEmpty: Bool { self.datagrams.isEmpty }

    /// Bytes of the next datagram.
    var nextByteCount: Int? { self.datagrams.first?.count }

    /// Appends a datagram; older ones make room, and one that never fits is itself dropped.
    mutating func append(_ datagram: [UInt8]) {
        let cost = datagram.count + Self.entryByteCount
        while self.costSum + cost > self.byteCountMax, self.popFirst() != nil { self.droppedCount += 1 }
        guard cost <= self.byteCountMax else {
            self.droppedCount += 1
            return
        }
        self.datagrams.append(datagram)
        self.costSum += cost
    }

    /// Takes the oldest datagram.
    mutating func popFirst() -> [UInt8]? {
        guard let datagram = self.datagrams.popFirst() else { return nil }
        self.costSum -= datagram.count + Self.entryByteCount
        return datagram
    }

    /// Throws away the oldest datagram, which cannot be sent any more.
    mutating func dropFirst() { if self.popFirst() != nil { self.droppedCount += 1 } }
}
