// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

/// ClientHello (RFC 8446 §4.1.2), before any of it has been checked.
///
/// | field | bytes |
/// |---|---|
/// | legacy_version | 2, 0x0303 |
/// | random | 32 |
/// | legacy_session_id | 1 + 0…32, empty in QUIC |
/// | cipher_suites | 2 + 2·n |
/// | legacy_compression_methods | 1 + n, one zero byte in TLS 1.3 |
/// | extensions | 2 + … |
struct ClientHello: HandshakeBody, Equatable {
    static let type = HandshakeType.clientHello
    static let randomByteCount = 32
    static let sessionIDByteCountMax = 32

    var legacyVersion: UInt16 = ProtocolVersion.legacy
    var random: [UInt8]
    var legacySessionID: [UInt8] = []
    var cipherSuites: [UInt16]
    var compressionMethods: [UInt8] = [0]
    var extensions: TLSExtensionList

    init(random: [UInt8], cipherSuites: [UInt16], extensions: TLSExtensionList) {
        self.random = random
        self.cipherSuites = cipherSuites
        self.extensions = extensions
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        self.legacyVersion = try reader.readBigEndian()
        self.random = try reader.readBytes(byteCount: Self.randomByteCount)
        self.legacySessionID = try reader.readVector8(field: "legacy_session_id")
        guard self.legacySessionID.count <= Self.sessionIDByteCountMax
        else { throw .overLimit(field: "legacy_session_id", limit: Self.sessionIDByteCountMax) }
        let suitesByteCount = Int(try reader.readBigEndian(UInt16.self))
        var suites = try reader.readSlice(byteCount: suitesByteCount)
        self.cipherSuites = try suites.readRemainingUInt16s(field: "cipher_suites")
        self.compressionMethods = try reader.readVector8(field: "legacy_compression_methods", byteCountMin: 1)
        // A ClientHello of old TLS may end here; it has no version of ours and fails that check.
        self.extensions = reader.isAtEnd ? TLSExtensionList([]) : try TLSExtensionList(from: &reader)
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeBigEndian(self.legacyVersion)
        writer.writeBytes(self.random)
        writer.writeVector8(self.legacySessionID)
        writer.writeBigEndian(UInt16(self.cipherSuites.count * 2))
        for suite in self.cipherSuites {
            writer.writeBigEndian(suite)
        }
        writer.writeVector8(self.compressionMethods)
        self.extensions.encode(into: &writer)
    }
}

/// One entry of the key_share extension (RFC 8446 §4.2.8).
struct KeyShareEntry: Equatable, Sendable {
    let group: UInt16
    let keyExchange: [UInt8]
}

extension KeyShareEntry: ByteDecodable, ByteEncodable {
    init(from reader: inout ByteReader) throws(DecodeError) {
        self.group = try reader.readBigEndian()
        self.keyExchange = try reader.readVector16(field: "key_exchange", byteCountMin: 1)
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeBigEndian(self.group)
        writer.writeVector16(self.keyExchange)
    }
}
