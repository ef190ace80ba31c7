// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Testing

@testable import QUICCore

@Suite struct TLSHandshakeTests {
    @Test func aHandshakeCompletesOnBothSides() {
        var pair = TLSTestPair()
        pair.run()
        #expect(pair.client.failure == nil)
        #expect(pair.server.failure == nil)
        #expect(pair.client.peerPublicKey == TestIdentity.server.publicKey.bytes)
        #expect(pair.server.peerPublicKey == TestIdentity.client.publicKey.bytes)
        #expect(pair.client.peerTransportParameters == TLSTestPair.serverParameters)
        #expect(pair.server.peerTransportParameters == TLSTestPair.clientParameters)
        for level in [EncryptionLevel.handshake, .application] {
            #expect(pair.client.secrets[level]?.local == pair.server.secrets[level]?.remote)
            #expect(pair.client.secrets[level]?.remote == pair.server.secrets[level]?.local)
            #expect(pair.client.secrets[level]?.local != pair.client.secrets[level]?.remote)
        }
        #expect(pair.client.secrets[.handshake]?.local != pair.client.secrets[.application]?.local)
    }

    @Test func actionsComeInTheirOrder() {
        var pair = TLSTestPair()
        pair.run()
        #expect(
            pair.client.log == [
                "request", "send initial", "request", "install handshake", "request", "request", "send handshake",
                "parameters", "install application", "completed",
            ]
        )
        #expect(
            pair.server.log == [
                "parameters", "request", "send initial", "install handshake", "send handshake", "request",
                "send handshake", "install application", "request", "completed",
            ]
        )
    }

    @Test(arguments: [CipherSuite.aes256GCMSHA384, .aes128GCMSHA256, .chaCha20Poly1305SHA256])
    func spec02_check7_everySuiteWorks(suite: CipherSuite) {
        var pair = TLSTestPair(clientSuites: [suite])
        pair.run()
        #expect(pair.client.isCompleted && pair.server.isCompleted)
        #expect(pair.client.machine.negotiatedCipherSuite == suite)
        #expect(pair.server.machine.negotiatedCipherSuite == suite)
        #expect(pair.client.secrets[.application]?.local.byteCount == suite.hash.byteCount)
    }

    @Test func spec02_check7_aServerPrefersItsOwnOrder() {
        var pair = TLSTestPair(serverSuites: [.chaCha20Poly1305SHA256, .aes128GCMSHA256])
        pair.run()
        #expect(pair.client.machine.negotiatedCipherSuite == .chaCha20Poly1305SHA256)
        #expect(pair.server.isCompleted)
    }

    @Test(arguments: [1, 2, 3, 700, 1_200])
    func bytesMayArriveInAnyPieces(byteCount: Int) {
        var pair = TLSTestPair()
        pair.pieceByteCountMax = byteCount
        pair.run()
        #expect(pair.client.isCompleted && pair.server.isCompleted)
    }

    @Test func bytesWaitWhileARequestIsOpen() {
        var pair = TLSTestPair()
        pair.client.holdsRequests = true
        pair.server.handle(.start)
        pair.client.handle(.start)
        pair.client.answerOpenRequest()
        for (level, bytes) in pair.client.takeOutbox() {
            pair.server.handle(.cryptoDataReceived(level, bytes))
        }
        for (level, bytes) in pair.server.takeOutbox() {
            pair.client.handle(.cryptoDataReceived(level, bytes))  // the whole server flight, before any answer
        }
        var answers = 0
        while !pair.client.openRequests.isEmpty {
            #expect(pair.client.openRequests.count == 1)
            pair.client.answerOpenRequest()
            answers += 1
        }
        #expect(answers == 3)  // complete the share, verify, sign
        #expect(pair.client.isCompleted)
        for (level, bytes) in pair.client.takeOutbox() {
            pair.server.handle(.cryptoDataReceived(level, bytes))
        }
        #expect(pair.server.isCompleted)
    }

    @Test func aServerSendsItsSignedPartAsOneRun() {
        var pair = TLSTestPair()
        pair.server.holdsRequests = true
        pair.client.handle(.start)
        for (level, bytes) in pair.client.takeOutbox() {
            pair.server.handle(.cryptoDataReceived(level, bytes))
        }
        #expect(pair.server.takeOutbox().isEmpty)
        pair.server.answerOpenRequest()
        let early = pair.server.takeOutbox()
        #expect(early.map(\.level) == [.initial, .handshake])
        #expect(handshakeMessages(early[0].bytes).map(\.type) == [.serverHello])
        #expect(handshakeMessages(early[1].bytes).map(\.type) == [.encryptedExtensions, .certificateRequest])
        pair.server.answerOpenRequest()
        let late = pair.server.takeOutbox()
        #expect(late.map(\.level) == [.handshake])
        #expect(handshakeMessages(late[0].bytes).map(\.type) == [.certificate, .certificateVerify, .finished])
    }

    /// The sizes of spec 02 §4.2 and §4.3.
    @Test func messageSizesAreThoseOfTheSpecification() {
        var sizes: [String: Int] = [:]
        var pair = TLSTestPair()
        pair.rewrite = { sender, message in
            if let type = message.type { sizes["\(sender) \(type)"] = message.bytes.count }
            return [message]
        }
        pair.run()
        #expect(sizes["server serverHello"] == 1_178)
        #expect(sizes["server certificateRequest"] == 15)
        #expect(sizes["server certificate"] == 1_987)
        #expect(sizes["client certificate"] == 1_987)
        #expect(sizes["server certificateVerify"] == 3_317)
        #expect(sizes["client certificateVerify"] == 3_317)
        #expect(sizes["server finished"] == 52)
    }

    @Test func spec02_check33_theExporterIsEqualOnBothEndsAndDiffersBetweenConnections() {
        var values: [SecretBytes] = []
        for seed in 1...2 as ClosedRange<UInt64> {
            var pair = TLSTestPair(seed: seed)
            #expect(Self.export(pair.client) == nil)
            pair.run()
            let client = Self.export(pair.client)
            #expect(client != nil && client == Self.export(pair.server))
            #expect(client?.byteCount == 32)
            values += [client].compactMap { $0 }
        }
        #expect(values.count == 2 && values[0] != values[1])
    }

    private static func export(_ endpoint: TLSTestEndpoint, context: String = "canonical") -> SecretBytes? {
        endpoint.machine.exportKeyingMaterial(
            label: "ant-quic/lifecycle-connection-id/v1",
            context: Array(context.utf8),
            byteCount: 32
        )
    }

    @Test func theExporterDependsOnItsContext() {
        var pair = TLSTestPair()
        pair.run()
        #expect(Self.export(pair.client) != Self.export(pair.client, context: "other"))
    }

    @Test func spec02_check8_aSwappedSharedSecretFails() {
        var pair = TLSTestPair()
        pair.server.performer = { request in
            let result = TLSCryptoPerformer.perform(request, signingKey: TestIdentity.server)
            guard case .keyShareAnswered(let share, let secret) = result.outcome else { return result }
            let bytes = secret.exposedBytes()
            let swapped = SecretBytes(Array(bytes[32...] + bytes[..<32]))
            return .keyShareAnswered(serverShare: share, sharedSecret: swapped)
        }
        pair.run()
        // Real packets would not even decrypt; here the wrong Finished key is what shows.
        #expect(pair.client.failure == .decryptError)
        #expect(!pair.client.isCompleted && !pair.server.isCompleted)
    }

    @Test func theSharedSecretHas64Bytes() throws {
        let key = try X25519MLKEM768.ClientKey()
        let answer = try X25519MLKEM768.respond(toClientShare: key.share)
        #expect(answer.sharedSecret.byteCount == 64)
        #expect(try key.sharedSecret(serverShare: answer.serverShare) == answer.sharedSecret)
    }

    @Test(arguments: [TLSRole.client, .server])
    func spec02_check9_theOtherRolesContextStringFails(signer: TLSRole) {
        var pair = TLSTestPair()
        let identity = signer == .client ? TestIdentity.client : TestIdentity.server
        let performer: TLSTestEndpoint.Performer = { request in
            guard case .sign(var message) = request.operation else {
                return TLSCryptoPerformer.perform(request, signingKey: identity)
            }
            let offset = 64 + "TLS 1.3, ".utf8.count
            message.replaceSubrange(offset..<(offset + 6), with: Array((signer == .client ? "server" : "client").utf8))
            guard let signature = try? identity.signature(for: message) else { return .failed }
            return .signed(signature)
        }
        if signer == .client { pair.client.performer = performer } else { pair.server.performer = performer }
        pair.run()
        #expect((signer == .client ? pair.server : pair.client).failure == .handshakeFailure)
        #expect(!pair.server.isCompleted)
    }

    @Test func aDeadMachineIgnoresEverything() {
        var pair = TLSTestPair()
        pair.run()
        pair.client.handle(.cryptoDataReceived(.application, [24, 0, 0, 1, 0]))
        #expect(pair.client.failure == .unexpectedMessage)
        let count = pair.client.log.count
        pair.client.handle(.start)
        pair.client.handle(.cryptoDataReceived(.initial, [1, 2, 3]))
        pair.client.handle(.cryptoCompleted(TLSCryptoRequest.ID(number: 4), .failed))
        #expect(pair.client.log.count == count)
        #expect(Self.export(pair.client) == nil)
    }

    @Test func aStaleCryptoAnswerIsIgnored() {
        var pair = TLSTestPair()
        pair.client.holdsRequests = true
        pair.client.handle(.start)
        pair.client.handle(.cryptoCompleted(TLSCryptoRequest.ID(number: 99), .failed))
        #expect(pair.client.failure == nil)
        let request = pair.client.openRequests[0]
        pair.client.answerOpenRequest()
        pair.client.handle(.cryptoCompleted(request.id, .failed))
        #expect(pair.client.failure == nil)
    }

    @Test func aFailedOrUnfittingCryptoAnswerEndsTheHandshake() {
        for result in [TLSCryptoResult.failed, .verified(true), .signed([])] {
            var pair = TLSTestPair()
            pair.client.performer = { _ in result }
            pair.run()
            #expect(pair.client.failure == .internalError)
        }
    }
}
