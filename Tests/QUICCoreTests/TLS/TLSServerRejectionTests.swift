// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Testing

@testable import QUICCore

/// What our server refuses, with the alert of spec 02 §4.10 or RFC 8446.
@Suite struct TLSServerRejectionTests {
    struct HelloCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let alert: TLSAlert
        let edit: @Sendable (inout ClientHello) -> Void

        init(_ name: String, _ alert: TLSAlert, _ edit: @escaping @Sendable (inout ClientHello) -> Void) {
            self.testDescription = name
            self.alert = alert
            self.edit = edit
        }

        /// Replaces the data of one extension.
        init(_ name: String, _ alert: TLSAlert, _ type: ExtensionType, _ data: [UInt8]?) {
            self.init(name, alert) { hello in
                hello.extensions = hello.extensions.editing(
                    removing: type,
                    adding: data.map { [TLSExtension(type: type, data: $0)] } ?? []
                )
            }
        }
    }

    private static func share(_ group: UInt16, _ byteCount: Int) -> [UInt8] {
        var writer = ByteWriter()
        let entry = KeyShareEntry(group: group, keyExchange: [UInt8](repeating: 9, count: byteCount))
        writer.writeVector16(entry.encoded)
        return writer.bytes
    }

    private static func groups(_ group: UInt16, shareByteCount: Int) -> @Sendable (inout ClientHello) -> Void {
        { hello in
            let groups: [UInt8] = [0, 2, UInt8(group >> 8), UInt8(group & 0xFF)]
            hello.extensions = hello.extensions.editing(removing: .supportedGroups).editing(
                removing: .keyShare,
                adding: [
                    TLSExtension(type: .supportedGroups, data: groups),
                    TLSExtension(type: .keyShare, data: Self.share(group, shareByteCount)),
                ]
            )
        }
    }

    private static func expect(_ testCase: HelloCase) {
        var pair = TLSTestPair()
        pair.rewrite = replacing(.clientHello, from: .client) { message in
            var hello = message.body(ClientHello.self)
            testCase.edit(&hello)
            return [hello.message]
        }
        pair.run()
        #expect(pair.server.failure == testCase.alert)
        #expect(pair.server.outbox.isEmpty && pair.server.secrets.isEmpty)
        #expect(!pair.client.isCompleted && !pair.server.isCompleted)
    }

    static let check3: [HelloCase] = [
        HelloCase("only X25519", .handshakeFailure, groups(0x001D, shareByteCount: 32)),
        HelloCase("only ML-KEM-768", .handshakeFailure, groups(0x0201, shareByteCount: 1_184)),
        HelloCase("only P-256", .handshakeFailure, groups(0x0017, shareByteCount: 65)),
        HelloCase("only classical signatures", .handshakeFailure, .signatureAlgorithms, [0, 4, 4, 3, 8, 7]),
    ]

    @Test(arguments: check3)
    func spec02_check3_aForeignProfileIsRefused(testCase: HelloCase) { Self.expect(testCase) }

    @Test func spec02_check4_anApplicationProtocolIsRefused() {
        let case4 = HelloCase(
            "ALPN",
            .noApplicationProtocol,
            .applicationLayerProtocolNegotiation,
            [0, 3, 2, 0x68, 0x33]
        )
        Self.expect(case4)
        #expect(TLSAlert.noApplicationProtocol.quicErrorCode == 0x178)
    }

    static let helloCases: [HelloCase] = [
        HelloCase("no supported_versions", .protocolVersion, .supportedVersions, nil),
        HelloCase("only TLS 1.2", .protocolVersion, .supportedVersions, [2, 3, 3]),
        HelloCase("broken supported_versions", .decodeError, .supportedVersions, [3, 3, 4, 3]),
        HelloCase("compression", .illegalParameter) { $0.compressionMethods = [0, 1] },
        HelloCase("compression without null", .illegalParameter) { $0.compressionMethods = [1] },
        HelloCase("session id", .illegalParameter) { $0.legacySessionID = [1, 2, 3] },
        HelloCase("no signature_algorithms", .missingExtension, .signatureAlgorithms, nil),
        HelloCase("empty signature_algorithms", .decodeError, .signatureAlgorithms, [0, 0]),
        HelloCase("no common suite", .handshakeFailure) { $0.cipherSuites = [0x1304, 0x00FF] },
        HelloCase("no supported_groups", .missingExtension, .supportedGroups, nil),
        HelloCase("no key_share", .missingExtension, .keyShare, nil),
        HelloCase("empty key_share", .handshakeFailure, .keyShare, [0, 0]),
        HelloCase("short share", .illegalParameter, .keyShare, share(0x11EC, 1_215)),
        HelloCase("long share", .illegalParameter, .keyShare, share(0x11EC, 1_217)),
        HelloCase("invalid encapsulation key", .illegalParameter, .keyShare, invalidShare),
        HelloCase("share of a group not offered", .illegalParameter, .keyShare, share(0x001D, 32)),
        HelloCase("share twice", .illegalParameter) { hello in
            let one = Array((hello.extensions[.keyShare] ?? []).dropFirst(2))
            var writer = ByteWriter()
            writer.writeVector16(one + one)
            let element = TLSExtension(type: .keyShare, data: writer.bytes)
            hello.extensions = hello.extensions.editing(removing: .keyShare, adding: [element])
        },
        HelloCase("no transport parameters", .missingExtension, .quicTransportParameters, nil),
        HelloCase("no client_certificate_type", .handshakeFailure, .clientCertificateType, nil),
        HelloCase("only X.509 client certificates", .handshakeFailure, .clientCertificateType, [1, 0]),
        HelloCase("empty client_certificate_type", .decodeError, .clientCertificateType, [0]),
        HelloCase("only OpenPGP server certificates", .handshakeFailure, .serverCertificateType, [1, 1]),
        HelloCase("broken server_name", .decodeError, .serverName, [0, 9, 0]),
        HelloCase("duplicate extension", .illegalParameter) { hello in
            let element = TLSExtension(type: .supportedVersions, data: [2, 3, 4])
            hello.extensions = hello.extensions.editing(adding: [element])
        },
        HelloCase("duplicate unknown extension", .illegalParameter) { hello in
            let element = TLSExtension(type: ExtensionType(rawValue: 0x1A1A), data: [])
            hello.extensions = hello.extensions.editing(adding: [element, element])
        },
        HelloCase("pre_shared_key is not last", .illegalParameter) { hello in
            let psk = TLSExtension(type: .preSharedKey, data: [0])
            hello.extensions = TLSExtensionList([psk] + hello.extensions.elements)
        },
        HelloCase("pre_shared_key without modes", .missingExtension, .preSharedKey, [0]),
        HelloCase("too many extensions", .decodeError) { hello in
            let more = (0..<64).map { TLSExtension(type: ExtensionType(rawValue: 0x2A00 + $0), data: []) }
            hello.extensions = hello.extensions.editing(adding: more)
        },
    ]

    /// Every coefficient 0xFFF, which is not below q: FIPS 203 §7.2 refuses such an encapsulation key.
    private static let invalidShare: [UInt8] = {
        var writer = ByteWriter()
        let entry = KeyShareEntry(group: 0x11EC, keyExchange: [UInt8](repeating: 0xFF, count: 1_216))
        writer.writeVector16(entry.encoded)
        return writer.bytes
    }()

    @Test(arguments: helloCases)
    func aBadClientHelloIsRefused(testCase: HelloCase) {
        var pair = TLSTestPair()
        pair.rewrite = replacing(.clientHello, from: .client) { message in
            var hello = message.body(ClientHello.self)
            testCase.edit(&hello)
            return [hello.message]
        }
        pair.run()
        #expect(pair.server.failure == testCase.alert, "\(pair.server.failureReason ?? "")")
        #expect(!pair.client.isCompleted && !pair.server.isCompleted)
    }

    /// The checks of spec 02 §12 come in their order: a hello with several faults fails with the first.
    @Test func faultsAreReportedInTheOrderOfTheSpecification() {
        let faults: [(TLSAlert, @Sendable (inout ClientHello) -> Void)] = [
            (.illegalParameter, { $0.compressionMethods = [1] }),
            (.missingExtension, { $0.extensions = $0.extensions.editing(removing: .signatureAlgorithms) }),
            (.handshakeFailure, { $0.cipherSuites = [0x1304] }),
            (
                .illegalParameter,
                { hello in
                    let element = TLSExtension(type: .keyShare, data: Self.share(0x11EC, 5))
                    hello.extensions = hello.extensions.editing(removing: .keyShare, adding: [element])
                }
            ),
            (
                .noApplicationProtocol,
                { hello in
                    let element = TLSExtension(type: .applicationLayerProtocolNegotiation, data: [0, 3, 2, 1, 1])
                    hello.extensions = hello.extensions.editing(adding: [element])
                }
            ),
            (.missingExtension, { $0.extensions = $0.extensions.editing(removing: .quicTransportParameters) }),
            (.handshakeFailure, { $0.extensions = $0.extensions.editing(removing: .clientCertificateType) }),
        ]
        for first in faults.indices {
            Self.expect(
                HelloCase("from \(first)", faults[first].0) { hello in
                    for fault in faults[first...] {
                        fault.1(&hello)
                    }
                }
            )
        }
    }

    @Test func bytesBehindTheClientHelloAreRefused() {
        var pair = TLSTestPair()
        pair.rewrite = replacing(.clientHello, from: .client) { [$0, $0] }
        pair.run()
        #expect(pair.server.failure == .unexpectedMessage)
        #expect(pair.server.log == ["fail"])
    }

    @Test func anotherFirstMessageIsRefused() {
        var pair = TLSTestPair()
        pair.server.handle(.cryptoDataReceived(.initial, [20, 0, 0, 0]))
        #expect(pair.server.failure == .unexpectedMessage)
    }

    @Test func aMessageOver16KiBIsRefusedAtOnce() {
        var pair = TLSTestPair()
        pair.server.handle(.cryptoDataReceived(.initial, [1, 0, 0x40, 0]))
        #expect(pair.server.failure == .decodeError)
    }

    @Test func moreThan16KiBOfWaitingBytesAreRefused() {
        for level in [EncryptionLevel.handshake, .application] {
            var pair = TLSTestPair()
            for _ in 0..<16 {
                pair.server.handle(.cryptoDataReceived(level, [UInt8](repeating: 0, count: 1_024)))
            }
            #expect(pair.server.failure == nil)
            pair.server.handle(.cryptoDataReceived(level, [0]))
            #expect(pair.server.failure == .decodeError)
        }
    }

    // MARK: The client's flight

    private static func run(
        _ type: HandshakeType,
        _ edit: @escaping (HandshakeMessage) -> [HandshakeMessage]
    ) -> TLSTestPair {
        var pair = TLSTestPair()
        pair.rewrite = replacing(type, from: .client, with: edit)
        pair.run()
        #expect(!pair.server.isCompleted)
        return pair
    }

    private static func alert(_ edit: @escaping (inout Certificate) -> Void) -> TLSAlert? {
        Self.run(.certificate) { message in
            var certificate = message.body(Certificate.self)
            edit(&certificate)
            return [certificate.message]
        }.server.failure
    }

    @Test func spec02_check6_anEmptyCertificateAForeignKeyAndAWrongSignatureAreRefused() throws {
        #expect(Self.alert { $0.entries = [] } == .certificateRequired)
        let ed25519 = try [UInt8](hex: "302a300506032b6570032100") + [UInt8](repeating: 7, count: 32)
        #expect(Self.alert { $0.entries[0].data = ed25519 } == .badCertificate)
        #expect(Self.run(.certificateVerify) { [$0.flipping(bodyByte: -1)] }.server.failure == .handshakeFailure)
        #expect(TLSAlert.certificateRequired.quicErrorCode == 0x174)
        #expect(TLSAlert.badCertificate.quicErrorCode == 0x12A)
        #expect(TLSAlert.handshakeFailure.quicErrorCode == 0x128)
    }

    @Test func aMalformedCertificateIsRefused() {
        #expect(Self.alert { $0.context = [1] } == .illegalParameter)
        #expect(Self.alert { $0.entries += $0.entries } == .badCertificate)
        #expect(Self.alert { $0.entries[0].data.append(0) } == .badCertificate)
        #expect(Self.alert { $0.entries[0].data.removeLast() } == .badCertificate)
        #expect(Self.alert { $0.entries[0].data[16] = 0x11 } == .badCertificate)  // the OID of ML-DSA-44
        #expect(
            Self.alert { $0.entries[0].extensions = TLSExtensionList([TLSExtension(type: .serverName, data: [])]) }
                == .unsupportedExtension
        )
        #expect(Self.run(.certificate) { _ in [] }.server.failure == .unexpectedMessage)
    }

    @Test func aMalformedCertificateVerifyIsRefused() {
        func alert(_ edit: @escaping (inout CertificateVerify) -> Void) -> TLSAlert? {
            Self.run(.certificateVerify) { message in
                var verify = message.body(CertificateVerify.self)
                edit(&verify)
                return [verify.message]
            }.server.failure
        }
        #expect(alert { $0.scheme = 0x0807 } == .illegalParameter)
        #expect(alert { $0.signature.removeLast() } == .handshakeFailure)
        #expect(alert { $0.signature.append(0) } == .handshakeFailure)
        #expect(alert { $0.signature = [] } == .handshakeFailure)
        #expect(Self.run(.certificateVerify) { _ in [] }.server.failure == .unexpectedMessage)
    }

    @Test func aWrongFinishedIsRefused() {
        #expect(Self.run(.finished) { [$0.flipping(bodyByte: 0)] }.server.failure == .decryptError)
        let short = Finished(verifyData: [1, 2, 3]).message
        #expect(Self.run(.finished) { _ in [short] }.server.failure == .decodeError)
        #expect(TLSAlert.decryptError.quicErrorCode == 0x133)
    }

    @Test func bytesBehindTheFinishedPreventCompletion() {
        let pair = Self.run(.finished) { [$0, $0] }
        #expect(pair.server.failure == .unexpectedMessage)
        #expect(!pair.server.log.contains("completed"))
    }

    @Test func aServerTakesNothingAfterTheHandshake() {
        for bytes in [[24, 0, 0, 1, 0], [4, 0, 0, 0], [99, 0, 0, 0]] as [[UInt8]] {
            var pair = TLSTestPair()
            pair.run()
            pair.server.handle(.cryptoDataReceived(.application, bytes))
            #expect(pair.server.failure == .unexpectedMessage)
        }
        for level in [EncryptionLevel.initial, .handshake] {
            var pair = TLSTestPair()
            pair.run()
            pair.server.handle(.cryptoDataReceived(level, [0]))
            #expect(pair.server.failure == .unexpectedMessage)
        }
    }
}
