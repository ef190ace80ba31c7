// SPDX-License-Identifier: MIT OR Apache-2.0

/// Cuts the CRYPTO bytes of one encryption level into handshake messages.
///
/// Holds at most 16 KiB (spec 02 §4.1); the largest legitimate flight is 5.6 KB.
struct HandshakeMessageBuffer: Sendable {
    /// Bytes buffered at most, and therefore also the largest message.
    static let byteCountMax = 16_384

    private var bytes: [UInt8] = []

    /// Whether nothing is buffered.
    var isEmpty: Bool { self.bytes.isEmpty }

    /// Takes over the next bytes of the level, in order.
    mutating func append(_ received: [UInt8]) throws(TLSFailure) {
        guard received.count <= Self.byteCountMax - self.bytes.count
        else { throw TLSFailure(.decodeError, "more than 16 KiB of handshake bytes are waiting") }
        self.bytes.append(contentsOf: received)
    }

    /// Removes and returns the first complete message.
    mutating func next() throws(TLSFailure) -> HandshakeMessage? {
        guard self.bytes.count >= HandshakeMessage.headerByteCount else { return nil }
        let byteCount = Int(self.bytes[1]) << 16 | Int(self.bytes[2]) << 8 | Int(self.bytes[3])
        let end = HandshakeMessage.headerByteCount + byteCount
        guard end <= Self.byteCountMax else { throw TLSFailure(.decodeError, "handshake message exceeds 16 KiB") }
        guard self.bytes.count >= end else { return nil }
        let message = HandshakeMessage(bytes: Array(self.bytes[..<end]))
        self.bytes.removeFirst(end)
        return message
    }
}
