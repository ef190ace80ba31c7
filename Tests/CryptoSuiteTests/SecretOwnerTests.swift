// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Testing

/// One owner per secret: what is lent is a copy that is overwritten, what is joined leaves none behind.
@Suite struct SecretOwnerTests {
    @Test func joinedSecretsStandOneBehindTheOther() {
        let joined = SecretBytes(joining: SecretBytes([1, 2, 3]), SecretBytes([]), SecretBytes([4]))
        #expect(joined == SecretBytes([1, 2, 3, 4]) && joined.byteCount == 4)
    }

    @Test func whatIsConsumedIsGone() {
        var bytes: [UInt8] = [1, 2, 3]
        #expect(SecretBytes(consuming: &bytes) == SecretBytes([1, 2, 3]))
        #expect(bytes.isEmpty)
    }

    @Test func whatIsLentIsTheSecretAndErrorsPass() throws {
        struct Refused: Error, Equatable {}
        let secret = SecretBytes([7, 8, 9])
        #expect(secret.withExposedBytes { $0.reduce(0, +) } == 24)
        #expect(throws: Refused()) {
            try secret.withExposedBytes { (bytes: [UInt8]) throws(Refused) -> Void in
                guard bytes.isEmpty else { throw Refused() }
            }
        }
        #expect(secret == SecretBytes([7, 8, 9]), "the owner keeps it")
    }

    /// Generated keys come from the seed they hold, so that the key file of a fresh key gives the same key.
    @Test func aGeneratedKeyIsTheKeyOfItsSeed() throws {
        let signing = try MLDSA65PrivateKey()
        #expect(try MLDSA65PrivateKey(seed: signing.seed).publicKey == signing.publicKey)
        #expect(try MLDSA65PrivateKey().seed != signing.seed)
        let encapsulation = try MLKEM768PrivateKey()
        #expect(try MLKEM768PrivateKey(seed: encapsulation.seed).publicKey == encapsulation.publicKey)
        #expect(try MLKEM768PrivateKey().seed != encapsulation.seed)
        #expect(signing.seed.byteCount == 32 && encapsulation.seed.byteCount == 64)
    }
}
