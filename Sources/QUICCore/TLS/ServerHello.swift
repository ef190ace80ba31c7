// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import CryptoSuite

/// ServerHello (RFC 8446 §4.1.3), before any of it has been checked; 1178 bytes with header in this profile.
struct ServerHello: HandshakeBody, Equatable {
    static let type = HandshakeType.serverHello

    /// The random value that marks a HelloRetryRequest: SHA-256("HelloRetryRequest").
    static let helloRetryRequestRandom: [UInt8] = [
        0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
        0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
    ]

    var legacyVersion: UInt16 = ProtocolVersion.legacy
    var random: [UInt8]
    var legacySessionIDEcho: [UInt8] = []
    var cipherSuite: UInt16
    var compressionMethod: UInt8 = 0
    var extensions: TLSExtensionList

    /// Our answer: version and key share, empty session id.
    init(random: [UInt8], suite: CipherSuite, group: NamedGroup, keyShare: [UInt8]) {
        self.random = random
        self.cipherSuite = suite.rawValue
        let version: [UInt8] = [UInt8(ProtocolVersion.tls13 >> 8), UInt8(ProtocolVersion.tls13 & 0xFF)]
        self.extensions = TLSExtensionList([
            TLSExtension(type: .supportedVersions, data: version),
            TLSExtension(
                type: .keyShare,
                data: KeyShareEntry(group: group.rawValue, keyExchange: keyShare).encoded
            ),
        ])
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        self.legacyVersion = try reader.readBigEndian()
        self.random = try reader.readBytes(byteCount: ClientHello.randomByteCount)
        self.legacySessionIDEcho = try reader.readVector8(field: "legacy_session_id_echo")
        guard self.legacySessionIDEcho.count <= ClientHello.sessionIDByteCountMax
        else { throw .overLimit(field: "legacy_session_id_echo", limit: ClientHello.sessionIDByteCountMax) }
        self.cipherSuite = try reader.readBigEndian()
        self.compressionMethod = try reader.readUInt8()
        self.extensions = reader.isAtEnd ? TLSExtensionList([]) : try TLSExtensionList(from: &reader)
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeBigEndian(self.legacyVersion)
        writer.writeBytes(self.random)
        writer.writeVector8(self.legacySessionIDEcho)
        writer.writeBigEndian(self.cipherSuite)
        writer.writeUInt8(self.compressionMethod)
        self.extensions.encode(into: &writer)
    }
}

/// A ServerHello that answers our offer.
struct AcceptedServerHello: Sendable {
    /// The chosen suite, one of ours.
    let suite: CipherSuite
    /// The server's share for the group of the profile: 1120 bytes for X25519MLKEM768.
    let keyShare: [UInt8]

    /// Checks: no retry, version, legacy fields, suite, no foreign extension, group, share length (spec 02 §12).
    init(checking hello: ServerHello, configuration: TLSConfiguration) throws(TLSFailure) {
        guard hello.random != ServerHello.helloRetryRequestRandom
        else { throw TLSFailure(.handshakeFailure, "HelloRetryRequest is not supported: there is only one group") }
        try hello.extensions.requireUnique()
        // DEVIATION: a version in the extension other than ours is illegal_parameter in RFC 8446 §4.2.1; both forms of
        // a downgrade are answered alike here.
        guard hello.extensions[.supportedVersions] == [0x03, 0x04]
        else { throw TLSFailure(.protocolVersion, "the server did not select TLS 1.3") }
        guard hello.legacyVersion == ProtocolVersion.legacy, hello.legacySessionIDEcho.isEmpty,
            hello.compressionMethod == 0
        else { throw TLSFailure(.illegalParameter, "wrong legacy field in ServerHello") }
        guard let suite = configuration.cipherSuites.first(where: { $0.rawValue == hello.cipherSuite })
        else { throw TLSFailure(.illegalParameter, "the server selected a suite that was not offered") }
        guard hello.extensions.elements.allSatisfy({ $0.type == .supportedVersions || $0.type == .keyShare })
        else { throw TLSFailure(.unsupportedExtension, "unsolicited extension in ServerHello") }
        guard let keyShareData = hello.extensions[.keyShare]
        else { throw TLSFailure(.missingExtension, "the server sent no key share") }
        let entry = try keyShareData.decodingExtension { (reader: inout ByteReader) throws(DecodeError) in
            try KeyShareEntry(from: &reader)
        }
        guard entry.group == configuration.profile.group.rawValue,
            entry.keyExchange.count == configuration.profile.keyExchange.serverShareByteCount
        else { throw TLSFailure(.illegalParameter, "key share of wrong group or length") }
        self.suite = suite
        self.keyShare = entry.keyExchange
    }
}
