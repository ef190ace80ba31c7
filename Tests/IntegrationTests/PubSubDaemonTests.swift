// SPDX-License-Identifier: MIT OR Apache-2.0

import TestSupport
import Testing
import X0XAPI
import X0XClient

/// What publishers and subscribers are told by real daemons, and what a daemon remembers (spec 04 §13, §14; spec 03 §14).
@Suite(.serialized, .timeLimit(.minutes(2))) struct PubSubDaemonTests {
    private static func text(_ event: FeedEvent) -> String? {
        if case .message(let message) = event, message.topic == "test/ended" { message.payload } else { nil }
    }

    @Test func spec04_check06_publishSaysWhoHearsAndAnEndedSubscriptionIsSilent() async throws {
        try await DaemonStage.run { stage in
            async let first = stage.start("alice")
            async let second = stage.start("bob")
            let (alice, bob) = try await (first, second)
            #expect(try await alice.client.publish(topic: "test/ended", payload: [1]) == 0, "nobody is connected")
            try await alice.meet(bob)
            try await alice.connect(to: bob)
            let ended = try await bob.client.subscribe(topic: "test/ended")
            let events = try await bob.client.events()
            _ = try await eventually("alice has somebody to push to") {
                try await alice.client.publish(topic: "test/ended", payload: Array("heard".utf8)) ?? 0
            } until: {
                $0 == 1
            }
            #expect(try await IntegrationTests.first("a message", in: events, where: Self.text) == base64("heard"))
            _ = try await bob.client.subscribe(topic: "test/marker")
            try await bob.client.unsubscribe(ended)
            for _ in 0..<5 { try await alice.client.publish(topic: "test/ended", payload: Array("unheard".utf8)) }
            try await alice.client.publish(topic: "test/marker", payload: Array("marker".utf8))
            let next = try await IntegrationTests.first("the marker", in: events) { event -> String? in
                // "heard" may have been published twice before it arrived.
                guard case .message(let message) = event, message.payload != base64("heard") else { return nil }
                return message.topic
            }
            #expect(next == "test/marker", "nothing of the ended subscription")
            #expect(try await bob.client.gossipDiagnostics().statistics.decodeToDeliveryDrops == 0)
        }
    }

    @Test func spec03_check27_aKilledDaemonFindsItsPeersAgain() async throws {
        try await DaemonStage.run { stage in
            async let first = stage.start("alice")
            async let second = stage.start("bob")
            let (alice, bob) = try await (first, second)
            try await bob.meet(alice)
            try await bob.connect(to: alice)
            _ = try await eventually("bob remembers alice") {
                try await bob.client.bootstrapCache().cachedPeers
            } until: {
                $0 == 1
            }
            await bob.process.stop()
            // No card, no configured peer: what it wrote is all it has.
            let again = try await stage.start("bob")
            #expect(again.machineID == bob.machineID)
            _ = try await eventually("bob is connected again") {
                try await again.client.peers()
            } until: {
                $0 == [alice.machineID]
            }
        }
    }

    /// Counters of presence and of the core beyond those of the original.
    @Test func diagnosticsTellWhatWasDroppedAndWhy() async throws {
        try await DaemonStage.run { stage in
            let alice = try await stage.start("alice")
            let diagnostics = try await alice.client.gossipDiagnostics()
            #expect(diagnostics.presence.counters["beacons_made"] != nil)
            #expect(diagnostics.presence.drops.count == 14 && diagnostics.presence.drops["rate_limited"] == 0)
            #expect(diagnostics.overlay.counters["signature_checks"] == 0)
            #expect(diagnostics.overlay.drops["rejected_before"] == 0)
        }
    }
}
