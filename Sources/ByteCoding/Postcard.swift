// SPDX-License-Identifier: MIT OR Apache-2.0

// Postcard 1.x, the subset of spec 04 §4: LEB128 varints, length-prefixed bytes, one-byte options.

extension ByteReader {
    /// Reads an unsigned LEB128 varint of at most `T.bitWidth` bits; over-long forms are rejected.
    package mutating func readPostcardVarint<T: FixedWidthInteger & UnsignedInteger>(
        _ type: T.Type = T.self
    ) throws(DecodeError) -> T {
        var value: T = 0
        var shift = 0
        while true {
            let byte = try self.readUInt8()
            let bits = T(truncatingIfNeeded: byte & 0x7F)
            let isLast = byte & 0x80 == 0
            guard shift < T.bitWidth, (bits << T(shift)) >> T(shift) == bits, !(isLast && shift > 0 && byte == 0)
            else { throw .invalid(field: "varint") }
            value |= bits << T(shift)
            if isLast { return value }
            shift += 7
        }
    }

    /// Reads a varint length, checks it against `limit`, and returns it as a count.
    ///
    /// A count that cannot fit in the remaining input is rejected before anything is allocated.
    package mutating func readPostcardCount(
        field: String,
        limit: Int,
        elementByteCountMin: Int = 1
    ) throws(DecodeError) -> Int {
        let count = try self.readPostcardVarint(UInt64.self)
        guard count <= UInt64(limit) else { throw .overLimit(field: field, limit: limit) }
        guard Int(count) <= self.remainingByteCount / elementByteCountMin else { throw .truncated }
        return Int(count)
    }

    /// Reads length-prefixed bytes of at most `limit` bytes.
    package mutating func readPostcardBytes(field: String, limit: Int) throws(DecodeError) -> [UInt8] {
        let count = try self.readPostcardCount(field: field, limit: limit)
        return try self.readBytes(byteCount: count)
    }

    /// Reads a length-prefixed UTF-8 string of at most `limit` bytes.
    package mutating func readPostcardString(field: String, limit: Int) throws(DecodeError) -> String {
        let bytes = try self.readPostcardBytes(field: field, limit: limit)
        return try String(validatingUTF8: bytes, field: field)
    }

    /// Reads a one-byte boolean; anything but 0 and 1 is an error.
    package mutating func readStrictBool(field: String) throws(DecodeError) -> Bool {
        switch try self.readUInt8() {
        case 0: return false
        case 1: return true
        default: throw .invalid(field: field)
        }
    }
}

extension ByteWriter {
    /// Appends an unsigned LEB128 varint.
    package mutating func writePostcardVarint(_ value: some FixedWidthInteger & UnsignedInteger) {
        var rest = UInt64(value)
        while rest >= 0x80 {
            self.writeUInt8(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.writeUInt8(UInt8(rest))
    }

    /// Appends length-prefixed bytes.
    package mutating func writePostcardBytes(_ value: [UInt8]) {
        self.writePostcardVarint(UInt64(value.count))
        self.writeBytes(value)
    }

    /// Appends a length-prefixed UTF-8 string.
    package mutating func writePostcardString(_ value: String) {
        self.writePostcardBytes(Array(value.utf8))
    }

    /// Appends a one-byte boolean.
    package mutating func writeBool(_ value: Bool) {
        self.writeUInt8(value ? 1 : 0)
    }
}

extension String {
    /// A string from UTF-8 bytes; broken UTF-8 is an error, never replaced.
    package init(validatingUTF8 bytes: [UInt8], field: String) throws(DecodeError) {
        guard let string = String(validating: bytes, as: UTF8.self) else { throw .invalid(field: field) }
        self = string
    }
}
