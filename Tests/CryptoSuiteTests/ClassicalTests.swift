// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Testing

/// The classical algorithms of the interoperability profile.
@Suite struct ClassicalTests {
    private static let message = Array("message".utf8)

    @Test(arguments: ClassicalSignatureAlgorithm.allCases)
    func aSignatureIsValidForItsMessageAndKeyOnly(algorithm: ClassicalSignatureAlgorithm) throws {
        let key = ClassicalSigningKey(algorithm)
        #expect(key.algorithm == algorithm)
        let signature = try key.signature(for: Self.message)
        #expect(signature.count <= algorithm.signatureByteCountMax)
        #expect(algorithm.isValid(signature, for: Self.message, publicKey: key.publicKey))
        #expect(!algorithm.isValid(signature, for: [], publicKey: key.publicKey))
        #expect(!algorithm.isValid(signature, for: Self.message, publicKey: ClassicalSigningKey(algorithm).publicKey))
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 1
            #expect(!algorithm.isValid(changed, for: Self.message, publicKey: key.publicKey))
            #expect(!algorithm.isValid(Array(signature[..<index]), for: Self.message, publicKey: key.publicKey))
        }
        #expect(!algorithm.isValid(signature, for: Self.message, publicKey: []))
    }

    /// RFC 8032 §7.1, test 1.
    @Test func ed25519FollowsItsStandard() {
        let publicKey = Self.bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        let signature = Self.bytes(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        )
        #expect(ClassicalSignatureAlgorithm.ed25519.isValid(signature, for: [], publicKey: publicKey))
    }

    @Test(arguments: [KeyExchangeGroup.x25519, .x25519MLKEM768])
    func bothSidesOfAKeyExchangeAgree(group: KeyExchangeGroup) throws {
        let key = try group.generateKey()
        #expect(key.share.count == group.clientShareByteCount)
        let answer = try group.respond(toClientShare: key.share)
        #expect(answer.serverShare.count == group.serverShareByteCount)
        #expect(try key.sharedSecret(serverShare: answer.serverShare) == answer.sharedSecret)
        #expect(throws: CryptoSuiteError.invalidKey) { try key.sharedSecret(serverShare: [1]) }
        #expect(throws: CryptoSuiteError.invalidKey) { try group.respond(toClientShare: [1]) }
    }

    @Test func anAllZeroX25519ResultIsRefused() throws {
        let key = try KeyExchangeGroup.x25519.generateKey()
        let zero = [UInt8](repeating: 0, count: 32)
        #expect(throws: CryptoSuiteError.invalidKey) { try key.sharedSecret(serverShare: zero) }
        #expect(throws: CryptoSuiteError.invalidKey) { try KeyExchangeGroup.x25519.respond(toClientShare: zero) }
    }

    @Test func keysDoNotPrintThemselves() {
        let key = ClassicalSigningKey(.ed25519)
        #expect("\(key)" == "ClassicalSigningKey(<REDACTED>)")
        #expect(String(reflecting: key) == "ClassicalSigningKey(<REDACTED>)")
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        stride(from: 0, to: hexadecimal.count, by: 2).compactMap { offset in
            UInt8(hexadecimal.dropFirst(offset).prefix(2), radix: 16)
        }
    }
}
