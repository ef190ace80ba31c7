// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Testing

@testable import QUICCore

/// A client that sends whatever ClientHello it is told and otherwise follows RFC 8446, written apart from our machine.
struct ScriptedClient {
    let key: X25519MLKEM768.ClientKey
    var hello: ClientHello

    /// Starts with the offer of our own client.
    init() throws {
        self.key = try X25519MLKEM768.ClientKey()
        let configuration = TLSConfiguration(
            role: .client,
            localPublicKey: TestIdentity.client.publicKey.bytes,
            serverName: "peer",
            transportParameters: TLSTestPair.clientParameters
        )
        var random = SeededSecureRandom(seed: 5)
        let seed = ClientHelloSeed(configuration: configuration, random: &random)
        self.hello = ClientHello(seed: seed, configuration: configuration, keyShare: self.key.share)
    }

    /// What a run showed.
    struct Outcome {
        var serverHello: ServerHello
        var encryptedExtensions: EncryptedExtensions
        var messageTypes: [HandshakeType?]
    }

    /// Runs the whole handshake against `server`.
    func run(against server: inout TLSTestEndpoint) throws -> Outcome {
        let helloMessage = self.hello.message
        server.handle(.cryptoDataReceived(.initial, helloMessage.bytes))
        let messages = server.takeOutbox().flatMap { handshakeMessages($0.bytes) }
        try #require(messages.count == 6)
        let serverHello = messages[0].body(ServerHello.self)
        let suite = try #require(CipherSuite(rawValue: serverHello.cipherSuite))
        let share = try #require(serverHello.extensions[.keyShare])
        var transcript = RunningHash(suite.hash)
        transcript.update(helloMessage.bytes)
        transcript.update(messages[0].bytes)
        var context = HandshakeContext(
            suite: suite,
            transcript: transcript,
            sharedSecret: try self.key.sharedSecret(serverShare: Array(share.dropFirst(4)))
        )
        for message in messages[1...3] {
            context.append(message)
        }
        let signed = context.signedMessage(signer: .server)
        let verify = messages[4].body(CertificateVerify.self)
        #expect(TestIdentity.server.publicKey.isValid(signature: verify.signature, for: signed))
        context.append(messages[4])
        try context.receiveFinished(messages[5], sender: .server)

        let certificate = Certificate(publicKey: TestIdentity.client.publicKey.bytes).message
        context.append(certificate)
        let signature = try TestIdentity.client.signature(for: context.signedMessage(signer: .client))
        let run = try context.authenticationRun(
            certificate: certificate,
            signature: signature,
            sender: .client,
            profile: .postQuantum
        )
        server.handle(.cryptoDataReceived(.handshake, run))
        return Outcome(
            serverHello: serverHello,
            encryptedExtensions: messages[1].body(EncryptedExtensions.self),
            messageTypes: messages.map(\.type)
        )
    }
}

@Suite struct TLSForeignClientTests {
    private static let fullFlight: [HandshakeType?] = [
        .serverHello, .encryptedExtensions, .certificateRequest, .certificate, .certificateVerify, .finished,
    ]

    private static func run(_ edit: (inout ClientHello) -> Void) throws -> (TLSTestEndpoint, ScriptedClient.Outcome) {
        var client = try ScriptedClient()
        edit(&client.hello)
        var server = TLSTestPair().server
        let outcome = try client.run(against: &server)
        #expect(server.failure == nil)
        #expect(server.peerPublicKey == TestIdentity.client.publicKey.bytes)
        #expect(outcome.messageTypes == self.fullFlight)
        return (server, outcome)
    }

    @Test func spec02_check5_theServerAnswersOnlyWhatWasOffered() throws {
        let (_, outcome) = try Self.run { _ in }
        let types = outcome.encryptedExtensions.extensions.elements.map(\.type.rawValue).sorted()
        #expect(types == [0, 19, 57])
        #expect(outcome.encryptedExtensions.extensions[.clientCertificateType] == [2])
        #expect(outcome.encryptedExtensions.extensions[.serverName] == [])
        #expect(outcome.encryptedExtensions.extensions[.quicTransportParameters] == TLSTestPair.serverParameters)
    }

    @Test(arguments: [[2], [2, 0], [0, 2]] as [[UInt8]])
    func spec02_check5_aCleanRawPublicKeyClientIsAnswered(types: [UInt8]) throws {
        let (_, outcome) = try Self.run { hello in
            let data = [UInt8(types.count)] + types
            hello.extensions = hello.extensions.editing(
                adding: [TLSExtension(type: .serverCertificateType, data: data)]
            )
        }
        #expect(outcome.encryptedExtensions.extensions[.serverCertificateType] == [2])
    }

    @Test func anExplicitX509OfferIsServedUnderItsDefault() throws {
        let (_, outcome) = try Self.run { hello in
            hello.extensions = hello.extensions.editing(
                adding: [TLSExtension(type: .serverCertificateType, data: [1, 0])]
            )
        }
        #expect(outcome.encryptedExtensions.extensions[.serverCertificateType] == nil)
    }

    @Test func noNameMeansNoAcknowledgement() throws {
        let (_, outcome) = try Self.run { $0.extensions = $0.extensions.editing(removing: .serverName) }
        #expect(outcome.encryptedExtensions.extensions[.serverName] == nil)
    }

    @Test func spec02_check32_aPSKOfferLeadsToAFullHandshake() throws {
        let (_, outcome) = try Self.run { hello in
            // One identity of 32 bytes and one binder of 48 bytes: 95 bytes with header (spec 02 §4.2).
            let identity: [UInt8] = [0, 38, 0, 32] + [UInt8](repeating: 3, count: 32) + [0, 0, 0, 0]
            let binder: [UInt8] = [0, 49, 48] + [UInt8](repeating: 4, count: 48)
            hello.extensions = hello.extensions.editing(
                adding: [
                    TLSExtension(type: .pskKeyExchangeModes, data: [1, 1]),
                    TLSExtension(type: .preSharedKey, data: identity + binder),
                ]
            )
        }
        #expect(outcome.serverHello.extensions[.preSharedKey] == nil)
    }

    /// The extensions of the original that ours does not send (spec 02 §4.2), and grease.
    @Test func theOriginalsClientHelloIsAccepted() throws {
        let (server, _) = try Self.run { hello in
            hello.cipherSuites = [0x0A0A] + hello.cipherSuites + [0x00FF]
            hello.extensions = hello.extensions.editing(
                adding: [
                    TLSExtension(type: ExtensionType(rawValue: 5), data: [1, 0, 0, 0, 0]),
                    TLSExtension(type: ExtensionType(rawValue: 11), data: [1, 0]),
                    TLSExtension(type: ExtensionType(rawValue: 23), data: []),
                    TLSExtension(type: ExtensionType(rawValue: 35), data: []),
                    TLSExtension(type: .pskKeyExchangeModes, data: [1, 1]),
                    TLSExtension(type: ExtensionType(rawValue: 0x3A3A), data: [1, 2, 3]),
                ]
            )
        }
        #expect(server.machine.negotiatedCipherSuite == .aes256GCMSHA384)
    }
}
