// SPDX-License-Identifier: MIT OR Apache-2.0

/// A cursor over borrowed bytes that never reads past their end.
///
/// Every read either returns a value and advances, or throws and leaves the cursor where it was.
/// The reader borrows its bytes: no copy is made until a caller asks for an array. Inlinable for the same reason as
/// `ByteWriter`.
package struct ByteReader: ~Escapable {
    @usableFromInline var bytes: Span<UInt8>

    /// Creates a reader at the first of `bytes`.
    @inlinable
    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    /// Number of bytes not read yet.
    @inlinable package var remainingByteCount: Int { self.bytes.count }

    /// Whether every byte has been read.
    @inlinable package var isAtEnd: Bool { self.bytes.isEmpty }

    /// The next byte without consuming it, or `nil` at the end.
    @inlinable package var peekedUInt8: UInt8? { self.bytes.isEmpty ? nil : self.bytes[0] }

    /// Borrows the next `byteCount` bytes and advances past them.
    @inlinable
    @_lifetime(copy self)
    package mutating func readSpan(byteCount: Int) throws(DecodeError) -> Span<UInt8> {
        guard byteCount >= 0, byteCount <= self.bytes.count else { throw .truncated }
        let head = self.bytes.extracting(first: byteCount)
        self.bytes = self.bytes.extracting(droppingFirst: byteCount)
        return head
    }

    /// Copies the next `byteCount` bytes and advances past them.
    package mutating func readBytes(byteCount: Int) throws(DecodeError) -> [UInt8] {
        [UInt8](copying: try self.readSpan(byteCount: byteCount))
    }

    /// Copies everything that is left.
    package mutating func readRemainingBytes() -> [UInt8] {
        let rest = [UInt8](copying: self.bytes)
        self.bytes = self.bytes.extracting(droppingFirst: self.bytes.count)
        return rest
    }

    /// Advances past `byteCount` bytes without looking at them.
    @inlinable
    package mutating func skip(byteCount: Int) throws(DecodeError) {
        _ = try self.readSpan(byteCount: byteCount)
    }

    /// A reader over the next `byteCount` bytes; this reader advances past them.
    @_lifetime(copy self)
    package mutating func readSlice(byteCount: Int) throws(DecodeError) -> ByteReader {
        ByteReader(try self.readSpan(byteCount: byteCount))
    }

    /// Reads one byte.
    @inlinable
    package mutating func readUInt8() throws(DecodeError) -> UInt8 {
        guard !self.bytes.isEmpty else { throw .truncated }
        let value = self.bytes[0]
        self.bytes = self.bytes.extracting(droppingFirst: 1)
        return value
    }

    /// Reads a fixed-width unsigned integer, most significant byte first.
    @inlinable @inline(__always)
    package mutating func readBigEndian<T: FixedWidthInteger & UnsignedInteger>(
        _ type: T.Type = T.self
    ) throws(DecodeError) -> T {
        let field = try self.readSpan(byteCount: T.bitWidth / 8)
        var value: T = 0
        for index in field.indices {
            value = value << 8 | T(truncatingIfNeeded: field[index])
        }
        return value
    }

    /// Reads a fixed-width unsigned integer, least significant byte first.
    @inlinable
    package mutating func readLittleEndian<T: FixedWidthInteger & UnsignedInteger>(
        _ type: T.Type = T.self
    ) throws(DecodeError) -> T {
        let field = try self.readSpan(byteCount: T.bitWidth / 8)
        var value: T = 0
        for index in field.indices {
            value |= T(truncatingIfNeeded: field[index]) << T(8 * index)
        }
        return value
    }

    /// Throws unless every byte was consumed; for formats that forbid trailing bytes.
    package func finish() throws(DecodeError) {
        guard self.bytes.isEmpty else { throw .trailingBytes(count: self.bytes.count) }
    }
}

extension [UInt8] {
    /// Copies borrowed bytes into an array.
    package init(copying bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe [UInt8]($0) }
    }

    /// Decodes a whole array with `body`; trailing bytes are an error.
    package func decodingAll<T>(
        _ body: (inout ByteReader) throws(DecodeError) -> T
    ) throws(DecodeError) -> T {
        var reader = ByteReader(self.span)
        let value = try body(&reader)
        try reader.finish()
        return value
    }
}
