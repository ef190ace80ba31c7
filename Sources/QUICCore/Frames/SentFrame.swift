// SPDX-License-Identifier: MIT OR Apache-2.0

/// What a sent packet carried, as far as its acknowledgement or loss means something (RFC 9000 §13.3).
///
/// No frame is kept as bytes: a lost frame is made anew from the current state, so that it never carries old news.
enum SentFrame: Equatable, Sendable {
    /// ACK; once acknowledged, ranges up to `largest` need not be reported again.
    case ack(largest: UInt64)
    /// CRYPTO bytes of the packet's own space.
    case crypto(Range<UInt64>)
    /// STREAM bytes, and whether the frame had the FIN bit.
    case stream(StreamID, Range<UInt64>, isFinished: Bool)
    case resetStream(StreamID)
    case stopSending(StreamID)
    case maxData
    case maxStreamData(StreamID)
    case maxStreams(StreamDirection)
    case dataBlocked
    case streamDataBlocked(StreamID)
    case streamsBlocked(StreamDirection)
    case newConnectionID(sequence: UInt64)
    case retireConnectionID(sequence: UInt64)
    case handshakeDone
    case observedAddress
    /// PING; nothing to repeat, the next probe makes a new one.
    case ping
    /// PING and PADDING that make a packet of this size; never repeated as such.
    case pathMTUProbe(byteCount: Int)
}

/// The few frames of one packet; the first is kept inline, so that the usual packet with one costs no array.
struct SentFrameList: Equatable, Sendable, Sequence, ExpressibleByArrayLiteral {
    private var first: SentFrame?
    private var rest: [SentFrame] = []

    init() {}

    init(arrayLiteral elements: SentFrame...) {
        for element in elements { self.append(element) }
    }

    /// Number of frames.
    var count: Int { self.first == nil ? 0 : 1 + self.rest.count }

    mutating func append(_ frame: SentFrame) {
        if self.first == nil { self.first = frame } else { self.rest.append(frame) }
    }

    func makeIterator() -> Iterator { Iterator(first: self.first, rest: self.rest) }

    struct Iterator: IteratorProtocol {
        private var first: SentFrame?
        private let rest: [SentFrame]
        private var index = 0

        init(first: SentFrame?, rest: [SentFrame]) {
            self.first = first
            self.rest = rest
        }

        mutating func next() -> SentFrame? {
            if let first {
                self.first = nil
                return first
            }
            guard self.index < self.rest.count else { return nil }
            self.index += 1
            return self.rest[self.index - 1]
        }
    }
}
