// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Testing

@testable import QUICCore

/// The profile for peers without post-quantum algorithms, and that it touches nothing of the network's own.
@Suite struct ClassicalProfileTests {
    /// What stands for certificates here: the machine never looks inside.
    private static let certificates: [[UInt8]] = [[0x30, 0x03, 1, 2, 3], [0x30, 0x01, 4]]

    private static func profile(
        _ names: [String] = ["test"],
        certificates: [[UInt8]] = [],
        _ algorithm: ClassicalSignatureAlgorithm = .ecdsaP256SHA256
    ) -> TLSProfile {
        .classical(
            ClassicalProfile(
                forInteroperabilityTests: names,
                certificates: certificates,
                signatureAlgorithm: algorithm
            )
        )
    }

    private static func endpoint(
        _ role: TLSRole,
        _ profile: TLSProfile,
        performer: @escaping TLSTestEndpoint.Performer
    ) -> TLSTestEndpoint {
        TLSTestEndpoint(
            TLSConfiguration(
                role: role,
                localPublicKey: [],
                serverName: role == .client ? "localhost" : nil,
                transportParameters: role == .client ? TLSTestPair.clientParameters : TLSTestPair.serverParameters,
                profile: profile
            ),
            seed: role == .client ? 2 : 3,
            performer: performer
        )
    }

    /// A client that accepts `certificates` with the key of the server, and that server.
    private static func pair(
        _ algorithm: ClassicalSignatureAlgorithm = .ecdsaP256SHA256,
        clientNames: [String] = ["other", "test"],
        serverNames: [String] = ["test"]
    ) -> TLSTestPair {
        let key = ClassicalSigningKey(algorithm)
        var pair = TLSTestPair()
        pair.client = Self.endpoint(.client, Self.profile(clientNames)) { request in
            guard case .verifyCertificate(let check) = request.operation else {
                return TLSCryptoPerformer.performKeyExchange(request.operation) ?? .failed
            }
            let isRight =
                check.certificates == Self.certificates && check.serverName == "localhost"
                && check.signatureScheme == algorithm.rawValue
                && algorithm.isValid(check.signature, for: check.message, publicKey: key.publicKey)
            return .verified(isRight)
        }
        let server = Self.profile(serverNames, certificates: Self.certificates, algorithm)
        pair.server = Self.endpoint(.server, server) { request in
            guard case .sign(let message) = request.operation else {
                return TLSCryptoPerformer.performKeyExchange(request.operation) ?? .failed
            }
            return (try? key.signature(for: message)).map { .signed($0) } ?? .failed
        }
        return pair
    }

    @Test(arguments: ClassicalSignatureAlgorithm.allCases)
    func theHandshakeCompletes(algorithm: ClassicalSignatureAlgorithm) {
        var pair = Self.pair(algorithm)
        pair.run()
        #expect(pair.client.failure == nil && pair.server.failure == nil)
        #expect(pair.client.peerPublicKey == Self.certificates[0])
        // Its clients are anonymous.
        #expect(pair.server.peerPublicKey == [])
        #expect(pair.client.peerTransportParameters == TLSTestPair.serverParameters)
        #expect(pair.server.peerTransportParameters == TLSTestPair.clientParameters)
        for level in [EncryptionLevel.handshake, .application] {
            #expect(pair.client.secrets[level]?.local == pair.server.secrets[level]?.remote)
            #expect(pair.client.secrets[level]?.remote == pair.server.secrets[level]?.local)
        }
    }

