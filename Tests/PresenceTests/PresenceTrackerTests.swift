// SPDX-License-Identifier: MIT OR Apache-2.0

import Presence
import Primitives
import Testing

private func id<ID: Identifier32>(_ number: UInt64) -> ID {
    ID(words: Words32(number, number, number, number))
}

private let me: AgentID = id(1)
private let alice: AgentID = id(2)
private let bob: AgentID = id(3)
private let laptop: MachineID = id(10)
private let phone: MachineID = id(11)

@Suite struct PresenceTrackerTests {
    private var tracker = PresenceTracker(configuration: .init(), localAgent: me)

    private func at(_ seconds: Int64) -> Instant { .epoch + .seconds(seconds) }

    private mutating func run(_ event: PresenceTracker.Event, at seconds: Int64) -> [PresenceTracker.Action] {
        var actions: [PresenceTracker.Action] = []
        self.tracker.handle(event, now: self.at(seconds), into: &actions)
        return actions
    }

    private mutating func poll(at seconds: Int64) -> [PresenceTracker.Action] {
        var actions: [PresenceTracker.Action] = []
        self.tracker.handleTimeout(now: self.at(seconds), into: &actions)
        return actions
    }

    @Test mutating func anAnnouncementProvesPresenceForItsLifetime() {
        #expect(self.run(.announced(alice), at: 0) == [.online(alice, isReachable: false)])
        #expect(self.run(.announced(alice), at: 100) == [])
        #expect(self.tracker.isOnline(alice, now: self.at(999)))
        #expect(self.poll(at: 999) == [])
        #expect(!self.tracker.isOnline(alice, now: self.at(1_000)))
        #expect(self.poll(at: 1_009) == [.offline(alice)])
        #expect(self.poll(at: 1_019) == [])
    }

    @Test mutating func spec05_check16_oneEventPerChangeAndNoneForSelf() {
        #expect(self.run(.announced(me), at: 0) == [])
        #expect(self.run(.bound(me, to: laptop), at: 0) == [])
        #expect(self.tracker.onlineAgents(now: self.at(0)) == [me])
        for second in 0..<5 as Range<Int64> {
            let expected: [PresenceTracker.Action] = second == 0 ? [.online(alice, isReachable: false)] : []
            #expect(self.run(.announced(alice), at: second) == expected)
        }
        #expect(self.tracker.onlineAgents(now: self.at(5)) == [me, alice])
        #expect(self.tracker.isOnline(me, now: .distantFuture))
    }

    @Test mutating func aConnectionProvesPresenceOfTheAgentsBoundToIt() {
        #expect(self.run(.machineConnected(laptop), at: 0) == [])
        #expect(self.run(.bound(alice, to: laptop), at: 1) == [.online(alice, isReachable: true)])
        #expect(self.poll(at: 100_000) == [])
        #expect(self.tracker.isOnline(alice, now: self.at(100_000)) && self.tracker.isReachable(alice))
        #expect(self.run(.machineDisconnected(laptop, .lost), at: 100_001) == [.offline(alice)])
        #expect(self.run(.machineConnected(laptop), at: 100_002) == [.online(alice, isReachable: true)])
    }

    /// A machine that was killed before its first beacon: nothing but the loss of its connection says so.
    @Test mutating func spec05_check18_aLossWithoutBeaconsEndsPresenceAfterTheFallbackTimeout() {
        _ = self.run(.machineConnected(laptop), at: 0)
        _ = self.run(.bound(alice, to: laptop), at: 0)
        _ = self.run(.announced(alice), at: 500)
        #expect(self.run(.machineDisconnected(laptop, .lost), at: 600) == [])
        #expect(self.tracker.isOnline(alice, now: self.at(899)) && !self.tracker.isReachable(alice))
        #expect(self.poll(at: 700) == [])
        #expect(self.tracker.nextDeadline == self.at(900))
        #expect(self.poll(at: 900) == [.offline(alice)])
        // It comes back with a new announcement, which counts in full.
        #expect(self.run(.announced(alice), at: 901) == [.online(alice, isReachable: false)])
        #expect(self.tracker.isOnline(alice, now: self.at(1_800)))
    }

    @Test mutating func aClosedConnectionEndsNoAnnouncement() {
        _ = self.run(.machineConnected(laptop), at: 0)
        _ = self.run(.bound(alice, to: laptop), at: 0)
        _ = self.run(.announced(alice), at: 500)
        #expect(self.run(.machineDisconnected(laptop, .closed), at: 600) == [])
        #expect(self.tracker.isOnline(alice, now: self.at(1_399)))
        #expect(self.poll(at: 1_400) == [.offline(alice)])
    }

