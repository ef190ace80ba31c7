// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Testing

@testable import QUICCore

/// What our client refuses, with the alert of spec 02 §4.10 or RFC 8446.
@Suite struct TLSClientRejectionTests {
    private static func run(
        _ type: HandshakeType,
        _ edit: @escaping (HandshakeMessage) -> [HandshakeMessage]
    ) -> TLSAlert? {
        var pair = TLSTestPair()
        pair.rewrite = replacing(type, from: .server, with: edit)
        pair.run()
        #expect(!pair.client.isCompleted && !pair.server.isCompleted)
        return pair.client.failure
    }

    private static func hello(_ edit: @escaping (inout ServerHello) -> Void) -> TLSAlert? {
        self.run(.serverHello) { message in
            var hello = message.body(ServerHello.self)
            edit(&hello)
            return [hello.message]
        }
    }

    private static func extensions(_ edit: @escaping (TLSExtensionList) -> TLSExtensionList) -> TLSAlert? {
        self.run(.encryptedExtensions) { message in
            var body = message.body(EncryptedExtensions.self)
            body.extensions = edit(body.extensions)
            return [body.message]
        }
    }

    @Test func aDowngradeIsRefused() {
        #expect(Self.hello { $0.extensions = $0.extensions.editing(removing: .supportedVersions) } == .protocolVersion)
        let old = TLSExtension(type: .supportedVersions, data: [3, 3])
        #expect(
            Self.hello { $0.extensions = $0.extensions.editing(removing: .supportedVersions, adding: [old]) }
                == .protocolVersion
        )
        #expect(Self.hello { $0.extensions = TLSExtensionList([]) } == .protocolVersion)
        #expect(Self.hello { $0.legacyVersion = 0x0302 } == .illegalParameter)
    }

    @Test func aHelloRetryRequestEndsCleanly() {
        var pair = TLSTestPair()
        pair.rewrite = replacing(.serverHello, from: .server) { message in
            var hello = message.body(ServerHello.self)
            hello.random = ServerHello.helloRetryRequestRandom
            return [hello.message]
        }
        pair.run()
        #expect(pair.client.failure == .handshakeFailure)
        #expect(pair.client.failureReason?.contains("HelloRetryRequest") == true)
    }

    @Test func theRetryMarkIsTheHashOfItsName() {
        #expect(ServerHello.helloRetryRequestRandom == sha256(Array("HelloRetryRequest".utf8)))
    }

    @Test func aBadServerHelloIsRefused() {
        #expect(Self.hello { $0.legacySessionIDEcho = [1] } == .illegalParameter)
        #expect(Self.hello { $0.compressionMethod = 1 } == .illegalParameter)
        #expect(Self.hello { $0.cipherSuite = 0x1304 } == .illegalParameter)
        #expect(Self.hello { $0.extensions = $0.extensions.editing(removing: .keyShare) } == .missingExtension)
        let psk = TLSExtension(type: .preSharedKey, data: [0, 0])
        #expect(Self.hello { $0.extensions = $0.extensions.editing(adding: [psk]) } == .unsupportedExtension)
        let twice = TLSExtension(type: .supportedVersions, data: [3, 4])
        #expect(Self.hello { $0.extensions = $0.extensions.editing(adding: [twice]) } == .illegalParameter)
    }

    @Test(
        arguments: [
            (0x001D, 32), (0x11EC, 1_119), (0x11EC, 1_121), (0x0201, 1_088), (0x0017, 1_120),
        ] as [(UInt16, Int)]
    )
    func aWrongKeyShareIsRefused(group: UInt16, byteCount: Int) {
        let share = KeyShareEntry(group: group, keyExchange: [UInt8](repeating: 9, count: byteCount)).encoded
        let element = TLSExtension(type: .keyShare, data: share)
        #expect(
            Self.hello { $0.extensions = $0.extensions.editing(removing: .keyShare, adding: [element]) }
                == .illegalParameter
        )
    }

    /// An all-zero X25519 public key gives the all-zero secret, which RFC 7748 §6.1 refuses.
    @Test func aZeroX25519ShareIsRefused() {
        let alert = Self.hello { hello in
            var data = hello.extensions[.keyShare] ?? []
            data.replaceSubrange((data.count - 32)..., with: [UInt8](repeating: 0, count: 32))
            let element = TLSExtension(type: .keyShare, data: data)
            hello.extensions = hello.extensions.editing(removing: .keyShare, adding: [element])
        }
        #expect(alert == .illegalParameter)
    }

    @Test func unsolicitedExtensionsAreRefused() {
        let unsolicited: [TLSExtension] = [
            TLSExtension(type: .serverCertificateType, data: [2]),
            TLSExtension(type: .applicationLayerProtocolNegotiation, data: [0, 3, 2, 0x68, 0x33]),
            TLSExtension(type: ExtensionType(rawValue: 42), data: []),
            TLSExtension(type: ExtensionType(rawValue: 0x1A1A), data: []),
        ]
        for element in unsolicited {
            #expect(Self.extensions { $0.editing(adding: [element]) } == .unsupportedExtension)
        }
        #expect(TLSAlert.unsupportedExtension.quicErrorCode == 0x16E)
    }

    @Test func missingOrForeignParametersAreRefused() {
        #expect(Self.extensions { $0.editing(removing: .quicTransportParameters) } == .missingExtension)
        #expect(TLSAlert.missingExtension.quicErrorCode == 0x16D)
        #expect(Self.extensions { $0.editing(removing: .clientCertificateType) } == .handshakeFailure)
        let x509 = TLSExtension(type: .clientCertificateType, data: [0])
        #expect(
            Self.extensions { $0.editing(removing: .clientCertificateType, adding: [x509]) } == .handshakeFailure
        )
        let duplicate = TLSExtension(type: .clientCertificateType, data: [2])
        #expect(Self.extensions { $0.editing(adding: [duplicate]) } == .illegalParameter)
        let misplaced = TLSExtension(type: .supportedVersions, data: [3, 4])
        #expect(Self.extensions { $0.editing(adding: [misplaced]) } == .illegalParameter)
        let name = TLSExtension(type: .serverName, data: [1])
        #expect(Self.extensions { $0.editing(removing: .serverName, adding: [name]) } == .decodeError)
    }

    /// Order of spec 02 §12: unsolicited before certificate type before transport parameters.
    @Test func faultsAreReportedInTheOrderOfTheSpecification() {
        let foreign = TLSExtension(type: .serverCertificateType, data: [2])
        #expect(
            Self.extensions {
                $0.editing(removing: .clientCertificateType).editing(
                    removing: .quicTransportParameters,
                    adding: [foreign]
                )
            } == .unsupportedExtension
        )
        #expect(
            Self.extensions { $0.editing(removing: .clientCertificateType).editing(removing: .quicTransportParameters) }
                == .handshakeFailure
        )
    }

    @Test func aBadCertificateRequestIsRefused() {
        func alert(_ edit: @escaping (inout CertificateRequest) -> Void) -> TLSAlert? {
            Self.run(.certificateRequest) { message in
                var request = message.body(CertificateRequest.self)
                edit(&request)
                return [request.message]
            }
        }
        #expect(alert { $0.context = [1] } == .illegalParameter)
        #expect(alert { $0.extensions = TLSExtensionList([]) } == .missingExtension)
        let classical = TLSExtension(type: .signatureAlgorithms, data: [0, 2, 8, 7])
        #expect(alert { $0.extensions = TLSExtensionList([classical]) } == .handshakeFailure)
        // Client authentication is mandatory: a server that does not ask for it is not one of ours.
        #expect(Self.run(.certificateRequest) { _ in [] } == .unexpectedMessage)
    }

    @Test func aBadCertificateIsRefused() throws {
        func alert(_ edit: @escaping (inout Certificate) -> Void) -> TLSAlert? {
            Self.run(.certificate) { message in
                var certificate = message.body(Certificate.self)
                edit(&certificate)
                return [certificate.message]
            }
        }
        let ed25519 = try [UInt8](hex: "302a300506032b6570032100") + [UInt8](repeating: 7, count: 32)
        #expect(alert { $0.context = [1] } == .illegalParameter)
        #expect(alert { $0.entries = [] } == .decodeError)
        #expect(alert { $0.entries[0].data = ed25519 } == .badCertificate)
        #expect(alert { $0.entries[0].data.append(0) } == .badCertificate)
        #expect(alert { $0.entries += $0.entries } == .badCertificate)
        let status = TLSExtension(type: ExtensionType(rawValue: 5), data: [])
        #expect(alert { $0.entries[0].extensions = TLSExtensionList([status]) } == .unsupportedExtension)
    }

    @Test func aWrongSignatureOrFinishedIsRefused() {
        #expect(Self.run(.certificateVerify) { [$0.flipping(bodyByte: 100)] } == .handshakeFailure)
        #expect(Self.run(.certificateVerify) { [$0.flipping(bodyByte: 0)] } == .illegalParameter)
        #expect(Self.run(.certificateVerify) { _ in [] } == .unexpectedMessage)
        #expect(Self.run(.finished) { [$0.flipping(bodyByte: 47)] } == .decryptError)
        #expect(Self.run(.finished) { [$0, $0] } == .unexpectedMessage)
    }

    @Test func aKeyFromAnotherIdentityIsRefused() {
        let other = Certificate(publicKey: TestIdentity.client.publicKey.bytes).message
        #expect(Self.run(.certificate) { _ in [other] } == .handshakeFailure)
    }

    @Test func aTLSKeyUpdateIsRefused() {
        var pair = TLSTestPair()
        pair.run()
        pair.client.handle(.cryptoDataReceived(.application, [24, 0, 0, 1, 0]))
        #expect(pair.client.failure == .unexpectedMessage)
        #expect(TLSAlert.unexpectedMessage.quicErrorCode == 0x10A)
    }

    @Test func spec02_check32_newSessionTicketsAreIgnored() throws {
        var pair = TLSTestPair()
        pair.run()
        // lifetime 86400, age_add, 32-byte nonce, 32-byte ticket, no extensions: 81 bytes with header (spec 02 §4.9).
        let head = try [UInt8](hex: "0400004d" + "00015180" + "01020304" + "20")
        let ticket = head + [UInt8](repeating: 1, count: 32) + [0, 32] + [UInt8](repeating: 2, count: 32) + [0, 0]
        #expect(ticket.count == 81)
        pair.client.handle(.cryptoDataReceived(.application, ticket + ticket))
        for byte in ticket {
            pair.client.handle(.cryptoDataReceived(.application, [byte]))
        }
        #expect(pair.client.failure == nil)
        #expect(pair.client.machine.ignoredTicketCount == 3)
        #expect(handshakeMessages(ticket)[0].body(NewSessionTicket.self).message.bytes == ticket)
        pair.client.handle(.cryptoDataReceived(.application, [4, 0, 0, 1, 0]))
        #expect(pair.client.failure == .decodeError)
    }
}
