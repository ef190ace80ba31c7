// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Discovery
import Identity
import Node
import Primitives
import PrivateFiles
import Testing
import Trust
import X0X

/// How agents find each other, lose each other, and do not fall for somebody else's word (spec 01 §5–§8).
@Suite(.serialized, .timeLimit(.minutes(2))) struct AgentDiscoveryTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    /// An agent with a user key beside its own.
    private func openHuman(_ name: String, seed: UInt8) async throws -> (agent: Agent, user: UserKey) {
        let user = try UserKey(seed: SecretBytes([UInt8](repeating: seed, count: 32)))
        let path = "\(self.folder.path)/\(name)-user.key"
        try PrivateFile.write(KeyFile.encode(user).exposedBytes(), to: path, .new)
        return (try await openAgent(in: self.folder, name) { $0.userKeyPath = path }, user)
    }

    /// An agent that keeps a connection to another.
    private func open(_ name: String, near other: Agent, lifetime: Nanoseconds = .seconds(900)) async throws -> Agent {
        try await openAgent(in: self.folder, name) {
            $0.bootstrapPeers = [other.localAddress]
            $0.identityLifetime = lifetime
        }
    }

    @Test func spec01_check21_aloneAnAgentFindsItselfAtOnce() async throws {
        let (alice, user) = try await self.openHuman("alice", seed: 41)
        try await run([alice]) {
            try await alice.announce(includeUser: false, humanConsent: false)
            #expect(await alice.discoveredAgents(unfiltered: false).map(\.agentID) == [alice.identity.agentID])
            let machines = await alice.discoveredMachines(unfiltered: false)
            #expect(machines.map(\.machineID) == [alice.identity.machineID])
            #expect(machines.first?.agentIDs == [alice.identity.agentID])
            #expect(await alice.agents(of: user.id).isEmpty, "nobody consented")

            // The user appears with consent and is gone without it, though both happen within a second.
            try await alice.announce(includeUser: true, humanConsent: true)
            #expect(await alice.agents(of: user.id).map(\.agentID) == [alice.identity.agentID])
            #expect(await alice.machines(of: user.id).map(\.machineID) == [alice.identity.machineID])
            try await alice.announce(includeUser: false, humanConsent: false)
            #expect(await alice.agents(of: user.id).isEmpty)
            #expect(await alice.machines(of: user.id).isEmpty)
            #expect(await alice.contacts().isEmpty, "the own agent is no contact")
        }
    }

    @Test func spec01_check22_bobFindsAliceLosesHerAndFindsHerAgain() async throws {
        let (alice, user) = try await self.openHuman("alice", seed: 42)
        let bob = try await self.open("bob", near: alice, lifetime: .seconds(4))
        try await run([alice, bob]) {
            let found = try #require(await bob.findAgent(alice.identity.agentID, within: .seconds(30)))
            #expect(found.machineID == alice.identity.machineID && found.userID == nil)
            #expect(found.addresses == [alice.localAddress])
            #expect(await bob.machine(of: alice.identity.agentID)?.machineID == alice.identity.machineID)
            #expect(await bob.contacts().isEmpty, "strangers are no contacts (check 27)")

            try await alice.announce(includeUser: true, humanConsent: true)
            try await eventually("bob learns alice's user") {
                await bob.agents(of: user.id).map(\.agentID) == [alice.identity.agentID]
            }
            #expect(await bob.machines(of: user.id).map(\.machineID) == [alice.identity.machineID])

            // Once her announcements of the start are over, nothing renews her.
            try await eventually("alice expires at bob") {
                await !bob.discoveredAgents(unfiltered: false).contains { $0.agentID == alice.identity.agentID }
            }
            #expect(
                await bob.discoveredAgents(unfiltered: true).contains { $0.agentID == alice.identity.agentID },
                "expired entries stay in the unfiltered list (check 20)"
            )
            #expect(await bob.agents(of: user.id).isEmpty)

            try await alice.announce(includeUser: false, humanConsent: false)
            try await eventually("alice is back") {
                await bob.discoveredAgents(unfiltered: false).contains { $0.agentID == alice.identity.agentID }
            }
            #expect(await bob.discoveredAgent(alice.identity.agentID)?.userID == nil, "the consent is withdrawn")
        }
    }

    @Test func spec01_check26_somebodyElsesWordChangesNoBinding() async throws {
        let (alice, user) = try await self.openHuman("alice", seed: 43)
        let bob = try await self.open("bob", near: alice)
        let mallory = try await self.open("mallory", near: bob)
        try await run([alice, bob, mallory]) {
            try await meet(bob, alice)
            try await meet(bob, mallory)
            // Everybody can read her certificate once she has consented.
            try await alice.announce(includeUser: true, humanConsent: true)
            try await eventually("the consent arrives") { await !bob.agents(of: user.id).isEmpty }
            let before = try #require(await bob.discoveredAgent(alice.identity.agentID))

            let certificate = try AgentCertificate(issuedBy: user, for: alice.agentPublicKey(), at: 1).fields
            let machine = try MachineKey(seed: SecretBytes([UInt8](repeating: 99, count: 32)))
            let forged = IdentityAnnouncement(
                agentID: alice.identity.agentID,
                machineID: machine.id,
                userID: user.id,
                certificate: certificate,
                machinePublicKey: machine.publicKey.bytes,
                addresses: [mallory.localAddress],
                announcedAt: before.announcedAt + 1
            )
            try await mallory.publish(topic: AnnouncementTopic.identity, payload: forged.signed(by: machine))
            try await eventually("bob refuses the forgery") {
                await bob.discoveryStatistics().droppedCounts[.unauthenticatedBinding] == 1
            }
            let after = try #require(await bob.discoveredAgent(alice.identity.agentID))
            #expect(after.machineID == alice.identity.machineID && after.binding == .authenticated)
            #expect(after.addresses == [alice.localAddress])
            #expect(await bob.machines(of: user.id).map(\.machineID) == [alice.identity.machineID])
            #expect(await bob.connect(toMachine: machine.id) == ConnectOutcome(.notFound))
        }
    }

    /// Bob forwards what alice signed, in her own envelope, and says nothing in his own name.
    @Test func spec01_check28_announcementsOfOthersAreNotPublishedAgain() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await self.open("bob", near: alice)
        let charlie = try await self.open("charlie", near: bob)
        try await run([alice, bob, charlie]) {
            for reader in [bob, charlie] { try await meet(reader, alice) }
            try await meet(charlie, bob)
            _ = try await charlie.subscribe(topic: AnnouncementTopic.identity)
            let events = try await charlie.events()
            try await alice.announce(includeUser: false, humanConsent: false)
            try await eventually("bob takes it in") {
                let known = await bob.discoveredAgent(alice.identity.agentID)?.announcedAt
                return await known == alice.discoveredAgent(alice.identity.agentID)?.announcedAt
            }
            let fence = Array("not an announcement".utf8)
            try await bob.publish(topic: AnnouncementTopic.identity, payload: fence)
            var senders: Set<AgentID> = []
            while case .message(let message) = try await nextElement(of: events), message.payload != fence {
                let announcement = try UnverifiedIdentityAnnouncement(decoding: message.payload)
                guard announcement.fields.agentID == alice.identity.agentID, let sender = message.sender else {
                    continue
                }
                senders.insert(sender)
            }
            #expect(senders.isSubset(of: [alice.identity.agentID]))
            try await eventually("what is no announcement is counted") {
                await charlie.discoveryStatistics().droppedCounts[.unreadable] == 1
            }
            try await bob.publish(topic: AnnouncementTopic.identity, payload: Array("X0A2 of a later release".utf8))
            try await eventually("what a later release says is recognised") {
                await charlie.discoveryStatistics().droppedCounts[.newerFormat] == 1
            }
        }
    }

    @Test func spec01_check03_connectionsProveTheMachine() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await self.open("bob", near: alice)
        try await run([alice, bob]) {
            try await eventually("bob connects") { await !bob.connectedPeers().isEmpty }
            #expect(await bob.connectedPeers().map(\.id) == [alice.identity.machineID])
            try await eventually("alice sees him") { await !alice.connectedPeers().isEmpty }
            #expect(await alice.connectedPeers().map(\.id) == [bob.identity.machineID])
        }
    }

    @Test func aSearchEndsWithoutFindingAndLeavesNothing() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let nobody = AgentID(words: Words32(1, 2, 3, 4))
        try await run([alice]) {
            #expect(await alice.findAgent(nobody, within: .milliseconds(50)) == nil)
            #expect(await alice.findAgent(nobody, within: .zero) == nil)
            #expect(await alice.findMachine(MachineID(words: Words32(1, 2, 3, 4)), within: .milliseconds(50)) == nil)
            try await alice.setTrust(nobody, .blocked)
            #expect(await alice.findAgent(nobody, within: .seconds(60)) == nil, "blocked: no search")
        }
    }

    @Test func spec01_check24_whoWasDialledSaysSo() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await self.open("bob", near: alice)
        try await run([alice, bob]) {
            try await eventually("alice says that she can be dialled") {
                await bob.discoveredAgent(alice.identity.agentID)?.reachability.canReceiveDirect == true
            }
            let record = try #require(await bob.discoveredAgent(alice.identity.agentID))
            #expect(record.isLikelyDirect && !record.needsCoordination)
            #expect(record.reachability.isRelay == false && record.reachability.isCoordinator == false)
            #expect(record.reachability.reachableVia.isEmpty && record.reachability.natType == nil)
            let outcome = await bob.connect(toMachine: alice.identity.machineID)
            #expect(outcome == ConnectOutcome(.direct, address: alice.localAddress))
            // Nobody dialled bob: he does not know, and does not say no.
            try await eventually("alice knows bob") { await alice.discoveredAgent(bob.identity.agentID) != nil }
            #expect(await alice.discoveredAgent(bob.identity.agentID)?.reachability.canReceiveDirect == nil)
        }
    }
}

extension Agent {
    fileprivate func agentPublicKey() throws -> MLDSA65PublicKey {
        try MLDSA65PublicKey(bytes: self.identity.agentPublicKey)
    }
}
