// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Primitives
import Testing

@testable import Identity

@Suite struct IntroductionCardTests {
    private func card(_ identity: LocalIdentity) -> IntroductionCard {
        IntroductionCard(
            agentID: identity.agentID,
            machineID: identity.machineID,
            userID: identity.userID,
            certificate: identity.user?.certificate.fields,
            displayName: "ann",
            identityWords: "a b c d",
            services: [IntroductionCard.Service(name: "presence", description: "Online", minimumTrust: "unknown")],
            machinePublicKey: identity.machineKey.publicKey.bytes
        )
    }

    @Test func spec01_check41_theLayoutVectorReproduces() {
        let card = IntroductionCard(
            agentID: id(1),
            machineID: id(2),
            displayName: "ann",
            identityWords: "a b c d",
            services: [IntroductionCard.Service(name: "presence", description: "Online", minimumTrust: "unknown")],
            machinePublicKey: [0xAA, 0xBB]
        )
        let expected =
            String(repeating: "01", count: 32) + String(repeating: "02", count: 32) + "0000010300000000000000616e6e"
            + "0700000000000000" + "61206220632064" + "0100000000000000" + "0800000000000000" + "70726573656e6365"
            + "0600000000000000" + "4f6e6c696e65" + "0700000000000000" + "756e6b6e6f776e" + "0200000000000000" + "aabb"
        #expect(card.encodedFields.count == 156)
        #expect(card.encodedFields.hex == expected)
    }

    @Test func spec01_check41_anyChangeFails() throws {
        let identity = try Fixtures.identity(20, withUser: true)
        let card = self.card(identity)
        let signature = try card.signature(by: identity.machineKey)
        try card.verify(signature: signature)
        let changes: [(inout IntroductionCard) -> Void] = [
            { $0.displayName = "bob" }, { $0.agentID = id(9) }, { $0.machineID = id(9) }, { $0.userID = nil },
            { $0.certificate = nil }, { $0.identityWords = "d c b a" }, { $0.services = [] },
        ]
        for change in changes {
            var changed = card
            change(&changed)
            #expect(throws: IdentityError.self) { try changed.verify(signature: signature) }
        }
        let other = try Fixtures.identity(30)
        let foreign = try self.card(other).signature(by: other.machineKey)
        #expect(throws: IdentityError.self) { try card.verify(signature: foreign) }
    }

    @Test func spec01_check41_aCertificateNeedsItsUserAndAgent() throws {
        let identity = try Fixtures.identity(20, withUser: true)
        for change in [{ $0.userID = nil }, { $0.agentID = id(9) }] as [(inout IntroductionCard) -> Void] {
            var card = self.card(identity)
            change(&card)
            let signature = try card.signature(by: identity.machineKey)
            #expect(throws: IdentityError.self) { try card.verify(signature: signature) }
        }
    }
}
