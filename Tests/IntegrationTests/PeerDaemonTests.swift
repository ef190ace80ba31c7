// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XAPI
import X0XClient

/// Two real daemons as the API of one shows the other (spec 11 §7.4, §7.6).
@Suite(.serialized, .timeLimit(.minutes(2))) struct PeerDaemonTests {
    private static let configuration = """
        presence_beacon_interval_secs = 1
        presence_event_poll_interval_secs = 1
        presence_offline_timeout_secs = 4
        """

    @Test func spec11_check20_21_22_aPeerComesIsProbedAndGoes() async throws {
        try await DaemonStage.run { stage in
            let arguments = try stage.configurationArguments(Self.configuration)
            async let first = stage.start("alice", arguments: arguments)
            async let second = stage.start("bob", arguments: arguments)
            let (alice, bob) = try await (first, second)
            let lifecycle = try await alice.client.peerEvents()
            let presence = try await alice.client.presenceEvents()
            try await alice.meet(bob)
            try await bob.meet(alice)
            try await alice.connect(to: bob)

            let established = try await IntegrationTests.first("established", in: lifecycle, within: .seconds(12)) {
                $0.peerID == bob.machineID ? $0.kind : nil
            }
            #expect(established == "Established")
            let isOnline = try await Self.change(of: bob.agentID, in: presence)
            #expect(isOnline)

            let probe = try await alice.client.probePeer(bob.machineID, timeout: .seconds(3))
            #expect(probe.timeoutMilliseconds == 3000 && probe.roundTripMicroseconds > 0)
            let health = try await alice.client.peerHealth(bob.machineID)
            let snapshot = health.snapshot
            #expect(snapshot.connected && snapshot.readerTaskActive == true && snapshot.closeReason == nil)
            #expect(snapshot.generation != nil)
            // The probe has just gone there and back.
            let received = try #require(snapshot.lastReceivedMillisecondsAgo)
            let sent = try #require(snapshot.lastSentMillisecondsAgo)
            #expect(received < 10_000 && sent < 10_000)
            #expect(snapshot.idleMilliseconds == min(received, sent))

            let later = try await alice.client.presenceEvents()
            let clock = ContinuousClock()
            let stoppedAt = clock.now
            #expect(await bob.process.stop() == .code(0))
            let gone = try await IntegrationTests.first("bob offline", in: later, within: .seconds(40)) {
                event -> Bool? in
                event == .offline(agentID: bob.agentID) ? true : nil
            }
            #expect(gone)
            // Six beacon intervals without a beacon, and a busy machine.
            #expect(clock.now - stoppedAt < .seconds(30))
            let status = try await alice.client.presenceStatus(bob.agentID)
            #expect(!status.online && status.agent?.agentID == bob.agentID)
            let after = try await alice.client.peerHealth(bob.machineID).snapshot
            #expect(!after.connected && after.closeReason != nil && after.idleMilliseconds == nil)
        }
    }

    private static func change(of agent: String, in stream: EventSequence<PresenceEvent>) async throws -> Bool {
        try await IntegrationTests.first("\(agent) online", in: stream) { event in
            if case .online(agent, _) = event { true } else { nil }
        }
    }
}
