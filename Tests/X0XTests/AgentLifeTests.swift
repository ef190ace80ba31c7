// SPDX-License-Identifier: MIT OR Apache-2.0

import Discovery
import Foundation
import Identity
import Node
import Primitives
import Storage
import Testing
import Trust
import X0X

@Suite(.timeLimit(.minutes(2))) struct AgentLifeTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    @Test func restartKeepsContactsAndIdentity() async throws {
        let friend = AgentID(words: Words32(1, 2, 3, 4))
        let foe = AgentID(words: Words32(5, 6, 7, 8))
        let first = try await openAgent(in: self.folder, "alice")
        try await run([first]) {
            let added = [
                try await first.addContact(friend, trust: .trusted, label: "friend"),
                try await first.addContact(friend, trust: .trusted, label: nil),
            ]
            #expect(added == [true, false])
            try await first.setTrust(foe, .blocked)
        }
        let second = try await openAgent(in: self.folder, "alice")
        try await run([second]) {
            #expect(second.identity == first.identity)
            let contacts = await second.contacts()
            #expect(contacts.map(\.agentID) == [friend, foe])
            #expect(contacts.map(\.trustLevel) == [.trusted, .blocked])
            #expect(contacts.map(\.label) == ["friend", nil])
            let removed = [try await second.removeContact(friend), try await second.removeContact(friend)]
            #expect(removed == [true, false])
        }
        let third = try await openAgent(in: self.folder, "alice")
        try await run([third]) { #expect(await third.contacts().map(\.agentID) == [foe]) }
    }

    @Test(arguments: ["machine.key", "agent.key"])
    func aBrokenKeyFileStopsTheStartAndStays(_ name: String) async throws {
        let agent = try await openAgent(in: self.folder, "alice")
        try await run([agent]) {}
        let path = "\(self.folder.path)/alice/identity/\(name)"
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        await #expect(throws: IdentityLoadError.self) { try await openAgent(in: self.folder, "alice") }
        #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) == bytes)

        // The failed start left nothing locked: with the file repaired the agent is itself again.
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let again = try await openAgent(in: self.folder, "alice")
        #expect(again.identity == agent.identity)
        try await run([again]) {}
    }

    @Test func spec13_check32_oneAgentPerDataDirectory() async throws {
        let agent = try await openAgent(in: self.folder, "alice")
        try await run([agent]) {
            await #expect(throws: AlreadyRunning.self) { try await openAgent(in: self.folder, "alice") }
        }
        let next = try await openAgent(in: self.folder, "alice")
        try await run([next]) {}
    }

    @Test func oneAgentPerIdentityDirectory() async throws {
        let agent = try await openAgent(in: self.folder, "alice")
        let identityDirectory = "\(self.folder.path)/alice/identity"
        try await run([agent]) {
            await #expect(throws: AlreadyRunning.self) {
                try await openAgent(in: self.folder, "bob") { $0.identityDirectory = identityDirectory }
            }
        }
        let next = try await openAgent(in: self.folder, "bob") { $0.identityDirectory = identityDirectory }
        #expect(next.identity.agentID == agent.identity.agentID)
        try await run([next]) {}
    }

    @Test func aStoppedAgentAnswersInsteadOfHanging() async throws {
        let agent = try await openAgent(in: self.folder, "alice")
        try await run([agent]) {}
        #expect(await agent.connectedPeers().isEmpty)
        #expect(await agent.networkStatus().connectedPeers == 0)
        #expect(await agent.connect(to: AgentID(words: Words32(1, 1, 1, 1))).kind == .notFound)
        await #expect(throws: PublishError.unavailable) { try await agent.publish(topic: "t", payload: []) }
        await #expect(throws: StorageError.self) {
            try await agent.setTrust(AgentID(words: Words32(1, 1, 1, 1)), .known)
        }
    }

    @Test func aTakenPortStopsTheStartAndLeavesNothingBehind() async throws {
        let agent = try await openAgent(in: self.folder, "alice")
        let taken = agent.localAddress
        try await run([agent]) {
            await #expect(throws: (any Error).self) {
                try await openAgent(in: self.folder, "bob") { $0.bindAddress = taken }
            }
            let bob = try await openAgent(in: self.folder, "bob")
            try await run([bob]) {}
        }
    }

    @Test func loopbackOnlyRefusesToBindElsewhere() async throws {
        await #expect(throws: (any Error).self) {
            try await openAgent(in: self.folder, "alice") {
                $0.bindAddress = NetworkAddress(ipv4: 0, port: 0)
            }
        }
    }

    @Test func shutdownEndsFeedsAndIsQuick() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await openAgent(in: self.folder, "bob")
        let clock = ContinuousClock()
        let stopping = clock.now
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await run([alice, bob]) {
                    try await introduce(alice, to: bob)
                    let events = try await alice.events()
                    let inbox = try await bob.directEvents()
                    alice.endFeeds()
                    bob.endFeeds()
                    for await _ in events {}
                    for await _ in inbox {}
                    await #expect(throws: TooManyStreams.self) { try await alice.events() }
                }
            }
            try await tasks.waitForAll()
        }
        #expect(clock.now - stopping < .seconds(20))
    }

    @Test func aConfiguredPeerIsDialledWithoutBeingAsked() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let address = alice.localAddress
        let bob = try await openAgent(in: self.folder, "bob") { $0.bootstrapPeers = [address] }
        try await run([alice, bob]) {
            try await eventually("bob connects") {
                await bob.connectedPeers().map(\.id) == [alice.identity.machineID]
            }
            try await meet(alice, bob)
            let status = await bob.networkStatus()
            #expect(status.connectedPeers == 1)
            #expect(status.localAddress == bob.localAddress)
            #expect(status.externalAddresses == [bob.localAddress])
        }
    }

    @Test func aPeerThatShutsDownGoesOffline() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await openAgent(in: self.folder, "bob")
        try await run([alice]) {
            try await run([bob]) {
                try await introduce(alice, to: bob)
                try await meet(alice, bob)
                #expect(await alice.onlineAgents().contains { $0.agentID == bob.identity.agentID })
            }
            try await eventually("alice notices") {
                await !alice.onlineAgents().contains { $0.agentID == bob.identity.agentID }
            }
            #expect(await alice.directConnections().isEmpty)
        }
    }

    @Test func introductionsShowWhatTheLevelEarns() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let friend = AgentID(words: Words32(1, 0, 0, 0))
        let foe = AgentID(words: Words32(2, 0, 0, 0))
        try await run([alice]) {
            try await alice.setTrust(friend, .known)
            try await alice.setTrust(foe, .blocked)
            let stranger = try await alice.introduction(for: nil)
            #expect(stranger.details == nil)
            #expect(stranger.services.count == 1)
            let known = try await alice.introduction(for: friend)
            #expect(known.details?.machineID == alice.identity.machineID)
            #expect(known.services.count == 3)
            await #expect(throws: Introduction.Refusal.blocked) { try await alice.introduction(for: foe) }
        }
    }
}
