// SPDX-License-Identifier: MIT OR Apache-2.0

// CBOR (RFC 8949), the subset of rendezvous summaries and coordinator adverts (spec 05 §11.2, §12): definite lengths,
// shortest integers (§4.2.1), and the kinds of item below. Lengths are checked against what is left before anything is allocated.

/// The first byte of an item: three bits of major type, five bits of argument (RFC 8949 §3).
package enum CBORMajorType: UInt8, Sendable {
    case unsigned = 0
    case negative = 1
    case bytes = 2
    case text = 3
    case array = 4
    case map = 5
    case simple = 7
}

extension ByteWriter {
    /// Appends the head of an item in its shortest form.
    package mutating func writeCBORHead(_ type: CBORMajorType, _ argument: UInt64) {
        let top = type.rawValue << 5
        switch argument {
        case 0..<24: self.writeUInt8(top | UInt8(argument))
        case 24...0xFF:
            self.writeUInt8(top | 24)
            self.writeUInt8(UInt8(argument))
        case 0x100...0xFFFF:
            self.writeUInt8(top | 25)
            self.writeBigEndian(UInt16(argument))
        case 0x1_0000...0xFFFF_FFFF:
            self.writeUInt8(top | 26)
            self.writeBigEndian(UInt32(argument))
        default:
            self.writeUInt8(top | 27)
            self.writeBigEndian(argument)
        }
    }

    /// Appends an unsigned integer.
    package mutating func writeCBORUnsigned(_ value: UInt64) { self.writeCBORHead(.unsigned, value) }

    /// Appends an integer; a negative one as the major type for -1 minus its argument.
    package mutating func writeCBORInteger(_ value: Int64) {
        if value < 0 {
            self.writeCBORHead(.negative, UInt64(bitPattern: ~value))
        } else {
            self.writeCBORUnsigned(UInt64(value))
        }
    }

    /// Appends a text string.
    package mutating func writeCBORText(_ value: String) {
        self.writeCBORHead(.text, UInt64(value.utf8.count))
        self.writeBytes(value.utf8)
    }

    /// Appends a byte string.
    package mutating func writeCBORBytes(_ value: [UInt8]) {
        self.writeCBORHead(.bytes, UInt64(value.count))
        self.writeBytes(value)
    }

    /// Appends bytes as an array of integers, the form of fixed-size arrays on this wire.
    package mutating func writeCBORArray(of bytes: [UInt8]) {
        self.writeCBORHead(.array, UInt64(bytes.count))
        for byte in bytes { self.writeCBORUnsigned(UInt64(byte)) }
    }

    /// Appends a boolean.
    package mutating func writeCBORBool(_ value: Bool) { self.writeCBORHead(.simple, value ? 21 : 20) }

    /// Appends null.
    package mutating func writeCBORNull() { self.writeCBORHead(.simple, 22) }
}

extension ByteReader {
    /// Reads the head of an item; only shortest forms are valid.
    package mutating func readCBORHead(field: String) throws(DecodeError) -> (type: CBORMajorType, argument: UInt64) {
        let first = try self.readUInt8()
        guard let type = CBORMajorType(rawValue: first >> 5) else { throw .invalid(field: field) }
        let (argument, least): (UInt64, UInt64) =
            switch first & 0x1F {
            case let small where small < 24: (UInt64(small), 0)
            case 24: (UInt64(try self.readUInt8()), 24)
            case 25: (UInt64(try self.readBigEndian(UInt16.self)), 0x100)
            case 26: (UInt64(try self.readBigEndian(UInt32.self)), 0x1_0000)
            case 27: (try self.readBigEndian(UInt64.self), 0x1_0000_0000)
            default: throw .invalid(field: field)  // reserved, or an indefinite length
            }
        guard argument >= least else { throw .invalid(field: field) }
        return (type, argument)
    }

    /// Reads an unsigned integer.
    package mutating func readCBORUnsigned(field: String) throws(DecodeError) -> UInt64 {
        let (type, argument) = try self.readCBORHead(field: field)
        guard type == .unsigned else { throw .invalid(field: field) }
        return argument
    }

    /// Reads an integer of 64 bits.
    package mutating func readCBORInteger(field: String) throws(DecodeError) -> Int64 {
        let (type, argument) = try self.readCBORHead(field: field)
        guard argument <= UInt64(Int64.max) else { throw .invalid(field: field) }
        switch type {
        case .unsigned: return Int64(argument)
        case .negative: return ~Int64(argument)
        case .bytes, .text, .array, .map, .simple: throw .invalid(field: field)
        }
    }

    /// Reads the length of an array, map, text or byte string of at most `limit`.
    package mutating func readCBORCount(
        _ expected: CBORMajorType,
        field: String,
        limit: Int
    ) throws(DecodeError) -> Int {
        let (type, argument) = try self.readCBORHead(field: field)
        guard type == expected else { throw .invalid(field: field) }
        guard argument <= UInt64(limit) else { throw .overLimit(field: field, limit: limit) }
        guard Int(argument) <= self.remainingByteCount else { throw .truncated }
        return Int(argument)
    }

    /// Reads a text string of at most `limit` bytes.
    package mutating func readCBORText(field: String, limit: Int) throws(DecodeError) -> String {
        let count = try self.readCBORCount(.text, field: field, limit: limit)
        return try String(validatingUTF8: try self.readBytes(byteCount: count), field: field)
    }

    /// Reads a byte string of at most `limit` bytes.
    package mutating func readCBORBytes(field: String, limit: Int) throws(DecodeError) -> [UInt8] {
        let count = try self.readCBORCount(.bytes, field: field, limit: limit)
        return try self.readBytes(byteCount: count)
    }

    /// Reads an array of exactly `count` integers below 256.
    package mutating func readCBORArray(ofByteCount count: Int, field: String) throws(DecodeError) -> [UInt8] {
        guard try self.readCBORCount(.array, field: field, limit: count) == count else { throw .invalid(field: field) }
        var bytes: [UInt8] = []
        for _ in 0..<count {
            guard let byte = UInt8(exactly: try self.readCBORUnsigned(field: field)) else {
                throw .invalid(field: field)
            }
            bytes.append(byte)
        }
        return bytes
    }

    /// Reads a boolean.
    package mutating func readCBORBool(field: String) throws(DecodeError) -> Bool {
        switch try self.readUInt8() {
        case 0xF4: return false
        case 0xF5: return true
        default: throw .invalid(field: field)
        }
    }

    /// Whether the next item is null; consumes it then.
    package mutating func skipCBORNull() throws(DecodeError) -> Bool {
        guard self.peekedUInt8 == 0xF6 else { return false }
        try self.skip(byteCount: 1)
        return true
    }
}
