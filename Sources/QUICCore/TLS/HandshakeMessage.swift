// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

/// One handshake message as it stands in the transcript: type, 24-bit length, body (RFC 8446 §4).
struct HandshakeMessage: Sendable {
    /// Type octet and length.
    static let headerByteCount = 4

    /// The whole message including its header.
    let bytes: [UInt8]

    /// Wraps a complete message; the caller has checked the length field.
    init(bytes: [UInt8]) {
        precondition(bytes.count >= Self.headerByteCount, "a handshake message has a header")
        self.bytes = bytes
    }

    /// Builds a message from a body.
    init(_ type: HandshakeType, body: some HandshakeBody) {
        var content = ByteWriter(reservedByteCount: 2_048)
        body.encode(into: &content)
        var writer = ByteWriter(reservedByteCount: content.byteCount + Self.headerByteCount)
        writer.writeUInt8(type.rawValue)
        writer.writeVector24(content.bytes)
        self.bytes = writer.bytes
    }

    /// The type, or `nil` when it is not one of TLS 1.3 for QUIC.
    var type: HandshakeType? { HandshakeType(rawValue: self.bytes[0]) }

    /// Decodes the body as `Body`; another type is unexpected_message, a malformed body decode_error.
    func decode<Body: HandshakeBody>(_ body: Body.Type) throws(TLSFailure) -> Body {
        guard self.type == Body.type else { throw TLSFailure(.unexpectedMessage, "unexpected handshake message") }
        do throws(DecodeError) {
            var reader = ByteReader(self.bytes.span)
            try reader.skip(byteCount: Self.headerByteCount)
            let value = try Body(from: &reader)
            try reader.finish()
            return value
        } catch {
            throw TLSFailure(.decodeError, "malformed handshake message")
        }
    }
}

/// The body of one kind of handshake message.
protocol HandshakeBody: ByteDecodable, ByteEncodable, Sendable {
    /// The type octet of the message.
    static var type: HandshakeType { get }
}

extension HandshakeBody {
    /// The message with this body.
    var message: HandshakeMessage { HandshakeMessage(Self.type, body: self) }
}
