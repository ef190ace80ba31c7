// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding

/// A 32-byte identifier kept inline; the common part of all id types.
///
/// Order is bytewise, as in every place where the wire compares ids.
package protocol Identifier32: Hashable, Comparable, Sendable, ByteEncodable, ByteDecodable, CustomStringConvertible {
    /// The 32 bytes as four big-endian words.
    var words: Words32 { get }
    /// Creates an id from its words.
    init(words: Words32)
    /// The name used in descriptions, such as `AgentId`.
    static var displayName: String { get }
}

/// Four 64-bit words, most significant first: 32 bytes without heap storage.
package struct Words32: Hashable, Comparable, Sendable {
    package var first: UInt64
    package var second: UInt64
    package var third: UInt64
    package var fourth: UInt64

    /// Creates the value from its words.
    package init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
        self.first = first
        self.second = second
        self.third = third
        self.fourth = fourth
    }

    package static func < (lhs: Words32, rhs: Words32) -> Bool {
        (lhs.first, lhs.second, lhs.third, lhs.fourth) < (rhs.first, rhs.second, rhs.third, rhs.fourth)
    }
}

extension Identifier32 {
    /// Number of bytes of every id.
    package static var byteCount: Int { 32 }

    /// The id whose bytes are all zero: "unknown" in discovery records (spec 01 §1.2).
    package static var zero: Self { Self(words: Words32(0, 0, 0, 0)) }

    /// Creates an id from exactly 32 bytes; any other count gives `nil`.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, let id = try? Self(decoding: bytes) else { return nil }
        self = id
    }

    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(
            words: Words32(
                try reader.readBigEndian(),
                try reader.readBigEndian(),
                try reader.readBigEndian(),
                try reader.readBigEndian()
            )
        )
    }

    package func encode(into writer: inout ByteWriter) {
        writer.writeBigEndian(self.words.first)
        writer.writeBigEndian(self.words.second)
        writer.writeBigEndian(self.words.third)
        writer.writeBigEndian(self.words.fourth)
    }

    /// The 32 bytes.
    package var bytes: [UInt8] { self.encoded }

    /// 64 lower-case hexadecimal digits.
    package var hex: String { self.bytes.hex }

    /// The first 8 bytes as 16 hexadecimal digits, for logs and diagnostics.
    package var shortHex: String { [UInt8](self.bytes.prefix(8)).hex }

    package var description: String { "\(Self.displayName)(0x\(self.shortHex))" }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.words < rhs.words }
}

/// The authenticated identity of a transport endpoint, derived from its machine key (spec 01 §1.2).
package struct PeerID: Identifier32 {
    package let words: Words32
    package static let displayName = "MachineId"
    package init(words: Words32) { self.words = words }
}

/// A machine is known by its transport identity; the two names are one value (spec 02 §4.11).
package typealias MachineID = PeerID

/// The portable logical identity of an agent; signs messages.
package struct AgentID: Identifier32 {
    package let words: Words32
    package static let displayName = "AgentId"
    package init(words: Words32) { self.words = words }
}

/// The optional identity of a human.
package struct UserID: Identifier32 {
    package let words: Words32
    package static let displayName = "UserId"
    package init(words: Words32) { self.words = words }
}

/// A pub/sub topic: BLAKE3 of the topic name (spec 04 §2).
package struct TopicID: Identifier32 {
    package let words: Words32
    package static let displayName = "TopicId"
    package init(words: Words32) { self.words = words }
}

/// A gossip message id: opaque to receivers (spec 04 §2).
package struct MessageID: Identifier32 {
    package let words: Words32
    package static let displayName = "MessageId"
    package init(words: Words32) { self.words = words }
}
