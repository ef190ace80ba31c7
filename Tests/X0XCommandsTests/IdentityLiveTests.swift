// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Identity
import Primitives
import TestSupport
import Testing
import X0XAPI
import X0XClient
import X0XCommands

/// Words, users and backups with real daemons, if `x0xd` is built; otherwise these tests are skipped.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: (try? BuiltProgram.path(of: "x0xd")) != nil))
struct IdentityLiveTests {
    private static func x0x(
        _ daemon: DaemonFixture,
        _ arguments: [String],
        passphrases: [String] = []
    ) async -> CommandRun {
        await CommandRun.x0x(
            ["--name", daemon.name, "--json"] + arguments,
            environment: daemon.process.launch.completeEnvironment,
            passphrases: passphrases
        )
    }

    private static func json(_ run: CommandRun) throws -> JSONValue {
        try #require(run.code == 0, "\(run.errors)")
        return try JSONValue(parsing: Array(run.output.utf8))
    }

    private static func words(_ value: JSONValue?) throws -> [String] {
        try #require(value?.stringValue).split(separator: " ").map(String.init)
    }

    @Test func spec01_check43_agentsAreFoundAndConnectedByWords() async throws {
        try await DaemonStage.run { stage in
            async let first = stage.start("alice")
            async let second = stage.start("bob")
            let (alice, bob) = try await (first, second)
            let agent = try Self.json(await Self.x0x(bob, ["agent"]))
            let status = try Self.json(await Self.x0x(bob, ["status"]))
            #expect(agent["identity_words"] == status["identity_words"])
            let introduction = try Self.json(await Self.x0x(bob, ["agent", "introduction"]))
            #expect(introduction["identity_words"] == agent["identity_words"])
            let words = try Self.words(agent["identity_words"])

            let before = await Self.x0x(alice, ["find"] + words)
            #expect(before.errors == "No agents found matching those words.\n" && before.code == 0)
            let card = try await bob.client.agentCard(displayName: "Bob")
            let imported = await Self.x0x(alice, ["agent", "import", card.link])
            #expect(try Self.json(imported)["verified"] == .bool(true))
            #expect(imported.errors.contains("Verified: the agent itself signed this card."))
            let found = try Self.json(await Self.x0x(alice, ["find"] + words))
            #expect(found.arrayValue?.map { $0["agent_id"] } == [.string(bob.agentID)])

            let port = try await bob.quicPort()
            let location = try #require(LocationWords(NetworkAddress(ipv4: 0x7F00_0001, port: port)))
            let connected = await Self.x0x(
                alice,
                ["connect"] + location.description.split(separator: " ").map(String.init)
            )
            let outcome = try Self.json(connected)["outcome"]?.stringValue
            #expect(outcome == "Direct" || outcome == "Coordinated" || outcome == "AlreadyConnected")
            #expect(connected.errors.contains(bob.agentID))
            let again = try Self.json(await Self.x0x(alice, ["connect"] + words))
            #expect(again["outcome"] == .string("AlreadyConnected") || again["outcome"] == .string("Direct"))
        }
    }

    /// Create → certificate → `/agent/user-id`, card only when asked, introduction by trust; and the announcement's consent.
    @Test func spec01_check16_theUserIsDisclosedOnlyOnRequest() async throws {
        try await DaemonStage.run { stage in
            let stranger = try await stage.start("alice")
            #expect(try await stranger.client.agentUserID() == nil)
            let withoutUser = await Self.x0x(stranger, ["announce", "--include-user", "--consent"])
            #expect(withoutUser.code == 1 && withoutUser.errors.contains("no user identity is configured"))
            let created = try Self.json(await Self.x0x(stranger, ["user", "create", "--consent"]))
            await stranger.process.stop()

            let alice = try await stage.start("alice")
            #expect(alice.agentID == stranger.agentID && alice.machineID == stranger.machineID)
            let user = try #require(try await alice.client.agentUserID())
            #expect(created["user_id"] == .string(user))
            let shown = try Self.json(await Self.x0x(alice, ["user", "show"]))
            #expect(shown["certificate"]?["agent_id"] == .string(alice.agentID))

            #expect(try await alice.client.agentCard().card.userID == nil)
            #expect(try await alice.client.agentCard(includeUser: true).card.userID == user)
            let open = try await alice.client.introduction()
            #expect(open.userID == nil && !open.identityWords.contains("@"))
            let friend = String(repeating: "ab", count: 32)
            try await alice.client.setTrust(friend, level: "known")
            let known = try await alice.client.introduction(peer: friend)
            #expect(known.userID == user && known.certificate == "(present)" && known.identityWords.contains(" @ "))

            let refused = await Self.x0x(alice, ["announce", "--include-user"])
            #expect(refused.code == 1 && refused.errors.contains("explicit human consent"))
            #expect(await Self.x0x(alice, ["announce", "--include-user", "--consent"]).code == 0)
            #expect(try await alice.client.agentCard().card.userID == user)
            #expect(await Self.x0x(alice, ["announce"]).code == 0)
            #expect(try await alice.client.agentCard().card.userID == nil)

            let running = await Self.x0x(alice, ["user", "renew"])
            #expect(running.code == 1 && running.errors.contains("stop the daemon first"))
        }
    }

    @Test func spec01_check06_aBackupMovesTheAgentToAnotherMachine() async throws {
        try await DaemonStage.run { stage in
            let passphrase = "correct horse battery"
            let old = try await stage.start("old")
            let backup = "\(old.process.launch.home)/agent.backup"
            let export = await Self.x0x(old, ["key", "export", backup], passphrases: [passphrase, passphrase])
            #expect(try Self.json(export)["agent_id"] == .string(old.agentID))
            let running = await Self.x0x(old, ["key", "import", backup], passphrases: [passphrase])
            #expect(running.code == 1 && running.errors.contains("stop the daemon first"))
            await old.process.stop()

            var environment = old.process.launch.completeEnvironment
            environment["HOME"] = stage.home(of: "new")
            let restored = await CommandRun.x0x(
                ["--name", "new", "--json", "key", "import", backup],
                environment: environment,
                passphrases: [passphrase]
            )
            #expect(try Self.json(restored)["agent_id"] == .string(old.agentID))
            let new = try await stage.start("new")
            #expect(new.agentID == old.agentID && new.machineID != old.machineID)
        }
    }
}