    @Test mutating func aFarewellEndsPresenceAtOnce() {
        _ = self.run(.announced(alice), at: 0)
        _ = self.run(.bound(alice, to: laptop), at: 0)
        _ = self.run(.machineConnected(laptop), at: 0)
        #expect(self.run(.machineDisconnected(laptop, .farewell), at: 10) == [.offline(alice)])
        #expect(self.run(.announced(alice), at: 20) == [.online(alice, isReachable: false)])
        // A farewell of a machine that was not connected says nothing.
        #expect(self.run(.machineDisconnected(laptop, .farewell), at: 21) == [])
    }

    @Test mutating func aConnectionAloneIsNobody() {
        #expect(self.run(.machineConnected(laptop), at: 0) == [])
        #expect(self.tracker.onlineAgents(now: self.at(0)) == [me])
    }

    @Test mutating func anAgentThatMovesFollowsItsNewMachine() {
        _ = self.run(.machineConnected(laptop), at: 0)
        _ = self.run(.bound(alice, to: laptop), at: 0)
        #expect(self.run(.bound(alice, to: phone), at: 1) == [.offline(alice)])
        #expect(self.run(.machineConnected(phone), at: 2) == [.online(alice, isReachable: true)])
        #expect(self.run(.machineDisconnected(laptop, .farewell), at: 3) == [])
        #expect(self.run(.unbound(alice), at: 4) == [.offline(alice)])
    }

    @Test mutating func aRemovedAgentIsGoneAtOnce() {
        _ = self.run(.announced(alice), at: 0)
        _ = self.run(.bound(alice, to: laptop), at: 0)
        #expect(self.run(.removed(alice), at: 1) == [.offline(alice)])
        #expect(self.run(.removed(alice), at: 1) == [])
        #expect(self.run(.machineConnected(laptop), at: 2) == [])
    }

    @Test mutating func theTableIsBoundedAndTheLongestUnheardMakesRoom() {
        self.tracker = PresenceTracker(configuration: .init(agentCountMax: 2, machineCountMax: 1), localAgent: me)
        _ = self.run(.announced(alice), at: 0)
        _ = self.run(.announced(bob), at: 1)
        #expect(self.run(.announced(id(4)), at: 2) == [.online(id(4), isReachable: false), .offline(alice)])
        #expect(self.tracker.evictedCount == 1)
        _ = self.run(.machineConnected(laptop), at: 3)
        _ = self.run(.machineConnected(phone), at: 3)
        #expect(self.run(.bound(bob, to: phone), at: 3) == [])
        #expect(!self.tracker.isReachable(bob))
    }

    @Test mutating func spec05_check25_manyStrangersStayWithinTheCap() {
        self.tracker = PresenceTracker(configuration: .init(agentCountMax: 64), localAgent: me)
        for number in 0..<5_000 as Range<UInt64> {
            _ = self.run(.announced(id(100 + number)), at: Int64(number / 100))
        }
        #expect(self.tracker.onlineAgents(now: self.at(50)).count == 65)
    }

    // MARK: Beacons

    /// Beacons from `start`, every 30 s, `count` of them; their records live 90 s.
    private mutating func beacon(_ machine: MachineID, from start: Int64, count: Int64) -> [PresenceTracker.Action] {
        (0..<count).flatMap { number in
            let second = start + 30 * number
            return self.run(.beaconed(machine, isDirect: true, expiresAt: self.at(second + 90)), at: second)
        }
    }

    @Test mutating func aBeaconProvesPresenceUntilTheAdaptiveTimeout() {
        _ = self.run(.bound(alice, to: laptop), at: 0)
        #expect(self.beacon(laptop, from: 0, count: 4) == [.online(alice, isReachable: false)])
        #expect(self.tracker.isOnline(alice, now: self.at(90 + 179)))
        #expect(self.poll(at: 90 + 179) == [])
        #expect(!self.tracker.isOnline(alice, now: self.at(90 + 180)))
        #expect(self.tracker.nextDeadline == self.at(90 + 180))
        #expect(self.poll(at: 90 + 180) == [.offline(alice)])
        #expect(self.tracker.machineCount == 0)
        #expect(self.beacon(laptop, from: 300, count: 1) == [.online(alice, isReachable: false)])
        // One arrival only: the fallback counts.
        #expect(self.poll(at: 599) == [] && self.tracker.isOnline(alice, now: self.at(599)))
        #expect(self.poll(at: 600) == [.offline(alice)])
    }

    @Test mutating func spec05_check12_aLiveBeaconOutlastsAStaleAnnouncement() {
        _ = self.run(.announced(alice), at: 0)
        _ = self.run(.bound(alice, to: laptop), at: 0)
        _ = self.beacon(laptop, from: 880, count: 2)
        #expect(self.poll(at: 901) == [])
        #expect(self.tracker.onlineAgents(now: self.at(901)) == [me, alice])
    }

    /// What others say counts until the record ends, and says nothing about the rhythm.
    @Test mutating func hearsayCountsUntilTheRecordEnds() {
        _ = self.run(.bound(alice, to: laptop), at: 0)
        let actions = self.run(.beaconed(laptop, isDirect: false, expiresAt: self.at(60)), at: 0)
        #expect(actions == [.online(alice, isReachable: false)])
        #expect(self.tracker.regularity(of: laptop) == 0.5)
        #expect(self.poll(at: 60) == [.offline(alice)])
    }

