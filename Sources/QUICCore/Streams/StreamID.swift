// SPDX-License-Identifier: MIT OR Apache-2.0

/// Which sides of a stream carry data (RFC 9000 §2.1).
public enum StreamDirection: UInt8, CaseIterable, Sendable {
    case bidirectional
    case unidirectional
}

/// A QUIC stream id: the lowest bit names the opener, the next one the direction (RFC 9000 §2.1).
public struct StreamID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The id on the wire, at most 2^62 − 1.
    public let rawValue: UInt64

    /// Wraps an id from the wire.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The stream number `index` (from 0) that `opener` opens in `direction`.
    public init(index: UInt64, opener: TLSRole, direction: StreamDirection) {
        self.rawValue = index << 2 | (direction == .unidirectional ? 2 : 0) | (opener == .server ? 1 : 0)
    }

    /// Who opened the stream.
    public var opener: TLSRole { self.rawValue & 1 == 0 ? .client : .server }

    /// Which sides carry data.
    public var direction: StreamDirection { self.rawValue & 2 == 0 ? .bidirectional : .unidirectional }

    /// The position among the streams of its opener and direction, from 0.
    public var index: UInt64 { self.rawValue >> 2 }

    /// The natural order.
    public static func < (lhs: StreamID, rhs: StreamID) -> Bool { lhs.rawValue < rhs.rawValue }

    /// For people; without secrets.
    public var description: String { "stream \(self.rawValue)" }
}
