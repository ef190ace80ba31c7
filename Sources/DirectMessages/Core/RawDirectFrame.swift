// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
internal import Node
package import Primitives

/// A direct message on a QUIC stream of its own (spec 08 §5.4).
///
/// | field | bytes |
/// |---|---|
/// | type, `0x10` | 1 |
/// | sender's agent id, asserted by the sender alone | 32 |
/// | payload | rest, at most 4,194,271 |
package struct RawDirectFrame: Hashable, Sendable, ByteEncodable {
    /// The first byte of the stream.
    package static let typeByte = MessageClass.direct.rawValue
    /// Bytes before the payload.
    package static let headerByteCount = 1 + AgentID.byteCount
    /// The largest payload: what the transport carries less the header (spec 08 §2; 16 MiB are named there, but no
    /// receiver reads more than 4 MiB).
    package static let payloadByteCountMax = MessageLimits.directPayloadByteCountMax

    /// Who claims to have sent it.
    package let sender: AgentID
    /// The application bytes.
    package let payload: [UInt8]

    /// Creates a frame; a larger payload than `payloadByteCountMax` is refused.
    package init(sender: AgentID, payload: [UInt8]) throws(DirectSendError) {
        guard payload.count <= Self.payloadByteCountMax else {
            throw .payloadTooLarge(byteCount: payload.count, limit: Self.payloadByteCountMax)
        }
        self.sender = sender
        self.payload = payload
    }

    /// Decodes a whole stream, the type byte included.
    package init(message: [UInt8]) throws(DecodeError) {
        guard message.count <= Self.headerByteCount + Self.payloadByteCountMax else {
            throw .overLimit(field: "direct message", limit: Self.headerByteCount + Self.payloadByteCountMax)
        }
        var reader = ByteReader(message.span)
        guard try reader.readUInt8() == Self.typeByte else { throw .invalid(field: "message type") }
        self.sender = try AgentID(from: &reader)
        self.payload = reader.readRemainingBytes()
    }

    package func encode(into writer: inout ByteWriter) {
        writer.writeUInt8(Self.typeByte)
        self.sender.encode(into: &writer)
        writer.writeBytes(self.payload)
    }
}
