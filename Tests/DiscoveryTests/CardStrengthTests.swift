// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Discovery
import Identity
import Primitives
import Testing
import Trust

/// A weaker or older statement about the machine of an agent never takes the place of a stronger one (spec 01 F1, F11).
@Suite struct CardStrengthTests {
    private var world: DiscoveryWorld
    private let alice: LocalIdentity
    private let mallory: LocalIdentity
    private let home: MachineID
    private let elsewhere: MachineID = id(9)

    init() throws {
        self.world = try DiscoveryWorld()
        self.world.time = 1_000
        self.alice = try identity(10)
        self.mallory = try identity(20)
        self.home = self.alice.machineID
    }

    private func card(
        _ machine: MachineID?,
        madeAt createdAt: UInt64,
        isSigned: Bool,
        _ addresses: [String] = []
    ) throws -> AgentCard {
        let card = AgentCard(
            displayName: "Ann",
            agentID: self.alice.agentID,
            machineID: machine,
            addresses: addresses.compactMap { NetworkAddress($0) },
            createdAt: createdAt
        )
        return isSigned ? try card.signed(by: self.alice.agentKey) : card
    }

    private mutating func importCard(_ card: AgentCard) -> [DiscoveryCache.Action] {
        self.world.handle(.cardImported(card, isAgentBlocked: false))
    }

    private var record: DiscoveredAgent? { self.world.cache.agent(self.alice.agentID) }

    @Test mutating func aSignedCardReplacesAnUnsignedOneAndNotTheOtherWayRound() throws {
        let now = self.world.seconds
        _ = self.importCard(try self.card(self.elsewhere, madeAt: now, isSigned: false, ["6.6.6.6:6"]))
        #expect(self.record?.binding == .claimed && self.record?.machineID == self.elsewhere)
        // Older by its own date, and still the agent's word.
        _ = self.importCard(try self.card(self.home, madeAt: now - 500, isSigned: true, ["1.1.1.1:1"]))
        #expect(self.record?.binding == .signedCard && self.record?.machineID == self.home)
        #expect(self.record?.addresses.map(\.description) == ["1.1.1.1:1"])
        #expect(self.world.cache.machine(self.elsewhere)?.agentIDs == [])

        let before = self.record
        let unsigned = try self.card(self.elsewhere, madeAt: now, isSigned: false, ["6.6.6.6:6"])
        #expect(self.importCard(unsigned) == [.drop(.unauthenticatedBinding)])
        #expect(self.record == before)
        #expect(self.world.cache.statistics.droppedCounts == [.unauthenticatedBinding: 1])
    }

    @Test(arguments: [true, false])
    mutating func ofTwoCardsOfTheSameStrengthTheLaterMadeCounts(isSigned: Bool) throws {
        let now = self.world.seconds
        _ = self.importCard(try self.card(self.home, madeAt: now - 10, isSigned: isSigned, ["1.1.1.1:1"]))
        let older = try self.card(self.elsewhere, madeAt: now - 11, isSigned: isSigned, ["6.6.6.6:6"])
        #expect(self.importCard(older) == [.drop(.stale)])
        #expect(self.record?.machineID == self.home)
        _ = self.importCard(try self.card(self.elsewhere, madeAt: now - 9, isSigned: isSigned, ["6.6.6.6:6"]))
        #expect(self.record?.machineID == self.elsewhere)
        #expect(self.record?.addresses.map(\.description) == ["6.6.6.6:6"])
    }

    /// It would win over every later card for ever.
    @Test mutating func aCardFromTheFutureIsAsOldAsItsImport() throws {
        let now = self.world.seconds
        _ = self.importCard(try self.card(self.elsewhere, madeAt: UInt64.max, isSigned: true))
        #expect(self.record?.cardCreatedAt == now)
        self.world.time += 1
        _ = self.importCard(try self.card(self.home, madeAt: now + 1, isSigned: true))
        #expect(self.record?.machineID == self.home)
    }

