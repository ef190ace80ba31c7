// SPDX-License-Identifier: MIT OR Apache-2.0

import Discovery
import Primitives
import Testing
import Trust

@testable import Identity  // announcements without signatures: making 10,000 of them is not what is tested here

/// Many more strangers than there is room for.
@Suite struct ChurnTests {
    private static func stranger(_ number: UInt64, at announcedAt: UInt64) -> VerifiedIdentityAnnouncement {
        let fields = IdentityAnnouncement(
            agentID: AgentID(words: Words32(number &* 0x9E37_79B9_7F4A_7C15, 1, 2, number)),
            machineID: MachineID(words: Words32(number &* 0xBF58_476D_1CE4_E5B9, 3, 4, number)),
            machinePublicKey: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 1_952),
            addresses: [NetworkAddress(ipv4: 0x0102_0304, port: UInt16(truncatingIfNeeded: number) | 1)],
            announcedAt: announcedAt
        )
        return VerifiedIdentityAnnouncement(fields: fields, encoded: [])
    }

    @Test func spec01_check27_tenThousandStrangersStayWithinTheCap() throws {
        let caps = DiscoveryConfiguration(agentCountMax: 1_024, machineCountMax: 1_024, userCountMax: 16)
        var world = try DiscoveryWorld(caps)
        let friend = try identity(10)
        _ = try world.announce(world.me)
        _ = try world.announce(friend, decision: .accept)
        var bindings = 0
        for number in 1...10_000 as ClosedRange<UInt64> {
            if number.isMultiple(of: 100) { world.time += 1 }
            let announcement = Self.stranger(number, at: world.seconds)
            let actions = world.handle(.identityAnnounced(announcement, sender: announcement.fields.agentID, .unknown))
            for case .bind in actions { bindings += 1 }
            for case .unbind in actions { bindings -= 1 }
            #expect(world.cache.counts.agents <= 1_024 && world.cache.counts.machines <= 1_024)
        }
        #expect(world.cache.statistics.acceptedCount == 10_002)
        #expect(world.cache.statistics.evictedCount >= 2 * (10_002 - 1_024))
        // What is bound elsewhere in the node shrinks with the cache; the two from before the churn stay.
        #expect(bindings + 2 == world.cache.counts.agents)
        #expect(world.cache.agent(friend.agentID) != nil && world.cache.agent(world.me.agentID) != nil)
        // The youngest are there, the oldest are gone.
        #expect(world.cache.agent(Self.stranger(10_000, at: 0).fields.agentID) != nil)
        #expect(world.cache.agent(Self.stranger(1, at: 0).fields.agentID) == nil)
    }

    /// One stranger who announces ten thousand times costs one entry.
    @Test func aNoisyAgentTakesOnePlace() throws {
        var world = try DiscoveryWorld()
        for number in 1...10_000 as ClosedRange<UInt64> {
            world.time = number
            let announcement = Self.stranger(7, at: world.seconds)
            _ = world.handle(.identityAnnounced(announcement, sender: announcement.fields.agentID, .unknown))
        }
        #expect(world.cache.counts == (1, 1, 0) && world.cache.statistics.evictedCount == 0)
    }
}
