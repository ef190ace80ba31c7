// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import CryptoSuite

/// A ClientHello that passed every check of a server; only this type leads on to a ServerHello.
struct AcceptedClientHello: Sendable {
    /// The chosen suite.
    let suite: CipherSuite
    /// The client's share for the group of the profile: 1216 bytes for X25519MLKEM768.
    let keyShare: [UInt8]
    /// The client's encoded transport parameters.
    let transportParameters: [UInt8]
    /// Whether a DNS name was sent, which EncryptedExtensions then acknowledges.
    let hasServerName: Bool
    /// Whether server_certificate_type offered RawPublicKey, which EncryptedExtensions then answers (spec 02 §4.4).
    let acceptsRawServerKey: Bool
    /// The application protocol to be answered; `nil` in the post-quantum profile, which has none.
    let applicationProtocol: String?

    /// Checks in the order of spec 02 §12.
    ///
    /// Versions, legacy fields, signature schemes, suite, group, share, ALPN, transport parameters, certificate types.
    /// An offered PSK is ignored after its placement was checked.
    init(checking hello: ClientHello, configuration: TLSConfiguration) throws(TLSFailure) {
        let extensions = hello.extensions
        try extensions.requireUnique()
        try Self.checkVersion(extensions)
        try Self.checkLegacyFields(hello)
        try Self.checkPreSharedKey(extensions)
        try Self.checkSignatureAlgorithms(extensions, configuration: configuration)
        guard let suite = configuration.cipherSuites.first(where: { hello.cipherSuites.contains($0.rawValue) })
        else { throw TLSFailure(.handshakeFailure, "no common cipher suite") }
        self.suite = suite
        self.keyShare = try Self.keyShare(extensions, profile: configuration.profile)
        self.applicationProtocol = try ApplicationProtocols(configuration.profile)
            .selection(from: extensions[.applicationLayerProtocolNegotiation])
        guard let transportParameters = extensions[.quicTransportParameters]
        else { throw TLSFailure(.missingExtension, "the client sent no transport parameters") }
        self.transportParameters = transportParameters
        switch configuration.profile {
        case .postQuantum:
            try Self.checkClientCertificateType(extensions)
            self.acceptsRawServerKey = try Self.acceptsRawServerKey(extensions)
        case .classical: self.acceptsRawServerKey = false
        }
        self.hasServerName = try Self.hasServerName(extensions)
    }

    /// supported_versions must contain 0x0304 (RFC 8446 §4.2.1).
    private static func checkVersion(_ extensions: TLSExtensionList) throws(TLSFailure) {
        guard let data = extensions[.supportedVersions]
        else { throw TLSFailure(.protocolVersion, "the client does not offer TLS 1.3") }
        let versions = try data.decodingExtension { (reader: inout ByteReader) throws(DecodeError) -> [UInt16] in
            let byteCount = Int(try reader.readUInt8())
            var list = try reader.readSlice(byteCount: byteCount)
            return try list.readRemainingUInt16s(field: "versions")
        }
        guard versions.contains(ProtocolVersion.tls13)
        else { throw TLSFailure(.protocolVersion, "the client does not offer TLS 1.3") }
    }

    /// One zero compression method; no session id in QUIC (RFC 9001 §8.4).
    private static func checkLegacyFields(_ hello: ClientHello) throws(TLSFailure) {
        guard hello.compressionMethods == [0]
        else { throw TLSFailure(.illegalParameter, "compression other than null is offered") }
        guard hello.legacySessionID.isEmpty
        else { throw TLSFailure(.illegalParameter, "a session id is not allowed in QUIC") }
    }

    /// pre_shared_key is the last extension and comes with psk_key_exchange_modes (RFC 8446 §4.2.9, §4.2.11).
    private static func checkPreSharedKey(_ extensions: TLSExtensionList) throws(TLSFailure) {
        guard extensions[.preSharedKey] != nil else { return }
        guard extensions.elements.last?.type == .preSharedKey
        else { throw TLSFailure(.illegalParameter, "pre_shared_key is not the last extension") }
        guard extensions[.pskKeyExchangeModes] != nil
        else { throw TLSFailure(.missingExtension, "pre_shared_key without psk_key_exchange_modes") }
    }

