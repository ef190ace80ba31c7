// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Testing

@Suite struct MLDSA65Tests {
    @Test func spec01_check1_keyGenerationReproducesTheVectors() throws {
        let key = try MLDSA65PrivateKey(seed: SecretBytes(Array(0..<32)))
        #expect(
            HashAlgorithm.sha256.hash(key.publicKey.bytes).hex
                == "d666806e11cee19a7c989f7445f90dd419cf4d2d51db8c0fdb4c0f0a542238c9"
        )
        #expect(key.seed.exposedBytes() == Array(0..<32))
    }

    @Test func signaturesVerifyAndEveryChangeFails() throws {
        let key = try MLDSA65PrivateKey()
        let message = Array("x0x-vector".utf8)
        var signature = try key.signature(for: message)
        #expect(signature.count == MLDSA65Sizes.signature)
        #expect(key.publicKey.isValid(signature: signature, for: message))
        #expect(!key.publicKey.isValid(signature: signature, for: message + [0]))
        #expect(!key.publicKey.isValid(signature: Array(signature.dropLast()), for: message))
        signature[100] ^= 1
        #expect(!key.publicKey.isValid(signature: signature, for: message))
        #expect(throws: CryptoSuiteError.invalidKey) { try MLDSA65PublicKey(bytes: [1, 2, 3]) }
    }

    @Test func secretsDoNotPrint() throws {
        let key = try MLDSA65PrivateKey()
        #expect("\(key)".contains("<REDACTED>") && String(reflecting: key).contains("<REDACTED>"))
        #expect("\(key.seed)" == "<REDACTED>")
        #expect(Mirror(reflecting: key).children.isEmpty && Mirror(reflecting: key.seed).children.isEmpty)
    }
}

@Suite struct X25519MLKEM768Tests {
    @Test func bothSidesAgreeAndTheSecretHas64Bytes() throws {
        let client = try X25519MLKEM768.ClientKey()
        #expect(client.share.count == X25519MLKEM768.clientShareByteCount)
        let answer = try X25519MLKEM768.respond(toClientShare: client.share)
        #expect(answer.serverShare.count == X25519MLKEM768.serverShareByteCount)
        let secret = try client.sharedSecret(serverShare: answer.serverShare)
        #expect(secret == answer.sharedSecret)
        #expect(secret.byteCount == 64)
    }

    /// Spec 02 §4.7: the post-quantum part comes first; a share in the other order must not agree.
    @Test func spec02_check8_theOrderMatters() throws {
        let client = try X25519MLKEM768.ClientKey()
        let swapped = Array(client.share[1184...]) + Array(client.share[..<1184])
        let answer = try? X25519MLKEM768.respond(toClientShare: swapped)
        if let answer { #expect(try client.sharedSecret(serverShare: answer.serverShare) != answer.sharedSecret) }
    }

    @Test func badSharesAreRefused() throws {
        let client = try X25519MLKEM768.ClientKey()
        #expect(throws: CryptoSuiteError.invalidKey) { try X25519MLKEM768.respond(toClientShare: [1]) }
        #expect(throws: CryptoSuiteError.invalidKey) {
            try X25519MLKEM768.respond(toClientShare: client.share[..<1184] + [UInt8](repeating: 0, count: 32))
        }
        #expect(throws: CryptoSuiteError.invalidKey) {
            try X25519MLKEM768.respond(toClientShare: [UInt8](repeating: 0xFF, count: 1216))
        }
        #expect(throws: CryptoSuiteError.invalidKey) { try client.sharedSecret(serverShare: []) }
    }
}

@Suite struct AEADTests {
    @Test(arguments: [AEADAlgorithm.aes128GCM, .aes256GCM, .chaCha20Poly1305])
    func sealedBytesOpenAndEveryFlippedBitFails(algorithm: AEADAlgorithm) throws {
        let key = try AEADKey(algorithm, key: .random(byteCount: algorithm.keyByteCount))
        let nonce = [UInt8](repeating: 3, count: 12)
        let sealed = try key.seal([1, 2, 3, 4], nonce: nonce, authenticating: [9])
        #expect(sealed.count == 20)
        #expect(try key.open(sealed[...], nonce: nonce, authenticating: [9]) == [1, 2, 3, 4])
        for index in sealed.indices {
            var forged = sealed
            forged[index] ^= 0x80
            #expect(throws: CryptoSuiteError.authenticationFailure) {
                try key.open(forged[...], nonce: nonce, authenticating: [9])
            }
        }
        #expect(throws: CryptoSuiteError.authenticationFailure) {
            try key.open(sealed[...], nonce: nonce, authenticating: [8])
        }
        #expect(throws: CryptoSuiteError.authenticationFailure) { try key.open([1], nonce: nonce, authenticating: []) }
        #expect(throws: CryptoSuiteError.invalidKey) { try AEADKey(algorithm, key: .random(byteCount: 7)) }
    }
}

@Suite struct ComparisonTests {
    @Test func constantTimeEqualsComparesContentAndLength() {
        #expect(constantTimeEquals([1, 2], [1, 2]))
        #expect(!constantTimeEquals([1, 2], [1, 3]))
        #expect(!constantTimeEquals([1, 2], [1, 2, 0]))
    }
}
