// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import Primitives
import Testing

@Suite struct ByteReaderTests {
    @Test func readsAdvanceAndFailuresDoNot() throws {
        let bytes: [UInt8] = [1, 2, 3, 4, 5]
        var reader = ByteReader(bytes.span)
        let first = try reader.readUInt8()
        let second = try reader.readBigEndian(UInt16.self)
        var failure: DecodeError?
        do { _ = try reader.readBigEndian(UInt32.self) } catch { failure = error }
        let left = reader.remainingByteCount
        let third = try reader.readLittleEndian(UInt16.self)
        let isAtEnd = reader.isAtEnd
        #expect(first == 1 && second == 0x0203 && third == 0x0504)
        #expect(failure == .truncated && left == 2 && isAtEnd)
    }

    @Test func trailingBytesAreReported() {
        #expect(throws: DecodeError.trailingBytes(count: 1)) {
            try [UInt8]([1, 2]).decodingAll { (reader) throws(DecodeError) in try reader.readUInt8() }
        }
    }

    @Test(arguments: [-1, 6, Int.max]) func impossibleCountsThrow(byteCount: Int) {
        let bytes: [UInt8] = [1, 2, 3, 4, 5]
        var reader = ByteReader(bytes.span)
        var failure: DecodeError?
        do { _ = try reader.readBytes(byteCount: byteCount) } catch { failure = error }
        #expect(failure == .truncated)
    }
}

@Suite struct QUICVarintTests {
    @Test(arguments: [
        ("c2197c5eff14e88c", 151_288_809_941_952_652 as UInt64), ("9d7f3e7d", 494_878_333), ("7bbd", 15_293),
        ("25", 37), ("4025", 37),
    ])
    func rfc9000AppendixA1Samples(text: String, value: UInt64) throws {
        #expect(try [UInt8](hex: text).decodingAll { (reader) throws(DecodeError) in try reader.readVarint() } == value)
    }

    @Test func roundTripAtEveryLengthBoundary() throws {
        for value in [0, 63, 64, 16_383, 16_384, (1 << 30) - 1, 1 << 30, QUICVarint.maximum] as [UInt64] {
            var writer = ByteWriter()
            writer.writeVarint(value)
            #expect(writer.byteCount == QUICVarint.byteCount(of: value))
            #expect(try writer.bytes.decodingAll { (reader) throws(DecodeError) in try reader.readVarint() } == value)
        }
    }
}

@Suite struct PostcardTests {
    @Test func varintsRoundTripAndOverlongFormsAreRejected() throws {
        for value in [0, 1, 127, 128, 16_383, 16_384, UInt64.max] {
            var writer = ByteWriter()
            writer.writePostcardVarint(value)
            let decoded = try writer.bytes.decodingAll { (reader) throws(DecodeError) in
                try reader.readPostcardVarint(UInt64.self)
            }
            #expect(decoded == value)
        }
        for overlong in [[0x80, 0x00], [0xFF, 0x80, 0x00], Array(repeating: 0xFF, count: 11)] as [[UInt8]] {
            #expect(throws: DecodeError.invalid(field: "varint")) {
                try overlong.decodingAll { (reader) throws(DecodeError) in try reader.readPostcardVarint(UInt64.self) }
            }
        }
        // 256 does not fit in 8 bits.
        #expect(throws: DecodeError.invalid(field: "varint")) {
            try [UInt8]([0x80, 0x02]).decodingAll { (reader) throws(DecodeError) in
                try reader.readPostcardVarint(UInt8.self)
            }
        }
    }

    @Test func aLengthAtTheLimitPassesAndOnePastItFails() throws {
        var writer = ByteWriter()
        writer.writePostcardBytes([1, 2, 3])
        let bytes = writer.bytes
        #expect(
            try bytes.decodingAll { (reader) throws(DecodeError) in
                try reader.readPostcardBytes(field: "payload", limit: 3)
            } == [1, 2, 3]
        )
        #expect(throws: DecodeError.overLimit(field: "payload", limit: 2)) {
            try bytes.decodingAll { (reader) throws(DecodeError) in
                try reader.readPostcardBytes(field: "payload", limit: 2)
            }
        }
    }
}

@Suite struct BincodeTests {
    @Test func optionsStringsAndBytesRoundTrip() throws {
        var writer = ByteWriter()
        writer.writeOption("Full Cone") { value, writer in writer.writeBincodeString(value) }
        writer.writeOption(nil as String?) { value, writer in writer.writeBincodeString(value) }
        writer.writeBincodeBytes([0xAA, 0xBB])
        #expect(writer.bytes.prefix(9) == [1, 9, 0, 0, 0, 0, 0, 0, 0])
        let decoded = try writer.bytes.decodingAll { (reader) throws(DecodeError) in
            let first = try reader.readOption(field: "first") { (reader) throws(DecodeError) in
                try reader.readBincodeString(field: "first", limit: 16)
            }
            let second = try reader.readOption(field: "second") { (reader) throws(DecodeError) in
                try reader.readBincodeString(field: "second", limit: 16)
            }
            return (first, second, try reader.readBincodeBytes(field: "third", exactly: 2))
        }
        #expect(decoded.0 == "Full Cone")
        #expect(decoded.1 == nil)
        #expect(decoded.2 == [0xAA, 0xBB])
    }

    @Test func booleansOtherThanZeroAndOneAreErrors() {
        #expect(throws: DecodeError.invalid(field: "flag")) {
            try [UInt8]([2]).decodingAll { (reader) throws(DecodeError) in try reader.readStrictBool(field: "flag") }
        }
    }
}

@Suite struct HostileInputTests {
    /// Every primitive reader on random bytes: a value or an error, never a trap.
    @Test func noInputTraps() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<5000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: .min ... .max, using: &random)
            }
            var reader = ByteReader(bytes.span)
            while !reader.isAtEnd {
                let before = reader.remainingByteCount
                switch Int.random(in: 0..<9, using: &random) {
                case 0: _ = try? reader.readVarint()
                case 1: _ = try? reader.readPostcardVarint(UInt32.self)
                case 2: _ = try? reader.readPostcardBytes(field: "x", limit: 1 << 20)
                case 3: _ = try? reader.readPostcardString(field: "x", limit: 1 << 20)
                case 4: _ = try? reader.readBincodeBytes(field: "x", limit: .max)
                case 5: _ = try? reader.readBincodeString(field: "x", limit: 1 << 20)
                case 6: _ = try? reader.readStrictBool(field: "x")
                case 7: _ = try? reader.readVarintPrefixedSpan().count
                default: _ = try? reader.readPostcardCount(field: "x", limit: .max, elementByteCountMin: 32)
                }
                if reader.remainingByteCount == before { break }
            }
        }
    }
}

@Suite struct HexTests {
    @Test func bothCasesDecodeAndErrorsNameThePlace() throws {
        #expect(try [UInt8](hex: "00fFa0") == [0x00, 0xFF, 0xA0])
        #expect([UInt8]([0x00, 0xFF, 0xA0]).hex == "00ffa0")
        #expect(throws: HexError.oddDigitCount(3)) { try [UInt8](hex: "abc") }
        #expect(throws: HexError.invalidCharacter("g", position: 3)) { try [UInt8](hex: "abcg") }
    }
}
