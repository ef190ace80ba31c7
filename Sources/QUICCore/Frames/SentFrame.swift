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
    case newConnectionID(sequence: UInt64)
    case retireConnectionID(sequence: UInt64)
    case handshakeDone
    case observedAddress
    /// PING; nothing to repeat, the next probe makes a new one.
    case ping
}
