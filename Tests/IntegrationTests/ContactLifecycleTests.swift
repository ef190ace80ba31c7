// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XAPI
import X0XClient

/// Contacts between two real daemons: over REST, over the command line, and over restarts (spec 01 §10–§12).
@Suite(.serialized, .timeLimit(.minutes(2))) struct ContactLifecycleTests {
    private func evaluate(_ reader: DaemonFixture, _ other: DaemonFixture) async throws -> String {
        try await reader.client.evaluateTrust(agent: other.agentID, machine: other.machineID)
    }

    private func level(_ reader: DaemonFixture, _ other: DaemonFixture) async throws -> String? {
        try await reader.client.contacts().first { $0.agentID == other.agentID }?.trustLevel
    }

    private func discovers(_ reader: DaemonFixture, _ other: DaemonFixture) async throws {
        _ = try await eventually("\(reader.name) discovering \(other.name)") {
            try await reader.client.discoveredAgents().map(\.agentID)
        } until: {
            $0.contains(other.agentID)
        }
    }

    @Test func spec01_check35_importTrustBlockRemove() async throws {
        try await DaemonStage.run { stage in
            let alice = try await stage.start("alice")
            let bob = try await stage.start("bob")
            #expect(try await self.evaluate(alice, bob) == "Unknown")

            try await alice.meet(bob, trust: "known")
            try await bob.meet(alice, trust: "known")
            #expect(try await self.evaluate(alice, bob) == "AcceptWithFlag")
            try await alice.connect(to: bob)
            try await self.discovers(bob, alice)

            try await bob.client.setTrust(alice.agentID, level: "Trusted")
            #expect(try await self.evaluate(bob, alice) == "Accept")

            // Blocked: gone from every list at once, and nothing goes out to her any more.
            try await bob.client.updateContact(alice.agentID, trust: "blocked")
            #expect(try await self.evaluate(bob, alice) == "RejectBlocked")
            #expect(try await !bob.client.discoveredAgents(unfiltered: true).contains { $0.agentID == alice.agentID })
            #expect(try await !bob.client.presenceOnline().contains { $0.agentID == alice.agentID })
            let refused = await #expect(throws: X0XClientError.self) {
                _ = try await bob.client.sendDirect(to: alice.agentID, payload: [1])
            }
            #expect(refused?.status == 403)
            let introduction = await #expect(throws: X0XClientError.self) {
                _ = try await bob.client.introduction(peer: alice.agentID)
            }
            #expect(introduction?.status == 403)
            // Her card does not unblock her, whatever it asks for (spec 01 F11).
            let card = try await alice.client.agentCard(displayName: "alice")
            let imported = try await bob.client.importAgentCard(.link(card.link), trustLevel: "trusted")
            #expect(imported.trustLevel == "Blocked")
            #expect(try await self.level(bob, alice) == "blocked")

            // What she sends is refused and counted.
            _ = try? await alice.client.sendDirect(to: bob.agentID, payload: [1])
            let counted = try await eventually("the refusal being counted") {
                try await bob.client.gossipDiagnostics().trust["direct_raw"]?.blocked ?? 0
            } until: {
                $0 >= 1
            }
            #expect(counted >= 1)

            try await bob.client.removeContact(alice.agentID)
            #expect(try await self.level(bob, alice) == nil)
            #expect(try await self.evaluate(bob, alice) == "Unknown")
            let again = await #expect(throws: X0XClientError.self) {
                try await bob.client.removeContact(alice.agentID)
            }
            #expect(again?.status == 404)
            // Unblocked by that, she is discovered again with her next announcement.
            _ = try await alice.client.announce()
            try await self.discovers(bob, alice)
        }
    }

    @Test func spec01_check38_aPinToAnotherMachineRejects() async throws {
        try await DaemonStage.run { stage in
            let alice = try await stage.start("alice")
            let bob = try await stage.start("bob")
            try await alice.meet(bob)
            try await bob.meet(alice)
            try await alice.connect(to: bob)
            try await self.discovers(bob, alice)

            let elsewhere = String(repeating: "e1", count: 32)
            let record = try await bob.client.addMachine(elsewhere, ofContact: alice.agentID, pinned: true)
            #expect(record.isPinned)
            #expect(try await self.evaluate(bob, alice) == "RejectMachineMismatch")
            #expect(try await !bob.client.discoveredAgents(unfiltered: true).contains { $0.agentID == alice.agentID })
            _ = try? await alice.client.sendDirect(to: bob.agentID, payload: [1])
            _ = try? await alice.client.announce()
            _ = try await eventually("both being refused") {
                let trust = try await bob.client.gossipDiagnostics().trust
                return [trust["direct_raw"], trust["announcement"]].map { $0?.machineMismatch ?? 0 }
            } until: {
                $0.allSatisfy { $0 >= 1 }
            }

            // Pinned to the machine she is on, she is welcome again.
            try await bob.client.addMachine(alice.machineID, ofContact: alice.agentID, label: "desk")
            #expect(try await bob.client.pinMachine(alice.machineID, ofContact: alice.agentID))
            #expect(try await self.evaluate(bob, alice) == "Accept")
            _ = try await alice.client.announce()
            try await self.discovers(bob, alice)
            // Without pins the level decides (F9).
            #expect(try await bob.client.unpinMachine(elsewhere, ofContact: alice.agentID))
            try await bob.client.removeMachine(alice.machineID, ofContact: alice.agentID)
            #expect(try await bob.client.evaluateTrust(agent: alice.agentID, machine: elsewhere) == "Accept")
        }
    }

    @Test func spec01_check32_decisionsSurviveARestartAndAKill() async throws {
        try await DaemonStage.run { stage in
            let (mallory, friend) = (String(repeating: "6d", count: 32), String(repeating: "f1", count: 32))
            let machine = String(repeating: "33", count: 32)
            var daemon = try await stage.start("alice")
            try await daemon.client.revokeContact(mallory, reason: "lost laptop")
            try await daemon.client.revokeContact(mallory, reason: "again")
            try await daemon.client.removeContact(mallory)
            try await daemon.client.addContact(friend, trust: "known", label: "friend")
            try await daemon.client.addMachine(machine, ofContact: friend, label: "desk", pinned: true)
            for kill in [true, false] {
                if kill {
                    daemon.process.child.send(signal: SIGKILL)
                    #expect(await daemon.process.child.waitForExit() == .signal(SIGKILL))
                } else {
                    #expect(await daemon.process.stop() == .code(0))
                }
                daemon = try await stage.start("alice")
                let client = daemon.client
                #expect(try await client.revocations(of: mallory).map(\.reason) == ["lost laptop"])
                #expect(try await client.revocations(of: mallory).first?.revokerID == daemon.agentID)
                #expect(try await client.evaluateTrust(agent: mallory, machine: machine) == "RejectBlocked")
                #expect(try await client.contacts().map(\.agentID) == [friend])
                #expect(try await client.contacts().first?.identityType == "pinned")
                let machines = try await client.machines(ofContact: friend)
                #expect(machines.map(\.machineID) == [machine] && machines.first?.label == "desk")
                #expect(try await client.evaluateTrust(agent: friend, machine: machine) == "Accept")
            }
            // Adding a revoked agent again keeps it blocked.
            try await daemon.client.addContact(mallory, trust: "trusted")
            #expect(try await daemon.client.contacts().first { $0.agentID == mallory }?.trustLevel == "blocked")
        }
    }

    @Test func spec01_check35_theSameOverTheCommandLine() async throws {
        try await DaemonStage.run { stage in
            let alice = try await stage.start("alice")
            let bob = try await stage.start("bob")
            let x0x = CommandLineTool(of: bob)
            let (id, machine) = (alice.agentID, alice.machineID)
            let elsewhere = String(repeating: "e1", count: 32)
            let card = try await alice.client.agentCard(displayName: "alice")

            try await x0x.run("agent", "import", card.link, "--trust", "known")
            #expect(try await x0x.run("contacts", "list").contains(id))
            try await x0x.run("contacts", "update", id, "--trust", "Trusted")
            #expect(try await x0x.run("trust", "evaluate", id, machine).contains("Accept"))
            try await x0x.run("machines", "add", id, elsewhere, "--pin", "--label", "desk")
            #expect(try await x0x.run("trust", "evaluate", id, machine).contains("RejectMachineMismatch"))
            #expect(try await x0x.run("machines", "list", id).contains(elsewhere))
            try await x0x.run("machines", "unpin", id, elsewhere)
            try await x0x.run("machines", "pin", id, elsewhere)
            try await x0x.run("machines", "remove", id, elsewhere)
            #expect(try await x0x.run("trust", "evaluate", id, machine).contains("Accept"))
            try await x0x.run("trust", "set", id, "blocked")
            #expect(try await x0x.run("trust", "evaluate", id, machine).contains("RejectBlocked"))
            try await x0x.run("contacts", "remove", id)
            #expect(try await !x0x.run("contacts", "list").contains(id))
            try await x0x.run("contacts", "revoke", id, "--reason", "lost laptop")
            #expect(try await x0x.run("contacts", "revocations", id).contains("lost laptop"))
            try await x0x.run("contacts", "remove", id)

            // A backup knows the revocation of an agent that is no contact any more; another daemon takes it over.
            try await x0x.run("contacts", "add", elsewhere, "--trust", "trusted", "--label", "friend")
            let backup = bob.dataDirectory + "/backup.json"
            try await x0x.run("contacts", "export", backup)
            await #expect(throws: (any Error).self) { try await x0x.run("contacts", "export", backup) }
            let charlie = try await stage.start("charlie")
            let other = CommandLineTool(of: charlie)
            for _ in 0..<2 { try await other.run("contacts", "import", backup) }
            #expect(try await self.evaluate(charlie, alice) == "RejectBlocked")
            let contacts = try await charlie.client.contacts()
            #expect(contacts.map(\.label).contains("friend"))
        }
    }

    @Test func spec01_check33_aDamagedContactFileStopsTheDaemonAndStays() async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("alice")
            let path = daemon.dataDirectory + "/contacts.json"
            #expect(await daemon.process.stop() == .code(0))
            try Data("{\"contacts\": [".utf8).write(to: URL(fileURLWithPath: path))
            let refused = try stage.launch("alice")
            #expect(await refused.child.waitForExit() == .code(1))
            let log = try String(contentsOfFile: refused.launch.logPath, encoding: .utf8)
            #expect(log.contains(path), "it names the file: \(log)")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "{\"contacts\": [")
        }
    }
}
