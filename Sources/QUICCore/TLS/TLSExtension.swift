// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

/// One extension of a handshake message (RFC 8446 §4.2): type u16, opaque data<0..2^16-1>.
struct TLSExtension: Equatable, Sendable {
    let type: ExtensionType
    let data: [UInt8]
}

/// The extensions of one message, in wire order.
struct TLSExtensionList: Equatable, Sendable {
    /// Extensions accepted in one message; rustls offers at most 14, browsers below 25.
    static let countMax = 64

    private(set) var elements: [TLSExtension]

    init(_ elements: [TLSExtension]) { self.elements = elements }

    /// The data of the first extension of `type`.
    subscript(_ type: ExtensionType) -> [UInt8]? { self.elements.first { $0.type == type }?.data }

    /// Throws illegal_parameter when a type occurs twice (RFC 8446 §4.2).
    func requireUnique() throws(TLSFailure) {
        guard Set(self.elements.map(\.type)).count == self.elements.count
        else { throw TLSFailure(.illegalParameter, "duplicate extension") }
    }
}

extension TLSExtensionList: ByteDecodable, ByteEncodable {
    init(from reader: inout ByteReader) throws(DecodeError) {
        let byteCount = Int(try reader.readBigEndian(UInt16.self))
        var list = try reader.readSlice(byteCount: byteCount)
        var elements: [TLSExtension] = []
        while !list.isAtEnd {
            guard elements.count < Self.countMax else { throw .overLimit(field: "extensions", limit: Self.countMax) }
            let type = ExtensionType(rawValue: try list.readBigEndian(UInt16.self))
            elements.append(TLSExtension(type: type, data: try list.readVector16(field: "extension_data")))
        }
        self.elements = elements
    }

    func encode(into writer: inout ByteWriter) {
        var content = ByteWriter(reservedByteCount: 2_048)
        for element in self.elements {
            content.writeBigEndian(element.type.rawValue)
            content.writeVector16(element.data)
        }
        writer.writeVector16(content.bytes)
    }
}

extension [UInt8] {
    /// Decodes extension data that `body` must consume entirely; anything else is decode_error.
    func decodingExtension<T>(_ body: (inout ByteReader) throws(DecodeError) -> T) throws(TLSFailure) -> T {
        do throws(DecodeError) {
            return try self.decodingAll(body)
        } catch {
            throw TLSFailure(.decodeError, "malformed extension")
        }
    }

    /// Encodes a list of 16-bit values with a two-byte length: groups, signature schemes.
    init(encodingUInt16List values: [UInt16]) {
        var writer = ByteWriter()
        writer.writeBigEndian(UInt16(values.count * 2))
        for value in values {
            writer.writeBigEndian(value)
        }
        self = writer.bytes
    }

    /// Decodes a list of 16-bit values with a two-byte length: groups, signature schemes.
    func decodingUInt16List(field: String) throws(TLSFailure) -> [UInt16] {
        try self.decodingExtension { (reader: inout ByteReader) throws(DecodeError) -> [UInt16] in
            let byteCount = Int(try reader.readBigEndian(UInt16.self))
            var list = try reader.readSlice(byteCount: byteCount)
            return try list.readRemainingUInt16s(field: field)
        }
    }
}
