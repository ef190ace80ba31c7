// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding

/// A message of the pub/sub stream as it travels, nothing in it checked (spec 04 §5.1).
///
/// On its transport stream: one byte `01`, the header, an option of the payload, the signature and the public key, the
/// latter three with postcard lengths; 5335 bytes without payload. Bytes after the value are tolerated (spec 04 §4).
///
/// There is no PRUNE and no GRAFT message. Between nodes of this implementation an IHAVE whose `hop` is 1 says "you pushed me what I
/// already had: make me lazy", and one whose `hop` is 2 "your announcement was faster than my parent: make me eager". The
/// original never reads `hop` and sees an IHAVE of an id it holds, which does nothing.
package struct PubSubMessage: Equatable, Sendable {
    /// First byte of the transport message (spec 04 §3.1).
    package static let streamType: UInt8 = 0x01
    /// Bytes of a whole transport message (spec 04 §3.1): 4 MiB.
    package static let byteCountMax = 4_194_304
    /// Bytes accepted as a signature or public key field; ML-DSA-65 needs 3309 and 1952.
    package static let keyMaterialByteCountMax = 8192

    package var header: MessageHeader
    package var payload: [UInt8]?
    package var signature: [UInt8]
    package var publicKey: [UInt8]

    /// Creates a message from its parts.
    package init(header: MessageHeader, payload: [UInt8]?, signature: [UInt8], publicKey: [UInt8]) {
        self.header = header
        self.payload = payload
        self.signature = signature
        self.publicKey = publicKey
    }

    /// Decodes a transport message, its type byte included.
    package init(decodingTransportMessage bytes: [UInt8]) throws(DecodeError) {
        guard bytes.count <= Self.byteCountMax else {
            throw .overLimit(field: "message", limit: Self.byteCountMax)
        }
        var reader = ByteReader(bytes.span)
        guard try reader.readUInt8() == Self.streamType else { throw .invalid(field: "stream type") }
        try self.init(from: &reader)
    }

    /// The transport message, its type byte included.
    package var transportMessage: [UInt8] {
        let fieldByteCount = self.signature.count + self.publicKey.count + (self.payload?.count ?? 0)
        var writer = ByteWriter(reservedByteCount: 128 + fieldByteCount)
        writer.writeUInt8(Self.streamType)
        self.encode(into: &writer)
        return writer.bytes
    }
}

extension PubSubMessage: ByteEncodable, ByteDecodable {
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.header = try MessageHeader(from: &reader)
        self.payload = try reader.readOption(field: "payload") { (reader) throws(DecodeError) in
            try reader.readPostcardBytes(field: "payload", limit: Self.byteCountMax)
        }
        self.signature = try reader.readPostcardBytes(field: "signature", limit: Self.keyMaterialByteCountMax)
        self.publicKey = try reader.readPostcardBytes(field: "public key", limit: Self.keyMaterialByteCountMax)
    }

    package func encode(into writer: inout ByteWriter) {
        self.header.encode(into: &writer)
        writer.writeOption(self.payload) { (payload, writer) in writer.writePostcardBytes(payload) }
        writer.writePostcardBytes(self.signature)
        writer.writePostcardBytes(self.publicKey)
    }
}