    @Test mutating func whatMayNotReplaceMayAddAddressesOfTheSameMachine() throws {
        let now = self.world.seconds
        _ = self.importCard(try self.card(self.home, madeAt: now, isSigned: true, ["1.1.1.1:1"]))
        #expect(self.importCard(try self.card(self.home, madeAt: now, isSigned: false, ["2.2.2.2:2"])).isEmpty)
        #expect(self.importCard(try self.card(nil, madeAt: now - 5, isSigned: true, ["3.3.3.3:3"])).isEmpty)
        #expect(self.record?.addresses.map(\.description) == ["1.1.1.1:1", "2.2.2.2:2", "3.3.3.3:3"])
        #expect(self.record?.binding == .signedCard && self.record?.machineID == self.home)
        #expect(self.world.cache.machine(self.home)?.addresses.count == 3)
        // Newer, but silent about the machine: that takes none away.
        #expect(self.importCard(try self.card(nil, madeAt: now, isSigned: true, ["4.4.4.4:4"])).isEmpty)
        #expect(self.record?.machineID == self.home && self.record?.addresses.count == 4)
    }

    /// A real announcement of the machine, in a stranger's envelope, must not make room for a forged one.
    @Test(arguments: [true, false])
    mutating func aClaimOfTheSameMachineDoesNotWeakenACard(isSigned: Bool) throws {
        let now = self.world.seconds
        _ = self.importCard(try self.card(self.home, madeAt: now - 10, isSigned: isSigned))
        _ = try self.world.announce(self.alice, at: now - 5, sender: self.mallory.agentID)
        #expect(self.record?.binding == (isSigned ? .signedCard : .claimed))
        #expect(self.record?.machinePublicKey.isEmpty == false)
        let claim = try forged(self.alice, on: self.mallory, at: now)
        #expect(
            self.world.handle(.identityAnnounced(claim, sender: self.mallory.agentID, .unknown))
                == [.drop(.unauthenticatedBinding)]
        )
        let unsigned = try self.card(self.elsewhere, madeAt: now, isSigned: false)
        #expect(self.importCard(unsigned) == [.drop(.unauthenticatedBinding)])
        #expect(self.record?.machineID == self.home)
        // The agent's own newer card may move it.
        _ = self.importCard(try self.card(self.elsewhere, madeAt: now, isSigned: true))
        #expect(self.record?.machineID == self.elsewhere && self.record?.binding == .signedCard)
    }

    @Test mutating func aSignedCardIsWorthMoreThanAClaim() throws {
        let claim = try forged(self.alice, on: self.mallory, at: self.world.seconds)
        _ = self.world.handle(.identityAnnounced(claim, sender: self.mallory.agentID, .unknown))
        let unsigned = try self.card(self.home, madeAt: self.world.seconds, isSigned: false)
        #expect(self.importCard(unsigned) == [.drop(.unauthenticatedBinding)])
        _ = self.importCard(try self.card(self.home, madeAt: 1, isSigned: true))
        #expect(self.record?.machineID == self.home && self.record?.binding == .signedCard)
        #expect(!self.world.cache.isAuthenticated(self.alice.agentID, on: self.home), "a card is not fresh")
    }

    /// A signed card of the machine somebody else's announcement named: the record keeps what was announced.
    @Test mutating func aSignedCardConfirmsAClaim() throws {
        _ = try self.world.announce(self.alice, sender: self.mallory.agentID)
        _ = self.importCard(try self.card(self.home, madeAt: 1, isSigned: true, ["2.2.2.2:2"]))
        #expect(self.record?.binding == .signedCard && self.record?.machinePublicKey.isEmpty == false)
        #expect(self.record?.addresses.map(\.description) == ["1.2.3.4:5483", "2.2.2.2:2"])
    }

    @Test mutating func theAgentsOwnAnnouncementWinsOverItsCard() throws {
        let now = self.world.seconds
        _ = self.importCard(try self.card(self.elsewhere, madeAt: now - 10, isSigned: true))
        // Older than the card: the agent itself said later that it runs elsewhere.
        #expect(try self.world.announce(self.alice, at: now - 11) == [.drop(.stale)])
        #expect(try self.world.announce(self.alice, at: now).contains(.bind(self.alice.agentID, to: self.home)))
        #expect(self.world.cache.isAuthenticated(self.alice.agentID, on: self.home))
        // No card takes that back, however new and signed.
        self.world.time += 5
        let signed = try self.card(self.elsewhere, madeAt: self.world.seconds, isSigned: true)
        #expect(self.importCard(signed) == [.drop(.unauthenticatedBinding)])
        #expect(self.world.cache.isAuthenticated(self.alice.agentID, on: self.home))
    }
}
