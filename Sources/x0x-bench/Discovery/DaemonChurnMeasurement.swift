// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Identity
import Synchronization
import TestSupport
import X0XAPI
import X0XClient

/// A daemon whose neighbour publishes announcements of ever new agents, as fast as it can.
struct DaemonChurnMeasurement: Measurement {
    /// Milliseconds within which the daemon still answers nearly always.
    private static let answerBudget = 1_000.0
    /// Publishing requests at once.
    private static let concurrency = 16

    let executable: String
    let agentCount: Int

    var title: String { "churn: a daemon flooded with announcements of \(self.agentCount) different agents" }
    var timeLimit: Duration { .seconds(300) + .milliseconds(20) * self.agentCount }

    func findings() async throws -> [Finding] {
        let now = UInt64(Date().timeIntervalSince1970)
        let strangers = try AnnouncedStrangers(count: self.agentCount, announcedAt: now, address: nil)
        return try await DaemonStage.run(executable: self.executable) { stage in
            let victim = try await stage.start("victim")
            let flooder = try await stage.start("flooder")
            try await flooder.meet(victim)
            let before = try ProcessStatus(of: victim.process.child.processIdentifier)
            let start = ProcessMeter.seconds
            let answers = try await self.answers(of: victim) {
                try await self.publish(strangers.messages, by: flooder)
            }
            let publishSeconds = ProcessMeter.seconds - start
            let known = try await self.settledCount(at: victim)
            let seconds = ProcessMeter.seconds - start
            let after = try ProcessStatus(of: victim.process.child.processIdentifier)
            let cap = 16_384.0  // agents, DiscoveryConfiguration
            let growth = Double(after.residentByteCount - before.residentByteCount) / 1e6
            let pump = try await victim.client.gossipDiagnostics().receivePump.pubsub
            let findings = [
                Finding("published", Double(self.agentCount) / publishSeconds, unit: "/s", digits: 0),
                Finding("agents the victim knows at the end", Double(known), unit: "", digits: 0).budget(atMost: cap),
                Finding("until its list did not change any more", seconds, unit: "s", digits: 1),
                Finding("messages it had no room for", Double(pump.droppedFull), unit: "", digits: 0),
                Finding("GET /health meanwhile, median", answers.median, unit: "ms"),
                Finding("GET /health meanwhile, p99", answers.percentile(99), unit: "ms")
                    .budget(atMost: Self.answerBudget),
                Finding("GET /health meanwhile, answers", Double(answers.values.count), unit: "", digits: 0),
                Finding("memory it grew by", growth, unit: "MB", digits: 1),
            ]
            guard Double(known) <= cap, known > 0, answers.percentile(99) <= Self.answerBudget else {
                throw BenchError(findings.map(\.line).joined(separator: "\n"))
            }
            return findings
        }
    }

    /// Milliseconds of each answer of the daemon while `body` runs; one that fails ends the measurement.
    private func answers(
        of daemon: DaemonFixture,
        during body: @escaping @Sendable () async throws -> Void
    ) async throws -> Samples {
        let end = Flag()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { end.set() }
                try await body()
            }
            var answers = Samples()
            while !end.isSet {
                let start = ProcessMeter.seconds
                _ = try await daemon.client.health()
                answers.append((ProcessMeter.seconds - start) * 1e3)
                try await Task.sleep(for: .milliseconds(20))  // a client that looks, not a second flood
            }
            try await group.waitForAll()
            return answers
        }
    }

    /// Something that happens once.
    private final class Flag: Sendable {
        private let state = Mutex(false)
        var isSet: Bool { self.state.withLock { $0 } }
        func set() { self.state.withLock { $0 = true } }
    }

    private func publish(_ messages: [[UInt8]], by daemon: DaemonFixture) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<Self.concurrency {
                group.addTask {
                    for number in stride(from: worker, to: messages.count, by: Self.concurrency) {
                        try await daemon.client.publish(topic: AnnouncementTopic.identity, payload: messages[number])
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// The number of agents in the daemon's list once it has stayed the same for two seconds.
    private func settledCount(at daemon: DaemonFixture) async throws -> Int {
        var (last, unchangedCount) = (-1, 0)
        while unchangedCount < 4 {
            try await Task.sleep(for: .milliseconds(500))
            let count = try await daemon.client.discoveredAgents(unfiltered: true).count
            unchangedCount = count == last ? unchangedCount + 1 : 0
            last = count
        }
        return last
    }
}
