// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import TestSupport
import X0XAPI
import X0XClient

/// Whether daemons lose messages when all publish at once.
struct StressCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stress",
        abstract: "All daemons publish at once; counts what every subscriber gets.",
        discussion: """
            With --rate each daemon publishes so many messages a second, as in a test of isolation; without, as many as \
            it can. Fails when a message is lost, doubled or dropped anywhere.
            """
    )

    @OptionGroup var daemon: DaemonOptions

    @Option(name: .customLong("nodes"), help: "Daemons, 1 to 16.")
    var daemonCount = 5

    @Option(help: "Messages in all.")
    var messages = 5_000

    @Option(help: "Bytes per message, 16 to 32768.")
    var bytes = 256

    @Option(help: "Messages per second and daemon; 0 for as fast as it goes.")
    var rate = 0

    func validate() throws {
        guard (1...16).contains(self.daemonCount) else { throw ValidationError("--nodes is 1 to 16") }
        guard (1...1_000_000).contains(self.messages) else { throw ValidationError("--messages is 1 to 1000000") }
        guard (16...32_768).contains(self.bytes) else { throw ValidationError("--bytes is 16 to 32768") }
        guard (0...10_000).contains(self.rate) else { throw ValidationError("--rate is 0 to 10000") }
    }

    func run() async throws {
        var run = StressRun()
        run.daemonCount = self.daemonCount
        run.messageCount = self.messages
        run.byteCount = self.bytes
        run.rate = self.rate
        run.settlingLimit = .seconds(60)
        try await report([StressMeasurement(executable: try self.daemon.executable(), run: run)])
    }
}

/// See ``StressCommand``.
struct StressMeasurement: Measurement {
    let executable: String
    let run: StressRun

    var title: String {
        "stress: \(self.run.daemonCount) daemons, \(self.run.messageCount) messages of \(self.run.byteCount) bytes"
    }
    var timeLimit: Duration { .seconds(300) + .milliseconds(20) * self.run.messageCount }

    /// Megabytes a daemon may grow after the first tenth (spec 16 §5.5).
    private static let growthBudget = 64.0

    func findings() async throws -> [Finding] {
        try await DaemonStage.run(executable: self.executable) { stage in
            let daemons = try await self.run.start(on: stage)
            // Caches fill up with the first tenth; what grows afterwards would grow for ever.
            var warmUp = self.run
            warmUp.messageCount = self.run.messageCount / 10
            _ = try await warmUp.run(with: daemons)
            let before = try daemons.map { try ProcessStatus(of: $0.process.child.processIdentifier) }
            let result = try await self.run.run(with: daemons)
            let after = try daemons.map { try ProcessStatus(of: $0.process.child.processIdentifier) }
            let growth = zip(before, after).map { Double($1.residentByteCount - $0.residentByteCount) / 1e6 }
            return try self.findings(result, growth: growth.max() ?? 0)
        }
    }

    private func findings(_ result: StressRun.Result, growth: Double) throws -> [Finding] {
        let missing = result.daemons.reduce(0) { $0 + self.run.messageCount - $1.uniqueCount }
        let duplicates = result.daemons.reduce(0) { $0 + $1.duplicateCount }
        let drops = result.daemons.reduce(0) { sum, daemon in
            sum + Int(clamping: daemon.diagnostics.receivePump.pubsub.droppedFull)
                + Int(daemon.diagnostics.statistics.decodeToDeliveryDrops)
                + Int(clamping: daemon.diagnostics.statistics.slowSubscriberDropped)
        }
        let seconds = result.publishDuration / .seconds(1)
        let findings = [
            Finding("published", Double(self.run.messageCount) / seconds, unit: "/s", digits: 0),
            Finding("everything everywhere after", result.duration / .seconds(1), unit: "s"),
            Finding("messages missing, all subscribers", Double(missing), unit: "", digits: 0).budget(atMost: 0),
            Finding("messages delivered twice", Double(duplicates), unit: "", digits: 0).budget(atMost: 0),
            Finding("messages dropped", Double(drops), unit: "", digits: 0).budget(atMost: 0),
            Finding("largest growth of a daemon", growth, unit: "MB", digits: 1).budget(atMost: Self.growthBudget),
        ]
        guard missing == 0, duplicates == 0, drops == 0, growth <= Self.growthBudget else {
            throw BenchError(
                (findings.map(\.line) + result.daemons.map(Self.explanation)).joined(separator: "\n")
            )
        }
        return findings
    }

    /// What a daemon missed, and every counter that may say why.
    private static func explanation(_ daemon: StressRun.DaemonResult) -> String {
        let diagnostics = daemon.diagnostics
        let drops = diagnostics.overlay.drops.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        let counters = diagnostics.overlay.counters.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        let names = (drops + counters).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return """
              \(daemon.name) misses \(daemon.missing)
                timeouts \(diagnostics.stages.republishPerPeerTimeout), cooling \
            \(diagnostics.stages.suppressedPeers.count), queue depth up to \
            \(diagnostics.dispatcher.receiveDepth.pubsub.maximum); \(names)
            """
    }
}
