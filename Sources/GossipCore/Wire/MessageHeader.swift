// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
package import Primitives

/// The header of every gossip message; exactly these bytes are signed (spec 04 §5.1, §5.3).
///
/// | Offset | Field | Bytes |
/// |---|---|---|
/// | 0 | version, 1 or 2 | 1 |
/// | 1 | topic | 32 |
/// | 33 | message id | 32 |
/// | 65 | kind | 1 |
/// | 66 | hop | 1 |
/// | 67 | time to live | 1 |
/// | 68 | version 2 only: option of the payload hash | 33 |
///
/// We send version 1, because the original cannot parse anything else, and accept both. Other versions are rejected.
package struct MessageHeader: Hashable, Sendable {
    /// Bytes of a version 1 header.
    package static let byteCount = 68
    /// Time to live of everything but anti-entropy; diagnostic only, never decremented.
    package static let defaultTimeToLive: UInt8 = 10
    /// `hop` of an IHAVE that asks the receiver to stop pushing (see ``PubSubMessage``); 0 everywhere else.
    package static let pruneHop: UInt8 = 1
    /// `hop` of an IHAVE that asks the receiver to push from now on (see ``PubSubMessage``).
    package static let graftHop: UInt8 = 2

    /// Which layout the header has.
    package enum Version: Hashable, Sendable {
        /// 68 bytes; the payload is not covered by the signature.
        case one
        /// 101 bytes (69 without a hash): the signed header names the payload (spec 04 §20 F-3).
        case two(payloadHash: PayloadHash?)
    }

    package var version: Version
    package var topic: TopicID
    package var messageID: MessageID
    package var kind: MessageKind
    package var hop: UInt8
    package var timeToLive: UInt8

    /// Creates a version 1 header.
    package init(
        topic: TopicID,
        messageID: MessageID,
        kind: MessageKind,
        hop: UInt8 = 0,
        timeToLive: UInt8 = Self.defaultTimeToLive
    ) {
        self.version = .one
        self.topic = topic
        self.messageID = messageID
        self.kind = kind
        self.hop = hop
        self.timeToLive = timeToLive
    }
}

extension MessageHeader: ByteEncodable, ByteDecodable {
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let version = try reader.readUInt8()
        guard version == 1 || version == 2 else { throw .invalid(field: "header version") }
        self.init(
            topic: try TopicID(from: &reader),
            messageID: try MessageID(from: &reader),
            kind: try Self.readKind(from: &reader),
            hop: try reader.readUInt8(),
            timeToLive: try reader.readUInt8()
        )
        if version == 2 {
            let hash = try reader.readOption(field: "payload hash") { (reader) throws(DecodeError) in
                try PayloadHash(from: &reader)
            }
            self.version = .two(payloadHash: hash)
        }
    }

    package func encode(into writer: inout ByteWriter) {
        switch self.version {
        case .one: writer.writeUInt8(1)
        case .two: writer.writeUInt8(2)
        }
        self.topic.encode(into: &writer)
        self.messageID.encode(into: &writer)
        writer.writeUInt8(self.kind.rawValue)
        writer.writeUInt8(self.hop)
        writer.writeUInt8(self.timeToLive)
        if case .two(let payloadHash) = self.version {
            writer.writeOption(payloadHash) { (hash, writer) in hash.encode(into: &writer) }
        }
    }

    private static func readKind(from reader: inout ByteReader) throws(DecodeError) -> MessageKind {
        let index = try reader.readPostcardVarint(UInt32.self)
        guard let value = UInt8(exactly: index), let kind = MessageKind(rawValue: value)
        else { throw .invalid(field: "message kind") }
        return kind
    }
}
