// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Identity
import Primitives
import Testing
import Trust

@Suite struct IntroductionTests {
    private let identity: LocalIdentity

    init() throws {
        let agentKey = try AgentKey(seed: SecretBytes([UInt8](repeating: 1, count: 32)))
        let userKey = try UserKey(seed: SecretBytes([UInt8](repeating: 2, count: 32)))
        self.identity = LocalIdentity(
            machineKey: try MachineKey(seed: SecretBytes([UInt8](repeating: 3, count: 32))),
            agentKey: agentKey,
            user: LocalIdentity.User(
                key: userKey,
                certificate: try AgentCertificate(issuedBy: userKey, for: agentKey.publicKey, at: 1)
            ),
            encapsulationKey: try MLKEM768PrivateKey()
        )
    }

    private func introduction(_ level: TrustLevel) throws -> Introduction {
        try Introduction(of: self.identity, for: level)
    }

    @Test func spec01_check41_servicesDependOnTheLevel() throws {
        #expect(try self.introduction(.unknown).services.map(\.name) == ["presence"])
        #expect(try self.introduction(.known).services.map(\.name) == ["presence", "direct-message", "mls-group"])
        #expect(try self.introduction(.trusted).services.count == 5)
        #expect(throws: Introduction.Refusal.blocked) { try self.introduction(.blocked) }
    }

    @Test func spec01_check41_strangersSeeNoMachineAndNoUser() throws {
        let stranger = try self.introduction(.unknown)
        #expect(stranger.details == nil && stranger.identityWords == IdentityWords(self.identity.agentID).description)
        let known = try self.introduction(.known)
        let name = IdentityName(agent: self.identity.agentID, user: self.identity.userID)
        #expect(known.identityWords == name.description && known.identityWords.contains(" @ "))
        #expect(known.details?.machineID == self.identity.machineID)
        #expect(known.details?.userID == self.identity.userID)
        #expect(known.details?.certificate == self.identity.user?.certificate)
    }

    @Test func spec01_check41_theSignatureCanBeChecked() throws {
        let known = try self.introduction(.known)
        let details = try #require(known.details)
        let card = IntroductionCard(
            agentID: known.agentID,
            machineID: details.machineID,
            userID: details.userID,
            certificate: self.identity.user?.certificate.fields,
            identityWords: known.identityWords,
            services: known.services.map {
                IntroductionCard.Service(
                    name: $0.name,
                    description: $0.description,
                    minimumTrust: $0.minimumTrust.rawValue
                )
            },
            machinePublicKey: details.machinePublicKey
        )
        try card.verify(signature: details.signature)
    }
}
