// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

/// A QUIC connection id: 0 to 20 opaque bytes (RFC 9000 §5.1, §17.2), kept inline.
package struct ConnectionID: Hashable, Sendable, CustomStringConvertible {
    /// Largest length in version 1.
    package static let byteCountMax = 20
    /// Length of every id this implementation issues (spec 02 §3.2).
    package static let localByteCount = 8

    private let first: UInt64
    private let second: UInt64
    private let third: UInt32
    private let length: UInt8

    /// The id without bytes.
    package static let empty = ConnectionID(first: 0, second: 0, third: 0, length: 0)

    private init(first: UInt64, second: UInt64, third: UInt32, length: UInt8) {
        self.first = first
        self.second = second
        self.third = third
        self.length = length
    }

    /// Creates an id from at most 20 bytes; more gives `nil`.
    package init?(_ bytes: [UInt8]) {
        self.init(bytes.span)
    }

    /// Creates an id from at most 20 borrowed bytes; more gives `nil`.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count <= Self.byteCountMax else { return nil }
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt32 = 0
        for index in bytes.indices {
            switch index {
            case ..<8: first |= UInt64(bytes[index]) << UInt64(8 * (7 - index))
            case ..<16: second |= UInt64(bytes[index]) << UInt64(8 * (15 - index))
            default: third |= UInt32(bytes[index]) << UInt32(8 * (19 - index))
            }
        }
        self.init(first: first, second: second, third: third, length: UInt8(bytes.count))
    }

    /// Number of bytes.
    package var byteCount: Int { Int(self.length) }

    /// The bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self.byteCount)
        self.append(to: &bytes)
        return bytes
    }

    /// Appends the bytes to a packet.
    func append(to packet: inout [UInt8]) {
        for index in 0..<self.byteCount {
            switch index {
            case ..<8: packet.append(UInt8(truncatingIfNeeded: self.first >> UInt64(8 * (7 - index))))
            case ..<16: packet.append(UInt8(truncatingIfNeeded: self.second >> UInt64(8 * (15 - index))))
            default: packet.append(UInt8(truncatingIfNeeded: self.third >> UInt32(8 * (19 - index))))
            }
        }
    }

    package var description: String { self.bytes.hex }
}
