// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import Testing

@testable import QUICCore

@Suite struct TLSClientHelloTests {
    private static func hello(serverName: String? = "peer", seed: UInt64 = 1) -> HandshakeMessage {
        var pair = TLSTestPair(serverName: serverName, seed: seed)
        pair.client.handle(.start)
        return handshakeMessages(pair.client.outbox[0].bytes)[0]
    }

    @Test func spec02_check2_theOfferIsTheProfileAndNothingElse() {
        let hello = Self.hello().body(ClientHello.self)
        let share = hello.extensions[.keyShare] ?? []
        #expect(hello.legacyVersion == 0x0303)
        #expect(hello.legacySessionID.isEmpty)
        #expect(hello.cipherSuites == [0x1302, 0x1301, 0x1303])
        #expect(hello.compressionMethods == [0])
        #expect(hello.extensions[.supportedGroups]?.hex == "000211ec")
        #expect(share.count == 2 + 4 + 1_216)
        #expect(Array(share.prefix(6)).hex == "04c411ec04c0")
        #expect(hello.extensions[.signatureAlgorithms]?.hex == "00020905")
        #expect(hello.extensions[.clientCertificateType]?.hex == "0102")
        #expect(hello.extensions[.supportedVersions]?.hex == "020304")
        #expect(hello.extensions[.serverName]?.hex == "0007000004" + Array("peer".utf8).hex)
        #expect(hello.extensions[.quicTransportParameters] == TLSTestPair.clientParameters)
        #expect(
            hello.extensions.elements.map(\.type.rawValue).sorted() == [0, 10, 13, 19, 43, 51, 57],
            "in particular no 16 (ALPN), 20 (server_certificate_type), 41 and 45 (tickets)"
        )
    }

    /// 1226 + 9 + 8 + 8 + 6 + 7 + parameters, and the fixed part: the lengths of spec 02 §4.2.
    @Test func theSizeIsThatOfTheTable() {
        let extensions = 1_226 + (9 + 4) + 8 + 8 + 6 + 7 + (4 + TLSTestPair.clientParameters.count)
        #expect(Self.hello().bytes.count == 4 + 2 + 32 + 1 + (2 + 6) + 2 + 2 + extensions)
    }

    @Test func theExtensionOrderDependsOnTheRandomSource() {
        func order(_ seed: UInt64) -> [UInt16] {
            Self.hello(seed: seed).body(ClientHello.self).extensions.elements.map(\.type.rawValue)
        }
        #expect(order(7) == order(7))
        #expect(Set((1...20).map { order($0) }).count > 10)
    }

    @Test(
        arguments: [
            ("peer", true), ("localhost", true), ("peer-7f", true), ("a.example.org", true), ("under_score", true),
            ("192.0.2.1", false), ("::1", false), ("2001:db8::7", false), ("", false), ("a..b", false),
            ("-a", false), ("a.", false), ("has space", false), ("münchen", false),
            (String(repeating: "a", count: 64), false),
        ]
    )
    func theNameIsSentOnlyWhenItIsADNSName(name: String, isSent: Bool) {
        #expect(DNSName.isValid(name) == isSent)
        #expect((Self.hello(serverName: name).body(ClientHello.self).extensions[.serverName] != nil) == isSent)
    }

    @Test func noNameMeansNoExtension() {
        #expect(Self.hello(serverName: nil).body(ClientHello.self).extensions[.serverName] == nil)
    }

    @Test func everyMessageSurvivesARoundTrip() {
        var pair = TLSTestPair()
        var count = 0
        pair.rewrite = { _, message in
            count += 1
            switch message.type {
            case .clientHello: return [message.body(ClientHello.self).message]
            case .serverHello: return [message.body(ServerHello.self).message]
            case .encryptedExtensions: return [message.body(EncryptedExtensions.self).message]
            case .certificateRequest: return [message.body(CertificateRequest.self).message]
            case .certificate: return [message.body(Certificate.self).message]
            case .certificateVerify: return [message.body(CertificateVerify.self).message]
            case .finished: return [message.body(Finished.self).message]
            default: return []
            }
        }
        pair.run()
        #expect(count == 10)
        #expect(pair.client.isCompleted && pair.server.isCompleted)
    }
}