    private static func checkSignatureAlgorithms(
        _ extensions: TLSExtensionList,
        configuration: TLSConfiguration
    ) throws(TLSFailure) {
        guard let data = extensions[.signatureAlgorithms]
        else { throw TLSFailure(.missingExtension, "the client sent no signature algorithms") }
        guard
            try data.decodingUInt16List(field: "signature_algorithms")
                .contains(configuration.profile.ownSignatureScheme.rawValue)
        else { throw TLSFailure(.handshakeFailure, "no common signature scheme") }
    }

    /// The share of our group; without one there is no HelloRetryRequest but an end (spec 02 §4.7).
    private static func keyShare(_ extensions: TLSExtensionList, profile: TLSProfile) throws(TLSFailure) -> [UInt8] {
        let group = profile.group
        guard let groupsData = extensions[.supportedGroups], let sharesData = extensions[.keyShare]
        else { throw TLSFailure(.missingExtension, "the client sent no groups or no key shares") }
        let groups = try groupsData.decodingUInt16List(field: "supported_groups")
        guard groups.contains(group.rawValue) else { throw TLSFailure(.handshakeFailure, "no common group") }
        let shares = try sharesData.decodingExtension { (reader: inout ByteReader) throws(DecodeError) in
            let byteCount = Int(try reader.readBigEndian(UInt16.self))
            var list = try reader.readSlice(byteCount: byteCount)
            var entries: [KeyShareEntry] = []
            while !list.isAtEnd {
                guard entries.count < TLSExtensionList.countMax
                else { throw DecodeError.overLimit(field: "client_shares", limit: TLSExtensionList.countMax) }
                entries.append(try KeyShareEntry(from: &list))
            }
            return entries
        }
        guard Set(shares.map(\.group)).count == shares.count, shares.allSatisfy({ groups.contains($0.group) })
        else { throw TLSFailure(.illegalParameter, "key shares do not match the groups") }
        guard let share = shares.first(where: { $0.group == group.rawValue })
        else { throw TLSFailure(.handshakeFailure, "no share for the common group") }
        guard share.keyExchange.count == profile.keyExchange.clientShareByteCount
        else { throw TLSFailure(.illegalParameter, "key share of wrong length") }
        return share.keyExchange
    }

    /// client_certificate_type must offer RawPublicKey (spec 02 §4.4).
    private static func checkClientCertificateType(_ extensions: TLSExtensionList) throws(TLSFailure) {
        guard let data = extensions[.clientCertificateType], try Self.types(data).contains(CertificateType.rawPublicKey)
        else { throw TLSFailure(.handshakeFailure, "the client does not offer a raw public key") }
    }

    /// server_certificate_type is optional; an offer we can serve neither raw nor under the X.509 label is refused.
    private static func acceptsRawServerKey(_ extensions: TLSExtensionList) throws(TLSFailure) -> Bool {
        guard let data = extensions[.serverCertificateType] else { return false }
        let types = try Self.types(data)
        if types.contains(CertificateType.rawPublicKey) { return true }
        guard types.contains(CertificateType.x509)
        else { throw TLSFailure(.handshakeFailure, "no common server certificate type") }
        return false
    }

    private static func types(_ data: [UInt8]) throws(TLSFailure) -> [UInt8] {
        try data.decodingExtension { (reader: inout ByteReader) throws(DecodeError) -> [UInt8] in
            try reader.readVector8(field: "certificate_types", byteCountMin: 1)
        }
    }

    private static func hasServerName(_ extensions: TLSExtensionList) throws(TLSFailure) -> Bool {
        guard let data = extensions[.serverName] else { return false }
        let name = try data.decodingExtension { (reader: inout ByteReader) throws(DecodeError) -> [UInt8] in
            let byteCount = Int(try reader.readBigEndian(UInt16.self))
            var list = try reader.readSlice(byteCount: byteCount)
            guard try list.readUInt8() == 0 else { throw .invalid(field: "name_type") }
            let name = try list.readVector16(field: "host_name", byteCountMin: 1)
            try list.finish()
            return name
        }
        return String(validating: name, as: UTF8.self).map(DNSName.isValid) ?? false
    }
}
