// SPDX-License-Identifier: MIT OR Apache-2.0

import Discovery
import Identity
import Primitives
import Testing

@Suite struct OwnReachabilityTests {
    private let start = Instant.epoch + .seconds(1_000)

    @Test func onlyAConnectionThatCameInProvesAnything() {
        var inbound = InboundReachability()
        #expect(inbound.canReceiveDirect(hasInboundNow: false, now: self.start) == nil, "unknown, not false")
        #expect(inbound.canReceiveDirect(hasInboundNow: true, now: self.start) == true)
        inbound.inboundConnected(now: self.start)
        let last = self.start + .milliseconds(899_999)
        #expect(inbound.canReceiveDirect(hasInboundNow: false, now: last) == true)
        #expect(inbound.canReceiveDirect(hasInboundNow: false, now: self.start + .seconds(900)) == nil)
    }

    @Test func spec01_check24_capabilitiesAreSaidWhateverTheNodeDoesNow() throws {
        var world = try DiscoveryWorld()
        let helper = try identity(20)
        _ = try world.announce(helper, reachability: Reachability(isRelay: true, isCoordinator: true))
        func reachability(_ canReceiveDirect: Bool?, _ capabilities: NodeCapabilities) -> Reachability {
            world.cache.ownReachability(
                connected: [helper.machineID],
                canReceiveDirect: canReceiveDirect,
                natType: nil,
                capabilities: capabilities
            )
        }
        let idle = reachability(nil, NodeCapabilities(isRelay: true, isCoordinator: true))
        #expect(idle.isRelay == true && idle.isCoordinator == true)
        #expect(idle.reachableVia == [helper.machineID] && idle.relayCandidates == [helper.machineID])
        let plain = reachability(true, NodeCapabilities())
        #expect(plain.isRelay == false && plain.isCoordinator == false && plain.natType == nil)
        #expect(plain.reachableVia.isEmpty && plain.relayCandidates.isEmpty)
    }
}

@Suite struct RecentAnnouncementsTests {
    private let start = Instant.epoch + .seconds(1_000)

    @Test func aPayloadIsKnownPerSenderForAMinute() {
        var recent = RecentAnnouncements()
        recent.insert([1, 2, 3], from: id(1), now: self.start)
        #expect(recent.contains([1, 2, 3], from: id(1), now: self.start + .seconds(59)))
        #expect(!recent.contains([1, 2, 3], from: id(1), now: self.start + .seconds(60)))
        #expect(!recent.contains([1, 2, 3], from: id(2), now: self.start), "another envelope, another meaning")
        #expect(!recent.contains([1, 2], from: id(1), now: self.start))
        recent.removeAll()
        #expect(!recent.contains([1, 2, 3], from: id(1), now: self.start))
    }

    @Test func theOldestMakeRoom() {
        var recent = RecentAnnouncements()
        for number in 0...RecentAnnouncements.countMax {
            recent.insert([UInt8(number & 0xFF), UInt8(number >> 8)], from: id(1), now: self.start)
        }
        #expect(!recent.contains([0, 0], from: id(1), now: self.start))
        #expect(recent.contains([1, 0], from: id(1), now: self.start))
    }
}
