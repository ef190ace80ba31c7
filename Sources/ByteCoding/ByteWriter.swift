// SPDX-License-Identifier: MIT OR Apache-2.0

/// An append-only byte buffer for building wire formats.
///
/// The writer grows as needed; callers bound what they append. Inlinable where it is generic or called per field:
/// without that every integer goes through witness tables (`x0x-bench quic messages`).
package struct ByteWriter: Sendable {
    /// Everything written so far.
    @inlinable package var bytes: [UInt8] { self.written }
    @usableFromInline var written: [UInt8]

    /// Creates an empty writer with room for `reservedByteCount` bytes.
    package init(reservedByteCount: Int = 0) {
        self.written = []
        self.written.reserveCapacity(reservedByteCount)
    }

    /// Creates an empty writer in the storage of `buffer`, which is empty afterwards: no allocation when the storage is
    /// large enough and nobody shares it.
    package init(reusing buffer: inout [UInt8], reservedByteCount: Int) {
        self.written = []
        swap(&self.written, &buffer)
        self.written.removeAll(keepingCapacity: true)
        self.written.reserveCapacity(reservedByteCount)
    }

    /// Takes everything written; the writer is empty afterwards and owns no storage.
    package mutating func take() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &self.written)
        return taken
    }

    /// Number of bytes written so far.
    @inlinable package var byteCount: Int { self.written.count }

    /// Appends one byte.
    @inlinable
    package mutating func writeUInt8(_ value: UInt8) {
        self.written.append(value)
    }

    /// Appends raw bytes.
    @inlinable
    package mutating func writeBytes(_ value: some Sequence<UInt8>) {
        self.written.append(contentsOf: value)
    }

    /// Appends an array; not through the generic interface of sequences.
    @inlinable
    package mutating func writeBytes(_ value: [UInt8]) {
        self.written.append(contentsOf: value)
    }

    /// Appends borrowed bytes.
    package mutating func writeSpan(_ value: Span<UInt8>) {
        unsafe value.withUnsafeBufferPointer { unsafe self.written.append(contentsOf: $0) }
    }

    /// Appends `byteCount` zero bytes.
    package mutating func writeZeros(byteCount: Int) {
        self.written.append(contentsOf: repeatElement(0, count: byteCount))
    }

    /// Appends a fixed-width unsigned integer, most significant byte first.
    @inlinable @inline(__always)
    package mutating func writeBigEndian<T: FixedWidthInteger & UnsignedInteger>(_ value: T) {
        var shift = T.bitWidth
        while shift > 0 {
            shift -= 8
            self.written.append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }

    /// Appends a fixed-width unsigned integer, least significant byte first.
    @inlinable
    package mutating func writeLittleEndian<T: FixedWidthInteger & UnsignedInteger>(_ value: T) {
        var shift = 0
        while shift < T.bitWidth {
            self.written.append(UInt8(truncatingIfNeeded: value >> T(shift)))
            shift += 8
        }
    }

    /// Overwrites bytes already written, for a length that is known only afterwards.
    ///
    /// - Parameters:
    ///   - value: The replacement.
    ///   - offset: Where it starts; `offset + value.count` must not pass the end.
    package mutating func overwrite(_ value: [UInt8], at offset: Int) {
        precondition(offset >= 0 && offset + value.count <= self.written.count, "overwrite past the end")
        for (index, byte) in value.enumerated() {
            self.written[offset + index] = byte
        }
    }
}

/// A value with one wire encoding.
package protocol ByteEncodable {
    /// Appends the encoding of this value.
    func encode(into writer: inout ByteWriter)
}

/// A value that can be read from its wire encoding.
package protocol ByteDecodable {
    /// Reads one value, leaving the reader just behind it.
    init(from reader: inout ByteReader) throws(DecodeError)
}

extension ByteEncodable {
    /// The wire encoding as an array.
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        self.encode(into: &writer)
        return writer.bytes
    }
}

extension ByteDecodable {
    /// Decodes a value that must fill `bytes` exactly.
    package init(decoding bytes: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(bytes.span)
        self = try Self(from: &reader)
        try reader.finish()
    }
}
