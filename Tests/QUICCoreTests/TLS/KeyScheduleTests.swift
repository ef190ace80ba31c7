// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Testing

@testable import QUICCore

@Suite struct KeyScheduleTests {
    private static func secret(_ hex: String) throws -> SecretBytes { SecretBytes(try [UInt8](hex: hex)) }

    private static func hex(_ secret: SecretBytes) -> String { secret.exposedBytes().hex }

    /// RFC 9001 §A.1.
    @Test func spec02_check38_initialSecretsAndKeys() throws {
        let secrets = PacketProtectionSecrets.initialSecrets(
            destinationConnectionID: try [UInt8](hex: "8394c8f03e515708")
        )
        #expect(Self.hex(secrets.client) == "c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea")
        #expect(Self.hex(secrets.server) == "3c199828fd139efd216c155ad844cc81fb82fa8d7446fa7d78be803acdda951b")
        let client = PacketProtectionSecrets(trafficSecret: secrets.client, suite: .aes128GCMSHA256)
        #expect(Self.hex(client.key) == "1f369613dd76d5467730efcbe3b1a22d")
        #expect(Self.hex(client.initializationVector) == "fa044b2f42a3fd3b46fb255c")
        #expect(Self.hex(client.headerKey) == "9f50449e04a0e810283a1e9933adedd2")
        let server = PacketProtectionSecrets(trafficSecret: secrets.server, suite: .aes128GCMSHA256)
        #expect(Self.hex(server.key) == "cf3a5331653c364c88f0f379b6067e37")
        #expect(Self.hex(server.initializationVector) == "0ac1493ca1905853b0bba03e")
        #expect(Self.hex(server.headerKey) == "c206b8d9b9f0f37644430b490eeaa314")
    }

    /// RFC 9001 §A.5.
    @Test func spec02_check38_chaCha20KeysAndKeyUpdate() throws {
        let secret = try Self.secret("9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b")
        let keys = PacketProtectionSecrets(trafficSecret: secret, suite: .chaCha20Poly1305SHA256)
        #expect(Self.hex(keys.key) == "c6d98ff3441c3fe1b2182094f69caa2ed4b716b65488960a7a984979fb23e1c8")
        #expect(Self.hex(keys.initializationVector) == "e0459b3474bdd0e44a41c144")
        #expect(Self.hex(keys.headerKey) == "25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4")
        let next = PacketProtectionSecrets.nextTrafficSecret(after: secret, suite: .chaCha20Poly1305SHA256)
        #expect(Self.hex(next) == "1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9")
    }

    /// RFC 8448 §3, simple 1-RTT handshake.
    @Test func theScheduleReproducesThePublishedTrace() throws {
        let hash = HashAlgorithm.sha256
        #expect(
            Self.hex(KeySchedule.earlySecret(hash: hash))
                == "33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a"
        )
        let shared = try Self.secret("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d")
        let handshake = KeySchedule.handshakeSecret(sharedSecret: shared, hash: hash)
        #expect(Self.hex(handshake) == "1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac")
        let transcriptHash = try [UInt8](hex: "860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8")
        let secrets = HandshakeSecrets(sharedSecret: shared, transcriptHash: transcriptHash, hash: hash)
        #expect(Self.hex(secrets.client) == "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21")
        #expect(Self.hex(secrets.server) == "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38")
        #expect(
            Self.hex(KeySchedule.masterSecret(handshakeSecret: handshake, hash: hash))
                == "18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919"
        )
    }

    @Test func theAlertTableIsComplete() {
        let codes: [TLSAlert: UInt64] = [
            .certificateRequired: 0x174, .badCertificate: 0x12A, .handshakeFailure: 0x128, .decryptError: 0x133,
            .illegalParameter: 0x12F, .missingExtension: 0x16D, .unsupportedExtension: 0x16E,
            .noApplicationProtocol: 0x178, .unexpectedMessage: 0x10A, .protocolVersion: 0x146,
            .decodeError: 0x132, .internalError: 0x150,
        ]
        for (alert, code) in codes {
            #expect(alert.quicErrorCode == code)
        }
    }
}
