// SPDX-License-Identifier: MIT OR Apache-2.0

// The registries of RFC 8446 §4 and §B.3, as far as the profile names them. Unknown values stay representable, because
// a peer may offer them.

/// The type octet of a handshake message (RFC 8446 §B.3).
enum HandshakeType: UInt8, Sendable {
    case clientHello = 1
    case serverHello = 2
    case newSessionTicket = 4
    case encryptedExtensions = 8
    case certificate = 11
    case certificateRequest = 13
    case certificateVerify = 15
    case finished = 20
    case keyUpdate = 24
}

/// An extension code point (RFC 8446 §4.2).
struct ExtensionType: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt16

    static let serverName = ExtensionType(rawValue: 0)
    static let supportedGroups = ExtensionType(rawValue: 10)
    static let signatureAlgorithms = ExtensionType(rawValue: 13)
    static let applicationLayerProtocolNegotiation = ExtensionType(rawValue: 16)
    static let clientCertificateType = ExtensionType(rawValue: 19)
    static let serverCertificateType = ExtensionType(rawValue: 20)
    static let preSharedKey = ExtensionType(rawValue: 41)
    static let supportedVersions = ExtensionType(rawValue: 43)
    static let pskKeyExchangeModes = ExtensionType(rawValue: 45)
    static let keyShare = ExtensionType(rawValue: 51)
    static let quicTransportParameters = ExtensionType(rawValue: 57)
}

/// A key-exchange group (RFC 8446 §4.2.7).
struct NamedGroup: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt16

    static let x25519MLKEM768 = NamedGroup(rawValue: 0x11EC)
    static let x25519 = NamedGroup(rawValue: 0x001D)
}

/// A signature scheme (RFC 8446 §4.2.3).
struct SignatureScheme: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt16

    static let mldsa65 = SignatureScheme(rawValue: 0x0905)
}

/// A protocol version on the wire.
enum ProtocolVersion {
    /// What the legacy_version fields carry.
    static let legacy: UInt16 = 0x0303
    static let tls13: UInt16 = 0x0304
}

/// A certificate type of RFC 7250.
enum CertificateType {
    static let x509: UInt8 = 0
    static let rawPublicKey: UInt8 = 2
}
