// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import Primitives

/// The randomised part of a ClientHello, drawn once when the handshake is created.
struct ClientHelloSeed: Sendable {
    let random: [UInt8]
    /// Order of the extensions; random, so that nothing can depend on it (spec 02 §4.2).
    let extensionOrder: [ExtensionType]

    init(configuration: TLSConfiguration, random: inout some SecureRandom) {
        self.random = random.bytes(ClientHello.randomByteCount)
        var order = configuration.profile.helloExtensions
        if configuration.serverName.map(DNSName.isValid) ?? false {
            order.append(.serverName)
        }
        for index in stride(from: order.count - 1, to: 0, by: -1) {
            order.swapAt(index, Int(random.next(below: UInt64(index) + 1)))
        }
        self.extensionOrder = order
    }
}

extension ClientHello {
    /// Our offer: one group, one share, one signature scheme, raw client keys, no ALPN, no PSK (spec 02 §4.2).
    ///
    /// The classical profile offers its schemes and ALPN, and no raw keys.
    ///
    /// psk_key_exchange_modes is absent, so that servers send no tickets (spec 02 §4.9); server_certificate_type is
    /// absent because a server of the original refuses it (spec 02 §4.4).
    init(seed: ClientHelloSeed, configuration: TLSConfiguration, keyShare: [UInt8]) {
        let extensions = seed.extensionOrder.map { type in
            TLSExtension(type: type, data: Self.offer(type, configuration: configuration, keyShare: keyShare))
        }
        self.init(
            random: seed.random,
            cipherSuites: configuration.cipherSuites.map(\.rawValue),
            extensions: TLSExtensionList(extensions)
        )
    }

    private static func offer(_ type: ExtensionType, configuration: TLSConfiguration, keyShare: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(reservedByteCount: 16)
        switch type {
        case .serverName:
            var name = ByteWriter()
            name.writeUInt8(0)  // host_name
            name.writeVector16(Array((configuration.serverName ?? "").utf8))
            writer.writeVector16(name.bytes)
        case .supportedGroups:
            writer.writeBytes([UInt8](encodingUInt16List: [configuration.profile.group.rawValue]))
        case .signatureAlgorithms:
            let schemes = configuration.profile.signatureSchemes.map(\.rawValue)
            writer.writeBytes([UInt8](encodingUInt16List: schemes))
        case .applicationLayerProtocolNegotiation:
            writer.writeBytes(ApplicationProtocols(configuration.profile).encoded)
        case .clientCertificateType:
            writer.writeVector8([CertificateType.rawPublicKey])
        case .supportedVersions:
            writer.writeUInt8(2)
            writer.writeBigEndian(ProtocolVersion.tls13)
        case .keyShare:
            writer.writeVector16(
                KeyShareEntry(group: configuration.profile.group.rawValue, keyExchange: keyShare).encoded
            )
        case .quicTransportParameters:
            writer.writeBytes(configuration.transportParameters)
        default:
            preconditionFailure("no offer is defined for extension \(type.rawValue)")
        }
        return writer.bytes
    }
}

/// Host names as server_name carries them (RFC 6066 §3).
enum DNSName {
    /// Bytes of a name at most (RFC 1035 §2.3.4).
    static let byteCountMax = 253
    /// Bytes of a label at most.
    static let labelByteCountMax = 63

    /// Whether `name` is a DNS name; address literals and names with a trailing dot are not.
    static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard !bytes.isEmpty, bytes.count <= self.byteCountMax else { return false }
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let allLabelsAreValid = labels.allSatisfy { label in
            guard let first = label.first, let last = label.last, label.count <= self.labelByteCountMax
            else { return false }
            return first != UInt8(ascii: "-") && last != UInt8(ascii: "-") && label.allSatisfy(self.isLabelByte)
        }
        let lastLabelIsNumeric = labels.last?.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ?? true
        return allLabelsAreValid && !lastLabelIsNumeric
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