    @Test func aClientHelloOffersTheClassicalAlgorithmsAndNothingElse() throws {
        var pair = Self.pair()
        pair.client.handle(.start)
        let hello = try #require(handshakeMessages(pair.client.takeOutbox()[0].bytes).first).body(ClientHello.self)
        #expect(hello.extensions[.supportedGroups] == [0, 2, 0x00, 0x1D])
        #expect(hello.extensions[.signatureAlgorithms] == [0, 4, 0x04, 0x03, 0x08, 0x07])
        #expect(hello.extensions[.keyShare]?.count == 2 + 4 + 32)
        #expect(
            hello.extensions[.applicationLayerProtocolNegotiation]
                == [0, 11, 5] + Array("other".utf8) + [4] + Array("test".utf8)
        )
        #expect(hello.extensions[.clientCertificateType] == nil)
    }

    @Test func aServerRequestsNoCertificateAndSelectsAProtocol() {
        var pair = Self.pair()
        var fromServer: [HandshakeMessage] = []
        pair.rewrite = { sender, message in
            if sender == .server { fromServer.append(message) }
            return [message]
        }
        pair.run()
        #expect(
            fromServer.map(\.type)
                == [.serverHello, .encryptedExtensions, .certificate, .certificateVerify, .finished]
        )
        let extensions = fromServer[1].body(EncryptedExtensions.self).extensions
        #expect(extensions[.applicationLayerProtocolNegotiation] == [0, 5, 4] + Array("test".utf8))
        #expect(extensions[.clientCertificateType] == nil)
    }

    @Test func withoutACommonProtocolTheServerRefuses() {
        var pair = Self.pair(clientNames: ["other"])
        pair.run()
        #expect(pair.server.failure == .noApplicationProtocol)
        #expect(!pair.client.isCompleted)
    }

    @Test(arguments: [
        [], [0, 6, 5] + Array("wrong".utf8), [0, 11, 5] + Array("other".utf8) + [4] + Array("test".utf8), [0, 1, 0],
    ])
    func aWrongSelectionEndsTheHandshake(answer: [UInt8]) {
        var pair = Self.pair()
        pair.rewrite = replacing(.encryptedExtensions, from: .server) { message in
            var body = message.body(EncryptedExtensions.self)
            let added = answer.isEmpty ? [] : [TLSExtension(type: .applicationLayerProtocolNegotiation, data: answer)]
            body.extensions = body.extensions.editing(removing: .applicationLayerProtocolNegotiation, adding: added)
            return [body.message]
        }
        pair.run()
        let expected: TLSAlert =
            switch answer.count {
            case 0: .noApplicationProtocol
            case 3: .decodeError
            default: .illegalParameter
            }
        #expect(pair.client.failure == expected)
    }

    @Test func aWrongSignatureEndsTheHandshake() {
        var pair = Self.pair()
        pair.rewrite = replacing(.certificateVerify, from: .server) { [$0.flipping(bodyByte: -1)] }
        pair.run()
        #expect(pair.client.failure == .handshakeFailure)
        #expect(!pair.client.isCompleted && !pair.server.isCompleted)
    }

    @Test func aSignatureSchemeThatWasNotOfferedEndsTheHandshake() {
        var pair = Self.pair()
        pair.rewrite = replacing(.certificateVerify, from: .server) { message in
            var body = message.body(CertificateVerify.self)
            body.scheme = SignatureScheme.mldsa65.rawValue
            return [body.message]
        }
        pair.run()
        #expect(pair.client.failure == .illegalParameter)
    }

    /// Production's performer trusts no certificate, so that choosing this profile by mistake connects to nobody.
    @Test func productionsPerformerTrustsNoCertificate() {
        var pair = Self.pair()
        pair.client.performer = { TLSCryptoPerformer.perform($0, signingKey: TestIdentity.client) }
        pair.run()
        #expect(pair.client.failure == .handshakeFailure)
        #expect(!pair.client.isCompleted)
    }

    /// The order of the client's signature schemes and groups does not open a way from one profile to the other.
    @Test func theProfilesDoNotMix() {
        var classicalClient = TLSTestPair()
        classicalClient.client = Self.pair().client
        classicalClient.run()
        #expect(classicalClient.server.failure == .handshakeFailure)
        #expect(!classicalClient.client.isCompleted && !classicalClient.server.isCompleted)

        var classicalServer = TLSTestPair()
        classicalServer.server = Self.pair().server
        classicalServer.run()
        #expect(classicalServer.server.failure == .handshakeFailure)
        #expect(!classicalServer.client.isCompleted && !classicalServer.server.isCompleted)
    }

    @Test func connectionsArePostQuantumUnlessToldOtherwise() {
        let configuration = ConnectionConfiguration(localPublicKey: TestIdentity.client.publicKey.bytes)
        #expect(configuration.profile == .postQuantum)
    }
}
