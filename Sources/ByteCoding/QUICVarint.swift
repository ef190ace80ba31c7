// SPDX-License-Identifier: MIT OR Apache-2.0

/// Variable-length integers of QUIC (RFC 9000 §16): 1, 2, 4 or 8 bytes, values up to 2^62 − 1.
package enum QUICVarint {
    /// Largest value that can be encoded: 2^62 − 1.
    @inlinable package static var maximum: UInt64 { (1 << 62) - 1 }

    /// Bytes of the shortest encoding: 1, 2, 4 or 8.
    @inlinable
    package static func byteCount(of value: UInt64) -> Int {
        switch value {
        case ..<0x40: 1
        case ..<0x4000: 2
        case ..<0x4000_0000: 4
        default: 8
        }
    }
}

extension ByteReader {
    /// Reads a QUIC variable-length integer; any of the four lengths is accepted.
    @inlinable
    package mutating func readVarint() throws(DecodeError) -> UInt64 {
        guard let first = self.peekedUInt8 else { throw .truncated }
        switch first >> 6 {
        case 0: return UInt64(try self.readUInt8())
        case 1: return UInt64(try self.readBigEndian(UInt16.self) & 0x3FFF)
        case 2: return UInt64(try self.readBigEndian(UInt32.self) & 0x3FFF_FFFF)
        default: return try self.readBigEndian(UInt64.self) & QUICVarint.maximum
        }
    }

    /// Reads a varint length and borrows that many bytes.
    @_lifetime(copy self)
    package mutating func readVarintPrefixedSpan() throws(DecodeError) -> Span<UInt8> {
        let byteCount = try self.readVarint()
        guard byteCount <= UInt64(self.remainingByteCount) else { throw .truncated }
        return try self.readSpan(byteCount: Int(byteCount))
    }
}

extension ByteWriter {
    /// Appends the shortest encoding of `value`, which must not exceed 2^62 − 1.
    @inlinable
    package mutating func writeVarint(_ value: UInt64) {
        switch QUICVarint.byteCount(of: value) {
        case 1: self.writeUInt8(UInt8(value))
        case 2: self.writeBigEndian(UInt16(value) | 0x4000)
        case 4: self.writeBigEndian(UInt32(value) | 0x8000_0000)
        default:
            precondition(value <= QUICVarint.maximum, "a QUIC varint holds at most 2^62 - 1")
            self.writeBigEndian(value | 0xC000_0000_0000_0000)
        }
    }

    /// Appends `value` in the two-byte form, for lengths patched later; at most 16,383.
    @inlinable
    package mutating func writeTwoByteVarint(_ value: UInt64) {
        precondition(value < 0x4000, "a two-byte varint holds at most 16383")
        self.writeBigEndian(UInt16(value) | 0x4000)
    }
}
