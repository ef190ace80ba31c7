// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XAPI
import X0XClient

/// Daemons under load; `x0x-bench stress`, `slow-consumer` and `isolation` are the long versions.
@Suite(.serialized, .timeLimit(.minutes(3))) struct StressTests {
    /// Without a pause, as fast as the daemons answer; `make stress` does the same with release builds and 10,000 messages.
    @Test func spec04_check08_fiveDaemonsAndFiveHundredMessages() async throws {
        try await DaemonStage.run { stage in
            var load = StressRun()
            load.settlingLimit = .seconds(60)
            let result = try await load.run(on: stage)
            #expect(result.daemons.count == 5)
            for daemon in result.daemons {
                #expect(daemon.uniqueCount == 500, "\(daemon.name) misses \(daemon.missing)")
                // Nobody is blamed for the work of debug builds on two cores.
                #expect(daemon.diagnostics.stages.republishPerPeerTimeout == 0, "\(daemon.name)")
                #expect(daemon.diagnostics.stages.suppressedPeers.isEmpty, "\(daemon.name)")
                #expect(daemon.duplicateCount == 0, "\(daemon.name)")
                let diagnostics = daemon.diagnostics
                #expect(diagnostics.statistics.decodeToDeliveryDrops == 0, "\(daemon.name)")
                #expect(diagnostics.statistics.slowSubscriberDropped == 0, "\(daemon.name)")
                #expect(diagnostics.statistics.publishTotal >= 100 && diagnostics.statistics.publishFailed == 0)
                #expect(diagnostics.receivePump.pubsub.droppedFull == 0, "\(daemon.name)")
            }
        }
    }

    /// Large messages must not keep small ones of another kind waiting (spec 16 §5.6, spec 04 check 9).
    @Test func spec04_check09_loadOnTopicsLeavesDirectMessagesAndPresenceAlone() async throws {
        try await DaemonStage.run { stage in
            var load = StressRun()
            load.daemonCount = 3
            load.messageCount = 180
            load.byteCount = 12_000
            load.rate = 20
            load.concurrency = 1
            let daemons = try await load.start(on: stage)
            let (sender, receiver) = (daemons[1], daemons[2])
            async let loaded = load.run(with: daemons)
            for number in 0..<10 {
                let answer = try await sender.client.sendDirect(
                    to: receiver.agentID,
                    payload: Array("beside the load \(number)".utf8),
                    requireAcknowledgementWithin: .seconds(5)
                )
                #expect(answer.acknowledgement?.ok == true, "message \(number): \(answer)")
            }
            let result = try await loaded
            for daemon in result.daemons {
                #expect(daemon.uniqueCount == 180, "\(daemon.name) misses \(daemon.missing)")
                #expect(daemon.duplicateCount == 0, "\(daemon.name)")
                #expect(daemon.diagnostics.dispatcher.membership.timedOut == 0, "\(daemon.name)")
                #expect(daemon.diagnostics.dispatcher.bulk.timedOut == 0, "\(daemon.name)")
            }
            for daemon in daemons {
                let online = try await daemon.client.presenceOnline().map(\.agentID)
                let others = Set(daemons.map(\.agentID)).subtracting([daemon.agentID])
                #expect(others.isSubset(of: online), "\(daemon.name)")
            }
        }
    }

    /// A program that asks for events and never reads them costs its daemon a bounded queue, and the others nothing
    /// (spec 04 check 7; 100,000 messages in `x0x-bench slow-consumer`).
    @Test func spec04_check07_aSubscriberThatNeverReads() async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("slow")
            let stuck = try await daemon.client.events()
            var load = StressRun()
            load.daemonCount = 1
            load.messageCount = 600
            load.byteCount = 4_096
            let result = try await load.run(with: [daemon])
            #expect(result.daemons[0].uniqueCount == 600, "missing \(result.daemons[0].missing)")
            #expect(result.daemons[0].duplicateCount == 0)
            #expect(result.daemons[0].diagnostics.statistics.decodeToDeliveryDrops == 0)
            #expect(result.daemons[0].diagnostics.statistics.publishTotal >= 600)
            withExtendedLifetime(stuck) {}
        }
    }
}
