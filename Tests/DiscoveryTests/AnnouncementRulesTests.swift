// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Discovery
import Identity
import Primitives
import Testing
import Trust

@Suite struct AnnouncementRulesTests {
    private var world: DiscoveryWorld
    private let alice: LocalIdentity
    private let mallory: LocalIdentity

    init() throws {
        self.world = try DiscoveryWorld()
        self.alice = try identity(10, withUser: true)
        self.mallory = try identity(20)
    }

    @Test mutating func anAuthenticAnnouncementBindsAndTeaches() throws {
        let actions = try self.world.announce(self.alice, addresses: ["1.2.3.4:5483", "10.0.0.1:1", "127.0.0.1:1"])
        let address = try #require(NetworkAddress("1.2.3.4:5483"))
        #expect(
            actions == [
                .observeMachine(self.alice.machineID, of: self.alice.agentID),
                .bind(self.alice.agentID, to: self.alice.machineID),
                .learnAddresses([address], of: self.alice.machineID),
            ]
        )
        let record = try #require(self.world.cache.agent(self.alice.agentID))
        #expect(record.addresses == [address], "private addresses of strangers are not believed")
        #expect(record.binding == .authenticated && record.announcedAt == self.world.seconds)
        #expect(record.machinePublicKey == self.alice.machineKey.publicKey.bytes && record.userID == nil)
        #expect(self.world.cache.machine(self.alice.machineID)?.agentIDs == [self.alice.agentID])
        #expect(self.world.cache.isAuthenticated(self.alice.agentID, on: self.alice.machineID))
        #expect(self.world.cache.statistics.acceptedCount == 1)
    }

    @Test mutating func spec01_check25_fromTheFutureOrOlderChangesNothing() throws {
        #expect(try self.world.announce(self.alice, at: self.world.seconds + 31) == [.drop(.fromFuture)])
        #expect(self.world.cache.agent(self.alice.agentID) == nil)
        _ = try self.world.announce(self.alice, at: self.world.seconds + 30)
        self.world.time = 100
        let before = self.world.cache.agent(self.alice.agentID)
        #expect(try self.world.announce(self.alice, at: self.world.seconds - 71) == [.drop(.stale)])
        // The very same announcement again, as a replay of it would be.
        #expect(try self.world.announce(self.alice, at: self.world.seconds - 70) == [.drop(.stale)])
        #expect(self.world.cache.agent(self.alice.agentID) == before)
        #expect(self.world.cache.statistics.droppedCounts == [.fromFuture: 1, .stale: 2])
        #expect(try !self.world.announce(self.alice, at: self.world.seconds).contains(.drop(.stale)))
        #expect(try self.world.announce(self.mallory, at: self.world.seconds - 86_401) == [.drop(.stale)])
    }

    @Test mutating func spec01_check26_aForgerChangesNothing() throws {
        _ = try self.world.announce(self.alice, includeUser: true)
        self.world.time = 10
        for sender in [self.mallory.agentID, AgentID.zero] {
            let forged = try forged(self.alice, on: self.mallory, at: self.world.seconds)
            #expect(
                self.world.handle(.identityAnnounced(forged, sender: sender, .unknown))
                    == [.drop(.unauthenticatedBinding)]
            )
        }
        #expect(self.world.cache.agent(self.alice.agentID)?.machineID == self.alice.machineID)
        #expect(!self.world.cache.isAuthenticated(self.alice.agentID, on: self.mallory.machineID))
        #expect(self.world.cache.agents(on: self.mallory.machineID).isEmpty)
    }

    /// A forger who comes first fills the slot, but only as a claim; the agent itself then takes it over.
    @Test mutating func spec01_check26_aForgerWhoComesFirstIsOnlyAClaim() throws {
        let forged = try forged(self.alice, on: self.mallory, at: self.world.seconds + 30)
        let actions = self.world.handle(.identityAnnounced(forged, sender: self.mallory.agentID, .unknown))
        #expect(!actions.contains { if case .bind = $0 { true } else { false } })
        #expect(self.world.cache.agent(self.alice.agentID)?.binding == .claimed)
        #expect(!self.world.cache.isAuthenticated(self.alice.agentID, on: self.mallory.machineID))
        // Older than the forgery, and still it wins.
        let genuine = try self.world.announce(self.alice)
        #expect(genuine.contains(.bind(self.alice.agentID, to: self.alice.machineID)))
        #expect(self.world.cache.isAuthenticated(self.alice.agentID, on: self.alice.machineID))
        #expect(self.world.cache.machine(self.mallory.machineID)?.agentIDs == [])
    }

    /// Relayed by somebody else, an announcement refreshes an authenticated binding to the same machine.
    @Test mutating func aRelayedAnnouncementOfTheSameMachineKeepsTheBinding() throws {
        _ = try self.world.announce(self.alice)
        self.world.time = 5
        let actions = try self.world.announce(self.alice, addresses: ["9.9.9.9:9"], sender: self.mallory.agentID)
        #expect(!actions.contains { if case .drop = $0 { true } else { false } })
        #expect(self.world.cache.isAuthenticated(self.alice.agentID, on: self.alice.machineID))
    }

    @Test mutating func anAgentThatMovesIsBoundToTheNewMachine() throws {
        _ = try self.world.announce(self.alice)
        self.world.time = 5
        let moved = try forged(self.alice, on: self.mallory, at: self.world.seconds)
        let actions = self.world.handle(.identityAnnounced(moved, sender: self.alice.agentID, .unknown))
        #expect(actions.contains(.bind(self.alice.agentID, to: self.mallory.machineID)))
        #expect(!self.world.cache.isAuthenticated(self.alice.agentID, on: self.alice.machineID))
        #expect(self.world.cache.machine(self.alice.machineID)?.agentIDs == [])
        // The old machine cannot take it back with something older.
        let old = try self.world.announce(self.alice, at: self.world.seconds - 5)
        #expect(old == [.drop(.stale)])
    }

    @Test(arguments: [TrustDecision.rejectBlocked, .rejectMachineMismatch])
    mutating func spec01_check38_rejectedAnnouncementsChangeNothing(decision: TrustDecision) throws {
        #expect(try self.world.announce(self.alice, decision: decision) == [.drop(.rejectedByTrust)])
        #expect(self.world.cache.counts == (0, 0, 0))
        let machine = try self.alice.machineAnnouncement(
            addresses: [],
            reachability: Reachability(),
            announcedAt: self.world.seconds
        )
        #expect(self.world.handle(.machineAnnounced(machine, isExcluded: true)) == [.drop(.rejectedByTrust)])
    }

    @Test mutating func spec01_check27_nobodySpeaksForTheLocalAgent() throws {
        let me = self.world.me
        let forged = try forged(me, on: self.mallory, at: self.world.seconds)
        #expect(
            self.world.handle(.identityAnnounced(forged, sender: me.agentID, .unknown)) == [.drop(.impersonatesLocal)]
        )
        #expect(try self.world.announce(me, sender: self.mallory.agentID) == [.drop(.impersonatesLocal)])
        #expect(self.world.cache.counts == (0, 0, 0))
    }

    @Test mutating func spec01_check21_theOwnAnnouncementListsSelfButIsNoContact() throws {
        let me = try identity(1, withUser: true)
        let actions = try self.world.announce(me)
        #expect(actions == [.bind(me.agentID, to: me.machineID)])
        #expect(self.world.cache.discoveredAgents(now: self.world.now).map(\.agentID) == [me.agentID])
        #expect(self.world.cache.discoveredMachines(now: self.world.now).map(\.agentIDs) == [[me.agentID]])
        let user = try #require(me.userID)
        #expect(self.world.cache.agents(of: user, now: self.world.now).isEmpty, "no consent yet")
        self.world.time = 1
        _ = try self.world.announce(me, includeUser: true)
        #expect(self.world.cache.agents(of: user, now: self.world.now).map(\.agentID) == [me.agentID])
    }

    @Test mutating func aMachineAnnouncementMergesByTime() throws {
        _ = try self.world.announce(
            self.alice,
            addresses: ["1.1.1.1:1"],
            reachability: Reachability(isCoordinator: true, reachableVia: [id(3)])
        )
        self.world.time = 10
        let newer = try self.alice.machineAnnouncement(
            addresses: [try #require(NetworkAddress("2.2.2.2:2"))],
            reachability: Reachability(isRelay: true),
            announcedAt: self.world.seconds
        )
        _ = self.world.handle(.machineAnnounced(newer, isExcluded: false))
        let record = try #require(self.world.cache.machine(self.alice.machineID))
        #expect(record.addresses.map(\.description) == ["2.2.2.2:2", "1.1.1.1:1"])
        #expect(record.reachability.isRelay == true && record.reachability.isCoordinator == true)
        #expect(record.reachability.reachableVia.isEmpty)
        #expect(record.agentIDs == [self.alice.agentID])
        self.world.time = 20
        let older = try self.alice.machineAnnouncement(
            addresses: [try #require(NetworkAddress("3.3.3.3:3"))],
            reachability: Reachability(),
            announcedAt: self.world.seconds - 15
        )
        #expect(self.world.handle(.machineAnnounced(older, isExcluded: false)) == [.drop(.stale)])
        #expect(self.world.cache.machine(self.alice.machineID) == record)
    }

    @Test mutating func aUserAnnouncementLeavesBlockedAgentsOut() throws {
        let user = try #require(self.alice.user)
        let announcement = try #require(
            try user.key.announcement(of: [user.certificate], announcedAt: self.world.seconds)
        )
        _ = self.world.handle(.userAnnounced(announcement, blockedAgents: []))
        #expect(self.world.cache.user(user.key.id)?.agentIDs == [self.alice.agentID])
        #expect(self.world.handle(.userAnnounced(announcement, blockedAgents: [])) == [.drop(.stale)])
        self.world.time = 1
        let next = try #require(try user.key.announcement(of: [user.certificate], announcedAt: self.world.seconds))
        _ = self.world.handle(.userAnnounced(next, blockedAgents: [self.alice.agentID]))
        #expect(self.world.cache.user(user.key.id)?.agentIDs == [])
    }
}
