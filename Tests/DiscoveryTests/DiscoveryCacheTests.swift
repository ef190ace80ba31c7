// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Discovery
import Identity
import Primitives
import Testing
import Trust

@Suite struct DiscoveryCacheTests {
    @Test func spec01_check20_theDefaultsAreThoseOfTheSpecification() {
        let configuration = DiscoveryConfiguration()
        #expect(configuration.heartbeatInterval == .seconds(300))
        #expect(configuration.timeToLive == .seconds(900))
    }

    @Test func spec01_check20_anEntryLeavesTheListsAfterItsTimeToLive() throws {
        var world = try DiscoveryWorld(DiscoveryConfiguration(timeToLive: .seconds(2)))
        let alice = try identity(10)
        _ = try world.announce(alice)
        world.time = 2
        #expect(world.cache.discoveredAgents(now: world.now).map(\.agentID) == [alice.agentID])
        world.time = 3
        #expect(world.cache.discoveredAgents(now: world.now).isEmpty)
        #expect(world.cache.discoveredMachines(now: world.now).isEmpty)
        #expect(world.cache.discoveredAgents(now: world.now, unfiltered: true).map(\.agentID) == [alice.agentID])
        #expect(world.cache.agent(alice.agentID) != nil)
    }

    @Test func aBlockedAgentVanishesAtOnce() throws {
        var world = try DiscoveryWorld()
        let alice = try identity(10)
        _ = try world.announce(alice)
        #expect(world.handle(.agentBlocked(alice.agentID)) == [.unbind(alice.agentID)])
        #expect(world.cache.agent(alice.agentID) == nil)
        #expect(world.cache.machine(alice.machineID)?.agentIDs == [])
        #expect(world.handle(.agentBlocked(alice.agentID)) == [])
    }

    @Test func theSweepRemovesWhatIsLongUnheardExceptContacts() throws {
        var world = try DiscoveryWorld(DiscoveryConfiguration(retention: .seconds(100)))
        let alice = try identity(10)
        let bob = try identity(11)
        _ = try world.announce(world.me)
        _ = try world.announce(alice)
        _ = try world.announce(bob)
        world.time = 101
        let carol = try identity(12)
        _ = try world.announce(carol)
        #expect(world.handle(.sweepDue(exempt: [bob.agentID])) == [.unbind(alice.agentID)])
        let left = world.cache.discoveredAgents(now: world.now, unfiltered: true).map(\.agentID)
        #expect(left == [world.me.agentID, bob.agentID, carol.agentID].sorted())
        #expect(world.cache.counts.machines == 3)
    }

    @Test func spec01_check24_hintsNameCapableConnectedMachinesOnly() throws {
        var world = try DiscoveryWorld()
        var connected: [MachineID] = [world.me.machineID, id(99)]
        for seed in 20..<32 as Range<UInt8> {
            let other = try identity(seed)
            _ = try world.announce(
                other,
                reachability: Reachability(isRelay: seed < 22, isCoordinator: true)
            )
            connected.append(other.machineID)
        }
        let hints = world.cache.connectionHints(connected: connected.reversed(), canReceiveDirect: false)
        #expect(hints.reachableVia.count == 8 && hints.reachableVia == hints.reachableVia.sorted())
        #expect(hints.relayCandidates.count == 2)
        #expect(!hints.reachableVia.contains(world.me.machineID))
        #expect(world.cache.connectionHints(connected: connected, canReceiveDirect: true) == ([], []))
        #expect(world.cache.connectionHints(connected: [], canReceiveDirect: nil) == ([], []))
    }

    /// A flood of strangers stays within the caps and does not push out contacts or the node itself.
    @Test func spec01_check27_aFloodOfStrangersStaysBounded() throws {
        let caps = DiscoveryConfiguration(agentCountMax: 16, machineCountMax: 16, userCountMax: 4)
        var world = try DiscoveryWorld(caps)
        let friend = try identity(10)
        _ = try world.announce(world.me)
        _ = try world.announce(friend, decision: .acceptWithFlag)
        for _ in 0..<100 {
            world.time += 1
            let stranger = LocalIdentity(
                machineKey: try MachineKey(),
                agentKey: try AgentKey(),
                encapsulationKey: friend.encapsulationKey
            )
            _ = try world.announce(stranger)
            #expect(world.cache.counts.agents <= 16 && world.cache.counts.machines <= 16)
        }
        #expect(world.cache.agent(friend.agentID) != nil)
        #expect(world.cache.agent(world.me.agentID) != nil)
        #expect(world.cache.statistics.evictedCount >= 170)
    }

    @Test func addressesAndLinksAreCapped() throws {
        var world = try DiscoveryWorld(DiscoveryConfiguration(linkCountMax: 3))
        let machine = try identity(10)
        for seed in 20..<30 as Range<UInt8> {
            world.time += 1
            let agent = LocalIdentity(
                machineKey: machine.machineKey,
                agentKey: try identity(seed).agentKey,
                encapsulationKey: machine.encapsulationKey
            )
            _ = try world.announce(agent, addresses: ["1.2.3.4:\(seed)"])
        }
        let record = try #require(world.cache.machine(machine.machineID))
        #expect(record.addresses.count == 8 && record.addresses.first?.port == 29)
        #expect(record.agentIDs.count == 3)
    }
}
