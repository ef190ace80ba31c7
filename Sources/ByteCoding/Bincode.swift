// SPDX-License-Identifier: MIT OR Apache-2.0

// Bincode 1.x with fixed-width little-endian integers and u64 lengths (spec 01 §4.1).

extension ByteReader {
    /// Reads a u64 count, checks it against `limit` and against the remaining input.
    package mutating func readBincodeCount(
        field: String,
        limit: Int,
        elementByteCountMin: Int = 1
    ) throws(DecodeError) -> Int {
        let count = try self.readLittleEndian(UInt64.self)
        guard count <= UInt64(limit) else { throw .overLimit(field: field, limit: limit) }
        guard Int(count) <= self.remainingByteCount / elementByteCountMin else { throw .truncated }
        return Int(count)
    }

    /// Reads u64-length-prefixed bytes of at most `limit` bytes.
    package mutating func readBincodeBytes(field: String, limit: Int) throws(DecodeError) -> [UInt8] {
        let count = try self.readBincodeCount(field: field, limit: limit)
        return try self.readBytes(byteCount: count)
    }

    /// Reads u64-length-prefixed bytes whose length must be exactly `byteCount`.
    package mutating func readBincodeBytes(field: String, exactly byteCount: Int) throws(DecodeError) -> [UInt8] {
        let bytes = try self.readBincodeBytes(field: field, limit: byteCount)
        guard bytes.count == byteCount else { throw .invalid(field: field) }
        return bytes
    }

    /// Reads a u64-length-prefixed UTF-8 string of at most `limit` bytes.
    package mutating func readBincodeString(field: String, limit: Int) throws(DecodeError) -> String {
        try String(validatingUTF8: try self.readBincodeBytes(field: field, limit: limit), field: field)
    }

    /// Reads an option: 00, or 01 and the value.
    package mutating func readOption<T>(
        field: String,
        _ body: (inout ByteReader) throws(DecodeError) -> T
    ) throws(DecodeError) -> T? {
        guard try self.readStrictBool(field: field) else { return nil }
        return try body(&self)
    }
}

extension ByteWriter {
    /// Appends u64-length-prefixed bytes.
    package mutating func writeBincodeBytes(_ value: [UInt8]) {
        self.writeLittleEndian(UInt64(value.count))
        self.writeBytes(value)
    }

    /// Appends a u64-length-prefixed UTF-8 string.
    package mutating func writeBincodeString(_ value: String) {
        self.writeBincodeBytes(Array(value.utf8))
    }

    /// Appends an option: 00, or 01 and the value.
    package mutating func writeOption<T>(_ value: T?, _ body: (T, inout ByteWriter) -> Void) {
        guard let value else { return self.writeUInt8(0) }
        self.writeUInt8(1)
        body(value, &self)
    }
}
