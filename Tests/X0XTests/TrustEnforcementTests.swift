// SPDX-License-Identifier: MIT OR Apache-2.0

import DirectMessages
import Discovery
import Identity
import Node
import Primitives
import Testing
import Trust

@testable import X0X

/// Every path by which a blocked, revoked or elsewhere pinned agent could get in, against real agents (spec 01 §12).
@Suite(.timeLimit(.minutes(2))) struct TrustEnforcementTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    /// How the owner of bob turns alice away.
    enum Refusal: CaseIterable, Sendable {
        case blocked
        case revoked
        case pinnedElsewhere

        var reason: TrustRefusal { self == .pinnedElsewhere ? .machineMismatch : .blocked }

        func apply(by bob: Agent, to alice: AgentID) async throws {
            switch self {
            case .blocked: try await bob.setTrust(alice, .blocked)
            case .revoked: try await bob.revoke(alice, reason: "lost laptop")
            case .pinnedElsewhere:
                let elsewhere = MachineID(words: Words32(9, 9, 9, 9))
                _ = try await bob.addMachine(elsewhere, ofContact: alice, label: nil, pin: true)
            }
        }
    }

    @Test(arguments: Refusal.allCases)
    func spec01_check37_aRefusedSenderIsStoppedOnEveryPathAndCounted(_ refusal: Refusal) async throws {
        // Her beacons come often, so that one meets the gate soon; and bob does not dial her on his own.
        let alice = try await openAgent(in: self.folder, "alice") { $0.beaconInterval = .seconds(1) }
        let bob = try await openAgent(in: self.folder, "bob")
        try await run([alice, bob]) {
            let id = alice.identity.agentID
            try await introduce(alice, to: bob)
            try await meet(bob, alice)
            _ = try await bob.subscribe(topic: "news")
            let inbox = try await bob.directEvents()
            let events = try await bob.events()
            try await refusal.apply(by: bob, to: id)

            // Nobody else uses the connection of a blocked agent: it is closed. A pinned one may come back to it.
            if refusal == .pinnedElsewhere {
                #expect(await bob.connectedPeers().map(\.id) == [alice.identity.machineID])
            } else {
                try await eventually("the connection is closed") { await bob.connectedPeers().isEmpty }
                #expect(await bob.connect(toMachine: alice.identity.machineID).kind == .unreachable)
                try await eventually("alice notices") { await alice.connectedPeers().isEmpty }
                // She comes back, to be refused at every gate.
                #expect(await alice.connect(to: bob.identity.agentID).kind == .direct)
            }

            // At once, and with nothing coming in: she is in no list any more.
            #expect(await !bob.discoveredAgents(unfiltered: true).contains { $0.agentID == id })
            #expect(await !bob.onlineAgents().contains { $0.agentID == id })
            #expect(await !bob.presentAgents().contains(id))
            #expect(await bob.directConnections().isEmpty)
            #expect(await bob.connect(to: id).kind != .direct)

            // Announcements: refused before anything of them is kept.
            try await alice.announce(includeUser: false, humanConsent: false)
            try await eventually("the announcement is refused") {
                // A blocked author is stopped with the envelope already, a pinned one with what is in it.
                let tally = await bob.trustTally()
                let path: TrustPath = refusal == .pinnedElsewhere ? .announcement : .pubSub
                return tally[path].refused[refusal.reason, default: 0] >= 1
            }
            #expect(await !bob.discoveredAgents(unfiltered: true).contains { $0.agentID == id })

            // Presence: a beacon of her machine.
            try await eventually("her beacon is refused") {
                await bob.trustTally()[.presence].refused[refusal.reason, default: 0] >= 1
            }

            // Direct messages.
            _ = try await alice.sendDirect(to: bob.identity.agentID, payload: [1], requireAcknowledgementWithin: nil)
            try await eventually("the direct message is refused") {
                await bob.trustTally()[.rawDirect].refused == [refusal.reason: 1]
            }
            #expect(await bob.directStatistics().incomingTrustRejected == 1)

            // Pub/sub tells no machine: the one she announced herself decides about a pin.
            let before = await bob.trustTally()[.pubSub].refused[refusal.reason, default: 0]
            try await alice.publish(topic: "news", payload: [1])
            try await eventually("the message is refused") {
                await bob.trustTally()[.pubSub].refused[refusal.reason, default: 0] > before
            }
            if refusal != .pinnedElsewhere {
                await #expect(throws: DirectSendError.blocked) {
                    try await bob.sendDirect(to: id, payload: [1], requireAcknowledgementWithin: nil)
                }
            }

            // What is heard next is bob himself: nothing of alice waits in his feeds.
            _ = try await bob.sendDirect(to: bob.identity.agentID, payload: [9], requireAcknowledgementWithin: nil)
            #expect(try await nextElement(of: inbox).payload == [9])
            try await bob.publish(topic: "news", payload: [9])
            guard case .message(let message) = try await nextElement(of: events) else { return }
            #expect(message.payload == [9])
        }
    }

    @Test func spec01_check37_unblockingRestoresTheAgent() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await openAgent(in: self.folder, "bob")
        try await run([alice, bob]) {
            let id = alice.identity.agentID
            try await introduce(alice, to: bob)
            try await meet(bob, alice)
            try await bob.setTrust(id, .blocked)
            #expect(await bob.discoveredAgent(id) == nil)
            try await eventually("alice notices") { await alice.connectedPeers().isEmpty }
            try await bob.setTrust(id, .known)
            #expect(await alice.connect(to: bob.identity.agentID).kind == .direct)
            try await alice.announce(includeUser: false, humanConsent: false)
            try await meet(bob, alice)
            #expect(await bob.evaluateTrust(agent: id, machine: alice.identity.machineID) == .acceptWithFlag)
        }
    }

    @Test func spec01_check38_anAnnouncementFromAnotherMachineChangesNothing() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await openAgent(in: self.folder, "bob")
        try await run([alice, bob]) {
            let id = alice.identity.agentID
            // Pinned before bob ever hears of alice: her announcements contradict the pin.
            let elsewhere = MachineID(words: Words32(9, 9, 9, 9))
            _ = try await bob.addMachine(elsewhere, ofContact: id, label: "desk", pin: true)
            try await introduce(alice, to: bob)
            try await eventually("her announcement is refused") {
                await bob.trustTally()[.announcement].refused[.machineMismatch, default: 0] >= 1
            }
            #expect(await bob.discoveredAgent(id) == nil)
            #expect(await bob.machines(ofContact: id).map(\.machineID) == [elsewhere])
            // Her messages are refused, too, though they name no machine: she said herself that she is not there.
            _ = try await bob.subscribe(topic: "news")
            let events = try await bob.events()
            try await alice.publish(topic: "news", payload: [1])
            try await eventually("her message is refused") {
                await bob.trustTally()[.pubSub].refused == [.machineMismatch: 1]
            }
            // Pinned to the real machine, the next one counts.
            _ = try await bob.addMachine(alice.identity.machineID, ofContact: id, label: nil, pin: true)
            try await alice.announce(includeUser: false, humanConsent: false)
            try await meet(bob, alice)
            try await alice.publish(topic: "news", payload: [2])
            guard case .message(let message) = try await nextElement(of: events) else { return }
            #expect(message.payload == [2], "the first is nowhere")
        }
    }

    @Test func spec01_check27_strangersDoNotBecomeContactsButContactsAreSeen() async throws {
        let alice = try await openAgent(in: self.folder, "alice")
        let bob = try await openAgent(in: self.folder, "bob")
        try await run([alice, bob]) {
            let id = alice.identity.agentID
            try await introduce(alice, to: bob)
            try await meet(bob, alice)
            #expect(await bob.contacts().isEmpty, "an announced stranger, and bob himself")
            #expect(await !alice.contacts().contains { $0.agentID == id }, "alice herself")

            // Once she is a contact, her machine and the time are recorded, without anybody waiting for it.
            _ = try await bob.addContact(id, trust: .known, label: nil)
            _ = try await alice.sendDirect(to: bob.identity.agentID, payload: [1], requireAcknowledgementWithin: nil)
            try await eventually("alice was seen") {
                guard let contact = await bob.contacts().first else { return false }
                return contact.lastSeen != nil && contact.machines.map(\.machineID) == [alice.identity.machineID]
            }
        }
    }
}
