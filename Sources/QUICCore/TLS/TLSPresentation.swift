// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

// The presentation language of RFC 8446 §3: vectors with a length prefix of one, two or three bytes. Lengths are bounded
// by the enclosing message, which is at most 16 KiB.

extension ByteReader {
    /// Reads `opaque field<byteCountMin..2^8-1>`.
    mutating func readVector8(field: String, byteCountMin: Int = 0) throws(DecodeError) -> [UInt8] {
        let byteCount = Int(try self.readUInt8())
        guard byteCount >= byteCountMin else { throw .invalid(field: field) }
        return try self.readBytes(byteCount: byteCount)
    }

    /// Reads `opaque field<byteCountMin..2^16-1>`.
    mutating func readVector16(field: String, byteCountMin: Int = 0) throws(DecodeError) -> [UInt8] {
        let byteCount = Int(try self.readBigEndian(UInt16.self))
        guard byteCount >= byteCountMin else { throw .invalid(field: field) }
        return try self.readBytes(byteCount: byteCount)
    }

    /// Reads `opaque field<byteCountMin..2^24-1>`.
    mutating func readVector24(field: String, byteCountMin: Int = 0) throws(DecodeError) -> [UInt8] {
        let byteCount = Int(try self.readUInt8()) << 16 | Int(try self.readBigEndian(UInt16.self))
        guard byteCount >= byteCountMin else { throw .invalid(field: field) }
        return try self.readBytes(byteCount: byteCount)
    }

    /// Reads every remaining byte as 16-bit values; at least one, and no odd byte left.
    mutating func readRemainingUInt16s(field: String) throws(DecodeError) -> [UInt16] {
        guard self.remainingByteCount > 0, self.remainingByteCount.isMultiple(of: 2)
        else { throw .invalid(field: field) }
        var values: [UInt16] = []
        values.reserveCapacity(self.remainingByteCount / 2)
        while !self.isAtEnd {
            values.append(try self.readBigEndian(UInt16.self))
        }
        return values
    }
}

extension ByteWriter {
    /// Appends `opaque<0..2^8-1>`.
    mutating func writeVector8(_ value: [UInt8]) {
        precondition(value.count <= 0xFF, "a one-byte vector holds at most 255 bytes")
        self.writeUInt8(UInt8(value.count))
        self.writeBytes(value)
    }

    /// Appends `opaque<0..2^16-1>`.
    mutating func writeVector16(_ value: [UInt8]) {
        precondition(value.count <= 0xFFFF, "a two-byte vector holds at most 65535 bytes")
        self.writeBigEndian(UInt16(value.count))
        self.writeBytes(value)
    }

    /// Appends `opaque<0..2^24-1>`.
    mutating func writeVector24(_ value: [UInt8]) {
        self.writeUInt24(value.count)
        self.writeBytes(value)
    }

    /// Appends a 24-bit length.
    mutating func writeUInt24(_ value: Int) {
        precondition(0..<(1 << 24) ~= value, "a three-byte length holds at most 2^24 - 1")
        self.writeUInt8(UInt8(value >> 16))
        self.writeBigEndian(UInt16(truncatingIfNeeded: value))
    }
}
