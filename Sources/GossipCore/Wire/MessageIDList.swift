// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
package import Primitives

/// The payload of IHAVE and IWANT: a postcard list of message ids (spec 04 §5.2).
package struct MessageIDList: Equatable, Sendable {
    /// Ids in an IHAVE, sent and accepted.
    package static let announcedCountMax = 1024
    /// Ids accepted in an IWANT or a digest: the original's cache holds 2048, and it asks for all of them at once.
    package static let requestedCountMax = 2048

    package var ids: [MessageID]

    /// Wraps ids.
    package init(_ ids: [MessageID]) { self.ids = ids }

    /// Reads a list of at most `countMax` ids.
    package init(from reader: inout ByteReader, countMax: Int) throws(DecodeError) {
        let count = try reader.readPostcardCount(
            field: "message ids",
            limit: countMax,
            elementByteCountMin: MessageID.byteCount
        )
        self.ids = []
        self.ids.reserveCapacity(count)
        for _ in 0..<count { self.ids.append(try MessageID(from: &reader)) }
    }

    /// Decodes the payload of a control message; trailing bytes are tolerated (spec 04 §4).
    package init(payload: [UInt8], countMax: Int) throws(DecodeError) {
        var reader = ByteReader(payload.span)
        try self.init(from: &reader, countMax: countMax)
    }
}

extension MessageIDList: ByteEncodable {
    package func encode(into writer: inout ByteWriter) {
        writer.writePostcardVarint(UInt64(self.ids.count))
        for id in self.ids { id.encode(into: &writer) }
    }
}

/// The payload of ANTI_ENTROPY (spec 04 §5.2): variant 0 or 1, then a list of ids.
package enum AntiEntropyPayload: Equatable, Sendable {
    /// Everything the sender has cached on the topic.
    case digest(MessageIDList)
    /// Ids the sender has; understood, never sent.
    case response(MessageIDList)

    /// Decodes the payload; trailing bytes are tolerated (spec 04 §4).
    package init(payload: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(payload.span)
        let variant = try reader.readPostcardVarint(UInt32.self)
        let list = try MessageIDList(from: &reader, countMax: MessageIDList.requestedCountMax)
        switch variant {
        case 0: self = .digest(list)
        case 1: self = .response(list)
        default: throw .invalid(field: "anti-entropy variant")
        }
    }
}

extension AntiEntropyPayload: ByteEncodable {
    package func encode(into writer: inout ByteWriter) {
        switch self {
        case .digest(let list):
            writer.writePostcardVarint(UInt8(0))
            list.encode(into: &writer)
        case .response(let list):
            writer.writePostcardVarint(UInt8(1))
            list.encode(into: &writer)
        }
    }
}
