// SPDX-License-Identifier: MIT OR Apache-2.0

import Discovery
import Identity
import Primitives
import Testing
import Trust

@Suite struct CardRulesTests {
    private var world: DiscoveryWorld
    private let alice: LocalIdentity

    init() throws {
        self.world = try DiscoveryWorld()
        self.alice = try identity(10)
    }

    private func card(machine: MachineID?, _ addresses: [String] = ["127.0.0.1:5483"]) -> AgentCard {
        AgentCard(
            displayName: "Ann",
            agentID: self.alice.agentID,
            machineID: machine,
            userID: id(5),
            addresses: addresses.compactMap { NetworkAddress($0) },
            createdAt: 1
        )
    }

    private mutating func importCard(_ card: AgentCard, isAgentBlocked: Bool = false) -> [DiscoveryCache.Action] {
        self.world.handle(.cardImported(card, isAgentBlocked: isAgentBlocked))
    }

    @Test mutating func aCardFillsAnEmptySlotAsAClaim() throws {
        let loopback = try #require(NetworkAddress("127.0.0.1:5483"))
        // Whoever imports a card decides when to dial it.
        #expect(self.importCard(self.card(machine: self.alice.machineID)).isEmpty)
        let record = try #require(self.world.cache.agent(self.alice.agentID))
        #expect(record.addresses == [loopback] && record.binding == .claimed && record.userID == nil)
        #expect(!self.world.cache.isAuthenticated(self.alice.agentID, on: self.alice.machineID))
        #expect(self.world.cache.agents(on: self.alice.machineID).map(\.agentID) == [self.alice.agentID])
        #expect(self.world.cache.discoveredAgents(now: self.world.now).count == 1)
    }

    /// An announcement right after the import wins, whatever the clocks say.
    @Test mutating func anAnnouncementTakesOverWhatACardSaid() throws {
        _ = self.importCard(self.card(machine: self.alice.machineID))
        let actions = try self.world.announce(self.alice, at: self.world.seconds - 1)
        #expect(actions.contains(.bind(self.alice.agentID, to: self.alice.machineID)))
        self.world.time = 1
        _ = self.importCard(self.card(machine: id(9), []))
        #expect(self.world.cache.isAuthenticated(self.alice.agentID, on: self.alice.machineID))
    }

    @Test mutating func aClaimDoesNotRedirectAnAgentWithACard() throws {
        _ = self.importCard(self.card(machine: self.alice.machineID))
        let mallory = try identity(20)
        let claim = try forged(self.alice, on: mallory, at: self.world.seconds)
        #expect(
            self.world.handle(.identityAnnounced(claim, sender: mallory.agentID, .unknown))
                == [.drop(.unauthenticatedBinding)]
        )
        #expect(self.world.cache.agent(self.alice.agentID)?.machineID == self.alice.machineID)
        // The machine the card names may say so itself, though only the agent's own envelope makes it certain.
        _ = try self.world.announce(self.alice, sender: mallory.agentID)
        #expect(self.world.cache.agent(self.alice.agentID)?.binding == .claimed)
        _ = try self.world.announce(self.alice)
        #expect(self.world.cache.isAuthenticated(self.alice.agentID, on: self.alice.machineID))
    }

    @Test mutating func aCardNeverRedirectsAnAnnouncedAgent() throws {
        _ = try self.world.announce(self.alice)
        #expect(self.importCard(self.card(machine: id(9))) == [.drop(.unauthenticatedBinding)])
        #expect(self.world.cache.agent(self.alice.agentID)?.machineID == self.alice.machineID)
        _ = self.importCard(self.card(machine: self.alice.machineID))
        let record = try #require(self.world.cache.agent(self.alice.agentID))
        #expect(record.addresses.map(\.description) == ["1.2.3.4:5483", "127.0.0.1:5483"])
        #expect(record.binding == .authenticated)
    }

    @Test mutating func aLaterCardReplacesAnEarlierOne() throws {
        _ = self.importCard(self.card(machine: id(9), ["1.1.1.1:1"]))
        _ = self.importCard(self.card(machine: self.alice.machineID, ["2.2.2.2:2"]))
        let record = try #require(self.world.cache.agent(self.alice.agentID))
        #expect(record.machineID == self.alice.machineID && record.addresses.map(\.description) == ["2.2.2.2:2"])
        #expect(self.world.cache.machine(id(9))?.agentIDs == [])
    }

    @Test mutating func cardsThatMustNotCountDoNothing() {
        #expect(self.importCard(self.card(machine: self.alice.machineID), isAgentBlocked: true).isEmpty)
        #expect(self.importCard(self.card(machine: nil, [])).isEmpty)
        #expect(self.importCard(self.card(machine: self.world.me.machineID)) == [.drop(.impersonatesLocal)])
        let own = AgentCard(displayName: "", agentID: self.world.me.agentID, machineID: id(9), createdAt: 1)
        #expect(self.importCard(own).isEmpty)
        #expect(self.world.cache.counts == (0, 0, 0))
    }

    @Test mutating func aCardWithoutMachineIsAStub() throws {
        _ = self.importCard(self.card(machine: nil))
        let record = try #require(self.world.cache.agent(self.alice.agentID))
        #expect(record.machineID == .zero && record.knownMachineID == nil)
        #expect(self.world.cache.counts == (1, 0, 0))
    }

    @Test mutating func anAddressThatWorkedComesFirst() throws {
        _ = self.importCard(self.card(machine: self.alice.machineID, ["1.1.1.1:1", "2.2.2.2:2"]))
        let reached = try #require(NetworkAddress("2.2.2.2:2"))
        #expect(self.world.handle(.machineReached(self.alice.machineID, at: reached)).isEmpty)
        #expect(self.world.cache.machine(self.alice.machineID)?.addresses.first == reached)
        #expect(self.world.handle(.machineReached(id(9), at: reached)).isEmpty)
        #expect(self.world.cache.machine(id(9)) == nil)
    }
}
