// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import Connectivity
import CryptoSuite
import DirectMessages
import Discovery
import Identity
import Node
import Primitives
import Testing
import Trust

@testable import X0X

/// A machine that speaks in somebody else's name, with everything public about it and without its key (spec 01 F1, F2).
@Suite(.serialized, .timeLimit(.minutes(3))) struct ForgerTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    /// Alice's agent on mallory's machine, signed by that machine.
    private func forgery(of alice: Agent, by mallory: Agent, at announcedAt: UInt64) throws -> [UInt8] {
        let fields = IdentityAnnouncement(
            agentID: alice.identity.agentID,
            machineID: mallory.identity.machineID,
            machinePublicKey: mallory.keys.machineKey.publicKey.bytes,
            addresses: [mallory.localAddress],
            announcedAt: announcedAt
        )
        return try fields.signed(by: mallory.keys.machineKey)
    }

    @Test(arguments: [TrustLevel.unknown, .trusted])
    func spec01_check26_directMessagesFromTheForgersMachineAreNotVerified(level: TrustLevel) async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await openAgent(in: self.folder, "bob") { $0.bootstrapPeers = [alice.localAddress] }
        let mallory = try await openAgent(in: self.folder, "mallory") { $0.bootstrapPeers = [bob.localAddress] }
        try await run([alice, bob, mallory]) {
            let name = alice.identity.agentID
            try await meet(bob, alice)
            try await meet(alice, bob)
            try await meet(bob, mallory)
            if level != .unknown { _ = try await bob.addContact(name, trust: level, label: "alice") }
            let inbox = try await bob.directEvents()
            let answers = try await alice.directEvents()
            let before = try #require(await bob.discoveredAgent(name))

            let forgery = try self.forgery(of: alice, by: mallory, at: before.announcedAt + 1)
            try await mallory.publish(topic: AnnouncementTopic.identity, payload: forgery)
            try await eventually("bob refuses the forgery") {
                await bob.discoveryStatistics().droppedCounts[.unauthenticatedBinding] == 1
            }

            // What comes from the forger's machine in her name is delivered as a stranger's claim and registers nothing.
            let frame = try RawDirectFrame(sender: name, payload: [1])
            try await mallory.network.peers.send(frame.encoded, to: bob.identity.machineID)
            let spoofed = try await nextElement(of: inbox)
            #expect(spoofed.sender == name && spoofed.machineID == mallory.identity.machineID)
            #expect(!spoofed.isVerified && spoofed.trustDecision == .unknown)
            #expect(
                await !bob.directConnections().contains {
                    $0.machineID == mallory.identity.machineID && $0.agentID == name
                }
            )

            _ = try await alice.sendDirect(to: bob.identity.agentID, payload: [2], requireAcknowledgementWithin: nil)
            let real = try await nextElement(of: inbox)
            #expect(real.payload == [2] && real.isVerified && real.machineID == alice.identity.machineID)
            #expect(real.trustDecision == (level == .trusted ? .accept : .unknown))

            // What bob answers reaches alice, and the forger nothing.
            _ = try await bob.sendDirect(to: name, payload: [3], requireAcknowledgementWithin: nil)
            #expect(try await nextElement(of: answers).payload == [3])
            #expect(await mallory.directStatistics().incomingEnvelopesTotal == 0)
            let after = try #require(await bob.discoveredAgent(name))
            #expect(after.machineID == alice.identity.machineID && after.binding == .authenticated)
            #expect(after.addresses == [alice.localAddress])
        }
    }

    /// Where nothing is known of alice the forgery fills the slot, and opens nothing.
    @Test func spec01_check26_aClaimOpensNothing() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await openAgent(in: self.folder, "bob")
        let mallory = try await openAgent(in: self.folder, "mallory") { $0.bootstrapPeers = [bob.localAddress] }
        try await run([alice, bob, mallory]) {
            let name = alice.identity.agentID
            try await meet(bob, mallory)
            let now = try #require(await bob.discoveredAgent(mallory.identity.agentID)).announcedAt
            let forgery = try self.forgery(of: alice, by: mallory, at: now)
            try await mallory.publish(topic: AnnouncementTopic.identity, payload: forgery)
            try await eventually("the claim is there") { await bob.discoveredAgent(name)?.binding == .claimed }
            let inbox = try await bob.directEvents()
            let frame = try RawDirectFrame(sender: name, payload: [1])
            try await mallory.network.peers.send(frame.encoded, to: bob.identity.machineID)
            let spoofed = try await nextElement(of: inbox)
            #expect(!spoofed.isVerified && spoofed.trustDecision == .unknown)
            // Blocking whom the forger pretends to be does not cut the forger's own agent off, nor anybody's machine.
            try await bob.setTrust(name, .blocked)
            #expect(await bob.discoveredAgent(name) == nil)
            #expect(await bob.connectedPeers().map(\.id) == [mallory.identity.machineID])
            #expect(await bob.machines(ofContact: name).isEmpty, "somebody else's word names no machine of hers")
            try await mallory.network.peers.send(frame.encoded, to: bob.identity.machineID)
            try await eventually("her name is refused now") {
                await bob.trustTally()[.rawDirect].refused == [.blocked: 1]
            }
        }
    }
}
