// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import Foundation
import Identity
import Primitives
import TestSupport
import Testing
import X0XAPI
import X0XClient

/// What `GET /introduction` and `GET /agent/card` of a real daemon prove to their readers (spec 01 §13, §14, F32).
@Suite(.timeLimit(.minutes(2))) struct IntroductionDaemonTests {
    private static let friend = String(repeating: "f1", count: 32)

    private static func bytes(_ text: String?) throws -> [UInt8] { try [UInt8](hex: text ?? "") }

    /// The card that the members of an answer describe, and its signature.
    private func card(_ answer: IntroductionResponse) throws -> (card: IntroductionCard, signature: [UInt8]) {
        let agentID = AgentID(bytes: try Self.bytes(answer.agentID))
        let machineID = MachineID(bytes: try Self.bytes(answer.machineID))
        let certificate = try Self.bytes(answer.agentCertificate)
        var card = IntroductionCard(
            agentID: try #require(agentID),
            machineID: try #require(machineID),
            identityWords: answer.identityWords,
            services: answer.services.map {
                IntroductionCard.Service(
                    name: $0.name,
                    description: $0.description,
                    minimumTrust: $0.minimumTrust
                )
            },
            machinePublicKey: try Self.bytes(answer.machinePublicKey)
        )
        card.userID = UserID(bytes: try Self.bytes(answer.userID))
        if !certificate.isEmpty { card.certificate = try AgentCertificate.Unverified(decoding: certificate) }
        return (card, try Self.bytes(answer.fullSignature))
    }

    @Test func spec01_check41_aReaderOfTheAnswerCanCheckAllOfIt() async throws {
        try await DaemonStage.run { stage in
            var daemon = try await stage.start("alice")
            for withUser in [false, true] {
                if withUser {
                    try await CommandLineTool(of: daemon).run("user", "create", "--consent")
                    #expect(await daemon.process.stop() == .code(0))
                    daemon = try await stage.start("alice")
                }
                try await daemon.client.addContact(Self.friend, trust: "trusted")
                let answer = try await daemon.client.introduction(peer: Self.friend)
                #expect((answer.userID != nil) == withUser && (answer.agentCertificate != nil) == withUser)
                let (card, signature) = try self.card(answer)
                try card.verify(signature: signature)
                #expect(answer.signature == String(try #require(answer.fullSignature).prefix(16)))
                #expect(card.machineID.hex == daemon.machineID && card.agentID.hex == daemon.agentID)

                var changed = card
                changed.identityWords = "able abuse acid acorn"
                #expect(throws: IdentityError.self) { try changed.verify(signature: signature) }
                changed = card
                changed.services.removeLast()
                #expect(throws: IdentityError.self) { try changed.verify(signature: signature) }

                // A stranger gets nothing that could be checked, and nothing that needs to be.
                let stranger = try await daemon.client.introduction(peer: String(repeating: "0e", count: 32))
                #expect(stranger.machineID == nil && stranger.fullSignature == nil && stranger.userID == nil)
            }
        }
    }

    /// There are no groups yet: the parameter is taken, and the card has none.
    @Test func spec01_check39_aCardWithGroupsOfAnAgentWithoutGroups() async throws {
        try await DaemonStage.run { stage in
            let alice = try await stage.start("alice")
            let answer = try await alice.send("GET", "/agent/card?display_name=Ann&include_groups=true")
            #expect(answer.status == 200)
            #expect(!answer.text.contains("\"groups\""), "an empty list is left out")
            let refused = try await alice.send("GET", "/agent/card?include_groups=perhaps")
            #expect(refused.status == 400 && refused.text.contains("include_groups"))
            let link = try await CommandLineTool(of: alice).run("agent", "card", "Ann", "--include-groups")
            #expect(link.contains("x0x://agent/"))
        }
    }
}
