// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Synchronization
import TestSupport
import Testing
import X0XAPI
import X0XClient

/// Beacons, walks and the failure detector between real daemons that beacon every second (spec 05).
///
/// Two minutes, because a killed daemon's connection ends by the transport's idle timeout of 30 s.
@Suite(.serialized, .timeLimit(.minutes(2))) struct PresenceDaemonTests {
    /// The adaptive timeout is six intervals, 6 s, then.
    private static let configuration = """
        presence_beacon_interval_secs = 1
        presence_event_poll_interval_secs = 1
        presence_offline_timeout_secs = 4
        """

    /// One neighbour each: nobody looks for further connections by itself.
    private static let sparseConfiguration = """
        \(configuration)
        [gossip]
        active_view_size = 1
        """

    private static func trio(
        _ stage: DaemonStage,
        configuration: String = Self.configuration
    ) async throws -> (alice: DaemonFixture, bob: DaemonFixture, charlie: DaemonFixture) {
        let arguments = try stage.configurationArguments(configuration)
        async let alice = stage.start("alice", arguments: arguments)
        async let bob = stage.start("bob", arguments: arguments)
        async let charlie = stage.start("charlie", arguments: arguments)
        return try await (alice, bob, charlie)
    }

    private static func change(_ agent: String) -> @Sendable (PresenceEvent) -> Bool? {
        { event in
            switch event {
            case .online(agent, _): true
            case .offline(agent): false
            case .online, .offline, .lagged: nil
            }
        }
    }

    @Test func spec05_check17_18_aKilledDaemonIsOfflineOnceWithinTheTimeout() async throws {
        try await DaemonStage.run { stage in
            let (alice, bob, charlie) = try await Self.trio(stage)
            for daemon in [alice, charlie] {
                try await daemon.meet(bob)
                try await daemon.connect(to: bob)
            }
            try await alice.meet(charlie)
            try await alice.connect(to: charlie)
            let events = try await alice.client.presenceEvents()
            #expect(try await first("charlie online at alice", in: events, where: Self.change(charlie.agentID)) == true)
            for daemon in [alice, bob, charlie] {
                let others = Set([alice, bob, charlie].map(\.agentID)).subtracting([daemon.agentID])
                _ = try await eventually("\(daemon.name) seeing the others") {
                    try await daemon.client.presenceOnline().map(\.agentID)
                } until: {
                    others.isSubset(of: $0)
                }
            }
            let later = try await alice.client.presenceEvents()
            charlie.process.child.send(signal: SIGKILL)
            #expect(await charlie.process.child.waitForExit() == .signal(SIGKILL))
            let clock = ContinuousClock()
            let killedAt = clock.now
            // The first event of a new stream is the burst of who is there; the one after it is the end.
            let changes = Lock<[Bool]>([])
            _ = try await first("charlie offline at alice", in: later, within: .seconds(60)) { event -> Bool? in
                guard let isOnline = Self.change(charlie.agentID)(event) else { return nil }
                changes.append(isOnline)
                return isOnline ? nil : true
            }
            #expect(changes.value == [true, false], "exactly one offline event")
            // 30 s until the connection times out, then the beacons are long gone; the rest is a busy machine.
            #expect(clock.now - killedAt < .seconds(45))
            let status = try await alice.client.presenceStatus(charlie.agentID)
            #expect(!status.online && status.agent?.agentID == charlie.agentID)
            let online = try await alice.client.presenceOnline().map(\.agentID)
            #expect(online.contains(bob.agentID) && !online.contains(charlie.agentID))
        }
    }

    @Test func spec05_check15_friendsOfFriendsRespectPrivacy() async throws {
        try await DaemonStage.run { stage in
            let (alice, bob, charlie) = try await Self.trio(stage, configuration: Self.sparseConfiguration)
            try await alice.meet(bob)
            try await alice.meet(charlie)
            try await charlie.meet(bob)
            try await alice.connect(to: bob)
            try await charlie.connect(to: bob)
            // Announcements travel over bob; alice and charlie are not connected.
            for (observer, others) in [(alice, [bob, charlie]), (bob, [alice, charlie])] {
                let wanted = Set(others.map(\.agentID))
                _ = try await eventually("\(observer.name) knowing the others") {
                    try await observer.client.presenceOnline().map(\.agentID)
                } until: {
                    wanted.isSubset(of: $0)
                }
            }
            @Sendable func walk() async throws -> [String] {
                try await alice.client.presenceFOAF(timeToLive: 2, within: .milliseconds(1500)).map(\.agentID)
            }
            // To bob both are strangers: he tells of himself only, and passes nothing back.
            _ = try await eventually("alice hearing of bob only") {
                let heard = try await walk()
                #expect(!heard.contains(charlie.agentID), "bob told a stranger of a stranger")
                return heard
            } until: {
                $0 == [bob.agentID]
            }
            // Once both are bob's contacts, alice hears of charlie through him.
            try await bob.client.addContact(alice.agentID, trust: "known")
            try await bob.client.addContact(charlie.agentID, trust: "known")
            let both = [bob.agentID, charlie.agentID].sorted()
            _ = try await eventually("alice hearing of charlie") {
                try await walk()
            } until: {
                $0 == both
            }
            // A blocked agent vanishes from every answer at once.
            try await alice.client.setTrust(charlie.agentID, level: "blocked")
            // Bob answers a new query of a peer every five seconds, so not each of these walks hears of him.
            _ = try await eventually("alice hearing of bob only") {
                let heard = try await walk()
                #expect(!heard.contains(charlie.agentID))
                return heard
            } until: {
                $0 == [bob.agentID]
            }
            #expect(try await alice.client.presenceFind(charlie.agentID, within: .milliseconds(500)) == nil)
            #expect(try await alice.client.presenceStatus(charlie.agentID).online == false)
            #expect(try await !alice.client.presence().contains(charlie.agentID))
        }
    }
}

/// A value two tasks share.
private final class Lock<Value: Sendable>: Sendable {
    private let storage: Mutex<Value>

    init(_ value: Value) { self.storage = Mutex(value) }

    var value: Value { self.storage.withLock { $0 } }
}

extension Lock where Value == [Bool] {
    fileprivate func append(_ element: Bool) { self.storage.withLock { $0.append(element) } }
}
