// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import TestVectors
import Testing

/// A value of every primitive form, written and read in one go: what the wire formats are made of.
private struct Sample: Equatable, ByteEncodable, ByteDecodable {
    static let stringByteCountMax = 64
    static let bytesByteCountMax = 128

    var varint: UInt64
    var postcard: UInt64
    var small: UInt16
    var flag: Bool
    var bigEndian: UInt32
    var postcardBytes: [UInt8]
    var postcardString: String
    var bincodeBytes: [UInt8]
    var bincodeString: String?

    init(_ random: inout TestRandom) {
        self.varint = random.integer() & QUICVarint.maximum
        self.postcard = random.integer()
        self.small = UInt16(truncatingIfNeeded: random.integer())
        self.flag = Bool.random(using: &random)
        self.bigEndian = UInt32(truncatingIfNeeded: random.next())
        self.postcardBytes = random.bytes(upTo: Self.bytesByteCountMax)
        self.postcardString = Self.string(&random)
        self.bincodeBytes = random.bytes(upTo: Self.bytesByteCountMax)
        self.bincodeString = Bool.random(using: &random) ? Self.string(&random) : nil
    }

    private static func string(_ random: inout TestRandom) -> String {
        // At most 15 characters of up to four bytes each.
        let alphabet = Array("aZ09 é€🦊\u{0}\u{10FFFF}")
        return String(
            (0..<Int.random(in: 0..<16, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" }
        )
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeVarint(self.varint)
        writer.writePostcardVarint(self.postcard)
        writer.writePostcardVarint(self.small)
        writer.writeBool(self.flag)
        writer.writeBigEndian(self.bigEndian)
        writer.writePostcardBytes(self.postcardBytes)
        writer.writePostcardString(self.postcardString)
        writer.writeBincodeBytes(self.bincodeBytes)
        writer.writeOption(self.bincodeString) { value, writer in writer.writeBincodeString(value) }
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        self.varint = try reader.readVarint()
        self.postcard = try reader.readPostcardVarint()
        self.small = try reader.readPostcardVarint()
        self.flag = try reader.readStrictBool(field: "flag")
        self.bigEndian = try reader.readBigEndian()
        self.postcardBytes = try reader.readPostcardBytes(field: "bytes", limit: Self.bytesByteCountMax)
        self.postcardString = try reader.readPostcardString(field: "string", limit: Self.stringByteCountMax)
        self.bincodeBytes = try reader.readBincodeBytes(field: "bytes", limit: Self.bytesByteCountMax)
        self.bincodeString = try reader.readOption(field: "string") { (reader) throws(DecodeError) in
            try reader.readBincodeString(field: "string", limit: Self.stringByteCountMax)
        }
    }
}

@Suite struct CodecPropertyTests {
    @Test func decodingWhatWasEncodedGivesTheSameValue() throws {
        var random = TestRandom("codec round trip")
        for _ in 0..<500 {
            let sample = Sample(&random)
            #expect(try Sample(decoding: sample.encoded) == sample, "\(TestSeed.note)")
        }
    }

    /// Every prefix, every changed byte, one byte too many: a value or an error; a value re-encodes to what was read.
    @Test func damageNeverTrapsAndNothingIsReadTwoWays() {
        var random = TestRandom("codec damage")
        for _ in 0..<5 {
            let bytes = Sample(&random).encoded
            for damaged in Damage.all(of: bytes) {
                guard let decoded = try? Sample(decoding: damaged) else { continue }
                // Only the QUIC varint has several encodings of one value: its shortest form is what we write.
                #expect(decoded.encoded.count <= damaged.count, "\(TestSeed.note)")
                #expect(try! Sample(decoding: decoded.encoded) == decoded, "\(TestSeed.note)")
            }
            for prefix in Damage.truncations(of: bytes) {
                #expect(throws: DecodeError.self, "\(TestSeed.note)") { try Sample(decoding: prefix) }
            }
        }
    }

    @Test func randomBytesNeverTrap() {
        var random = TestRandom("codec random bytes")
        for _ in 0..<20_000 { _ = try? Sample(decoding: random.bytes(upTo: 64)) }
    }

    @Test func fixedWidthIntegersRoundTripInBothOrders() throws {
        var random = TestRandom("fixed width")
        for _ in 0..<200 {
            let value = random.integer()
            var writer = ByteWriter()
            writer.writeBigEndian(value)
            writer.writeLittleEndian(value)
            writer.writeLittleEndian(UInt16(truncatingIfNeeded: value))
            let bytes = writer.bytes
            #expect(Array(bytes[..<8]) == bytes[8..<16].reversed(), "\(TestSeed.note)")
            var reader = ByteReader(bytes.span)
            let decoded = (
                try reader.readBigEndian(UInt64.self), try reader.readLittleEndian(UInt64.self),
                try reader.readLittleEndian(UInt16.self)
            )
            #expect(decoded == (value, value, UInt16(truncatingIfNeeded: value)), "\(TestSeed.note)")
        }
    }

    @Test func hexRoundTripsAndForeignTextIsRefused() throws {
        var random = TestRandom("hex")
        for _ in 0..<200 {
            let bytes = random.bytes(upTo: 40)
            #expect(try [UInt8](hex: bytes.hex) == bytes, "\(TestSeed.note)")
            #expect(try [UInt8](hex: bytes.hex.uppercased()) == bytes, "\(TestSeed.note)")
        }
        for text in ["0g", "é", "0 ", " 0", "🦊🦊", "0x"] {
            #expect(throws: HexError.self, "\(text)") { try [UInt8](hex: text) }
        }
    }
}

@Suite struct LimitTests {
    @Test(arguments: [0, 1, 127, 128, 16_383, 16_384])
    func aBincodeLengthAtTheLimitPassesAndOnePastItFails(limit: Int) throws {
        var writer = ByteWriter()
        writer.writeBincodeBytes([UInt8](repeating: 1, count: limit))
        let atLimit = writer.bytes
        let decoded = try atLimit.decodingAll { (reader) throws(DecodeError) in
            try reader.readBincodeBytes(field: "x", limit: limit)
        }
        #expect(decoded.count == limit)
        var longer = ByteWriter()
        longer.writeBincodeBytes([UInt8](repeating: 1, count: limit + 1))
        #expect(throws: DecodeError.overLimit(field: "x", limit: limit)) {
            try longer.bytes.decodingAll { (reader) throws(DecodeError) in
                try reader.readBincodeBytes(field: "x", limit: limit)
            }
        }
    }

    /// A count that the input cannot hold is refused before anything is allocated for it.
    @Test func absurdCountsAreRefusedBeforeAllocation() {
        var writer = ByteWriter()
        writer.writeLittleEndian(UInt64.max)
        let bincode = writer.bytes + [1, 2, 3]
        #expect(throws: DecodeError.overLimit(field: "x", limit: Int.max)) {
            try bincode.decodingAll { (reader) throws(DecodeError) in
                try reader.readBincodeBytes(field: "x", limit: .max)
            }
        }
        var postcard = ByteWriter()
        postcard.writePostcardVarint(UInt64(Int.max))
        #expect(throws: DecodeError.truncated) {
            try postcard.bytes.decodingAll { (reader) throws(DecodeError) in
                try reader.readPostcardCount(field: "x", limit: .max, elementByteCountMin: 32)
            }
        }
        let varint = [UInt8](repeating: 0xFF, count: 8)
        #expect(throws: DecodeError.truncated) {
            try varint.decodingAll { (reader) throws(DecodeError) in try reader.readVarintPrefixedSpan().count }
        }
    }

    @Test func aFailedReadLeavesTheReaderWhereItWas() throws {
        let bytes: [UInt8] = [0xC0, 1, 2]  // announces eight bytes
        var reader = ByteReader(bytes.span)
        #expect((try? reader.readVarint()) == nil)
        let left = reader.remainingByteCount
        #expect(left == 3)
    }
}
