// SPDX-License-Identifier: MIT OR Apache-2.0

import GossipCore
import Primitives
import Simulation
import Testing

@Suite struct SignatureDoubleTests {
    private let signatures = SignatureDouble(seed: 5)
    private let message = Array("a message of some length, longer than a word".utf8)

    @Test func onlyTheOwnerSigns() {
        let alice = self.signatures.keyPair(1)
        let mallory = self.signatures.keyPair(2)
        let genuine = alice.signature(of: self.message, nonce: 7)
        let forged = mallory.signature(of: self.message, nonce: 7)
        #expect(self.isValid(genuine, key: alice.publicKey, self.message))
        #expect(!self.isValid(forged, key: alice.publicKey, self.message))
        #expect(!self.isValid(genuine, key: mallory.publicKey, self.message))
    }

    @Test func everyChangedByteIsNoticed() {
        let key = self.signatures.keyPair(1)
        let signature = key.signature(of: self.message, nonce: 7)
        for place in self.message.indices {
            var changed = self.message
            changed[place] ^= 1
            #expect(!self.isValid(signature, key: key.publicKey, changed))
        }
        for place in signature.indices {
            var changed = signature
            changed[place] ^= 1
            #expect(!self.isValid(changed, key: key.publicKey, self.message))
        }
        for place in key.publicKey.indices {
            var changed = key.publicKey
            changed[place] ^= 1
            #expect(!self.isValid(signature, key: changed, self.message))
        }
        #expect(!self.isValid(signature, key: key.publicKey, self.message + [0]))
        #expect(!self.isValid(Array(signature.dropLast()), key: key.publicKey, self.message))
    }

    @Test func signingTwiceGivesTwoSignatures() {
        let key = self.signatures.keyPair(3)
        #expect(key.signature(of: self.message, nonce: 1) != key.signature(of: self.message, nonce: 2))
    }

    @Test func anIdentityFollowsFromSeedAndNumber() {
        let (one, _, agent) = self.signatures.identity(of: 9)
        #expect(one.peerID == SignatureDouble(seed: 5).identity(of: 9).identity.peerID)
        #expect(one.peerID != SignatureDouble(seed: 6).identity(of: 9).identity.peerID)
        #expect(one.agentPublicKey == agent.publicKey)
    }

    private func isValid(_ signature: [UInt8], key: [UInt8], _ message: [UInt8]) -> Bool {
        self.signatures.isValid(SignatureCheck(publicKey: key, message: message, signature: signature))
    }
}