    /// A killed machine: its connection times out, its beacons stop; what it announced before does not keep it online.
    @Test mutating func spec05_check18_aKilledMachineIsOfflineOnceAfterTheAdaptiveTimeout() {
        _ = self.run(.machineConnected(laptop), at: 0)
        _ = self.run(.announced(alice), at: 0)
        _ = self.run(.bound(alice, to: laptop), at: 0)
        _ = self.beacon(laptop, from: 0, count: 5)
        #expect(self.run(.machineDisconnected(laptop, .lost), at: 150) == [])
        #expect(self.poll(at: 299) == [])
        #expect(self.poll(at: 300) == [.offline(alice)])
        #expect(self.poll(at: 301) == [] && self.poll(at: 899) == [])
        #expect(!self.tracker.isOnline(alice, now: self.at(302)))
    }

    /// A connection that was not needed any more is no sign of death.
    @Test mutating func aClosedConnectionLeavesTheAnnouncement() {
        _ = self.run(.machineConnected(laptop), at: 0)
        _ = self.run(.announced(alice), at: 0)
        _ = self.run(.bound(alice, to: laptop), at: 0)
        _ = self.beacon(laptop, from: 0, count: 5)
        #expect(self.run(.machineDisconnected(laptop, .closed), at: 150) == [])
        #expect(self.poll(at: 301) == [] && self.tracker.isOnline(alice, now: self.at(899)))
        #expect(self.poll(at: 900) == [.offline(alice)])
    }

    /// An announcement that came after the loss proves life, on whatever way it came.
    @Test mutating func anAnnouncementAfterTheLossCounts() {
        _ = self.run(.machineConnected(laptop), at: 0)
        _ = self.run(.bound(alice, to: laptop), at: 0)
        _ = self.beacon(laptop, from: 0, count: 5)
        _ = self.run(.machineDisconnected(laptop, .lost), at: 150)
        _ = self.run(.announced(alice), at: 200)
        #expect(self.poll(at: 301) == [] && self.tracker.isOnline(alice, now: self.at(1_099)))
    }

    /// Two agents on one lost machine: both go, at the same look.
    @Test mutating func everybodyOnALostMachineGoes() {
        for agent in [alice, bob] {
            _ = self.run(.announced(agent), at: 0)
            _ = self.run(.bound(agent, to: laptop), at: 0)
        }
        _ = self.run(.machineConnected(laptop), at: 0)
        _ = self.beacon(laptop, from: 0, count: 5)
        _ = self.run(.machineDisconnected(laptop, .lost), at: 150)
        #expect(self.poll(at: 300) == [.offline(alice), .offline(bob)])
        #expect(self.poll(at: 301) == [])
    }

    @Test mutating func aFarewellEndsBeaconsToo() {
        _ = self.run(.machineConnected(laptop), at: 0)
        _ = self.run(.bound(alice, to: laptop), at: 0)
        _ = self.beacon(laptop, from: 0, count: 5)
        #expect(self.run(.machineDisconnected(laptop, .farewell), at: 130) == [.offline(alice)])
    }

    /// Random events: reported online and offline actions always alternate and agree with the queries.
    @Test(arguments: [1, 2, 3] as [UInt64])
    mutating func actionsAgreeWithQueries(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var reported: Set<AgentID> = []
        var second: Int64 = 0
        for _ in 0..<3_000 {
            second += Int64(random.next() % 40)
            let agent: AgentID = id(2 + random.next() % 5)
            let machine: MachineID = id(10 + random.next() % 3)
            let event: PresenceTracker.Event? =
                switch random.next() % 9 {
                case 0, 1: .announced(agent)
                case 2: .bound(agent, to: machine)
                case 3: .unbound(agent)
                case 4: .machineConnected(machine)
                case 5: .machineDisconnected(machine, [.farewell, .lost, .closed][Int(random.next() % 3)])
                case 6: .removed(agent)
                case 7:
                    .beaconed(machine, isDirect: random.next() % 2 == 0, expiresAt: self.at(second + 90))
                default: nil
                }
            var actions = event.map { self.run($0, at: second) } ?? []
            actions += self.poll(at: second)
            for action in actions {
                switch action {
                case .online(let agent, _): #expect(reported.insert(agent).inserted)
                case .offline(let agent): #expect(reported.remove(agent) != nil)
                }
            }
            #expect(!reported.contains(me))
            if self.tracker.nextDeadline > self.at(second), actions.isEmpty { continue }
            let online = Set(self.tracker.onlineAgents(now: self.at(second)))
            // Between polls a lifetime may have ended without a report, never the other way round.
            #expect(online.subtracting([me]).isSubset(of: reported))
        }
    }
}
