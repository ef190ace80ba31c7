// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
package import Primitives

/// A message of the bulk stream, class byte 0x02 in front (spec 05 §2).
///
/// The messages are unsigned; records in them are signed.
///
/// Postcard enum: index, then the fields in order.
package enum PresenceMessage: Equatable, Sendable {
    /// 0: topic[32] · sender[32] · record · epoch varint u64, always 0.
    case beacon(topic: TopicID, sender: PeerID, PresenceRecord)
    /// 1: 98 bytes, `01 ‖ query ‖ topic ‖ ttl u8 ‖ origin`.
    case query(PresenceQuery)
    /// 2: query[32] · topic[32] · `Vec<(PeerId, record)>`.
    case queryResponse(PresenceQueryResponse)

    /// The class byte of the bulk stream.
    package static let classByte: UInt8 = 0x02

    /// Reads a whole transport message, class byte included.
    package init(transportBytes bytes: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(bytes.span)
        guard try reader.readUInt8() == Self.classByte else { throw .invalid(field: "stream_type") }
        switch try reader.readPostcardVarint(UInt32.self) {
        case 0:
            let topic = try TopicID(from: &reader)
            let sender = try PeerID(from: &reader)
            let record = try PresenceRecord(from: &reader)
            _ = try reader.readPostcardVarint(UInt64.self)  // the epoch: always 0, nothing reads it
            try reader.finish()
            self = .beacon(topic: topic, sender: sender, record)
        case 1:
            self = .query(try PresenceQuery(from: &reader))
            try reader.finish()
        case 2:
            let response = try PresenceQueryResponse(from: &reader)
            // What lies beyond the caps was not read.
            if response.omittedCount == 0 { try reader.finish() }
            self = .queryResponse(response)
        default: throw .invalid(field: "presence message")
        }
    }

    /// The whole transport message, class byte included.
    package var transportBytes: [UInt8] {
        var writer = ByteWriter(reservedByteCount: 128)
        writer.writeUInt8(Self.classByte)
        switch self {
        case .beacon(let topic, let sender, let record):
            writer.writeUInt8(0)
            topic.encode(into: &writer)
            sender.encode(into: &writer)
            record.encode(into: &writer)
            writer.writePostcardVarint(0 as UInt64)
        case .query(let query):
            writer.writeUInt8(1)
            query.encode(into: &writer)
        case .queryResponse(let response):
            writer.writeUInt8(2)
            response.encode(into: &writer)
        }
        return writer.bytes
    }
}

/// Names one walk; chosen at random by the node that asks.
package struct PresenceQueryID: Identifier32 {
    package let words: Words32
    package static let displayName = "PresenceQueryId"
    package init(words: Words32) { self.words = words }
}

/// "Whom do you know to be there?", passed on from friend to friend (spec 05 §6).
package struct PresenceQuery: Hashable, Sendable, ByteEncodable, ByteDecodable {
    package var id: PresenceQueryID
    package var topic: TopicID
    /// Hops the query may still be passed on.
    package var timeToLive: UInt8
    /// Who asks, by its own word.
    package var origin: PeerID

    /// Creates a query.
    package init(id: PresenceQueryID, topic: TopicID, timeToLive: UInt8, origin: PeerID) {
        self.id = id
        self.topic = topic
        self.timeToLive = timeToLive
        self.origin = origin
    }

    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.id = try PresenceQueryID(from: &reader)
        self.topic = try TopicID(from: &reader)
        self.timeToLive = try reader.readUInt8()
        self.origin = try PeerID(from: &reader)
    }

    package func encode(into writer: inout ByteWriter) {
        self.id.encode(into: &writer)
        self.topic.encode(into: &writer)
        writer.writeUInt8(self.timeToLive)
        self.origin.encode(into: &writer)
    }
}

/// The records one node discloses for a query.
package struct PresenceQueryResponse: Hashable, Sendable, ByteEncodable, ByteDecodable {
    /// A record and whose it is; the second is bound to the first only by the key of the record.
    package struct Entry: Hashable, Sendable {
        package var peer: PeerID
        package var record: PresenceRecord

        /// Creates an entry.
        package init(_ peer: PeerID, _ record: PresenceRecord) {
            self.peer = peer
            self.record = record
        }
    }

    package var id: PresenceQueryID
    package var topic: TopicID
    /// At most ``PresenceLimits/responseRecordCountMax`` after decoding.
    package var entries: [Entry]
    /// Entries of the sender beyond our caps, which were not read.
    package private(set) var omittedCount = 0

    /// Creates a response.
    package init(id: PresenceQueryID, topic: TopicID, entries: [Entry]) {
        self.id = id
        self.topic = topic
        self.entries = entries
    }

    /// Originals answer with everything they know: the first entries within the caps are kept, the rest is not read.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.id = try PresenceQueryID(from: &reader)
        self.topic = try TopicID(from: &reader)
        self.entries = []
        let count = try reader.readPostcardCount(
            field: "records",
            limit: Self.claimedCountMax,
            elementByteCountMin: Self.entryByteCountMin
        )
        let byteCount = reader.remainingByteCount
        while self.entries.count < count {
            guard self.entries.count < PresenceLimits.responseRecordCountMax,
                byteCount - reader.remainingByteCount < PresenceLimits.responseByteCountMax
            else {
                self.omittedCount = count - self.entries.count
                return
            }
            self.entries.append(Entry(try PeerID(from: &reader), try PresenceRecord(from: &reader)))
        }
    }

    package func encode(into writer: inout ByteWriter) {
        self.id.encode(into: &writer)
        self.topic.encode(into: &writer)
        writer.writePostcardVarint(UInt64(self.entries.count))
        for entry in self.entries {
            entry.peer.encode(into: &writer)
            entry.record.encode(into: &writer)
        }
    }

    /// More than fits into a 4 MiB message in any case.
    private static let claimedCountMax = 65_536
    /// Id, tag and the six shortest fields.
    private static let entryByteCountMin = 71
}
