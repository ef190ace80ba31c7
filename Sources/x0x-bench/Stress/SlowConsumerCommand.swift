// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import TestSupport
import X0XAPI
import X0XClient

/// What a subscriber that never reads costs its daemon and the others.
struct SlowConsumerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slow-consumer",
        abstract: "Publishes to one client that reads and one that never does; watches the daemon's memory.",
        discussion: "Reads /proc/<pid> of the daemon (Linux only). Fails when the reading client misses a message."
    )

    @OptionGroup var daemon: DaemonOptions

    @Option(help: "Messages.")
    var messages = 100_000

    @Option(help: "Bytes per message, 16 to 32768.")
    var bytes = 256

    func validate() throws {
        guard (10...10_000_000).contains(self.messages) else { throw ValidationError("--messages is 10 to 10000000") }
        guard (16...32_768).contains(self.bytes) else { throw ValidationError("--bytes is 16 to 32768") }
    }

    func run() async throws {
        try await report([
            SlowConsumerMeasurement(
                executable: try self.daemon.executable(),
                messageCount: self.messages,
                byteCount: self.bytes
            )
        ])
    }
}

/// See ``SlowConsumerCommand``.
struct SlowConsumerMeasurement: Measurement {
    /// Megabytes the daemon may grow after the first tenth (spec 16 §5.5).
    private static let growthBudget = 64.0

    let executable: String
    let messageCount: Int
    let byteCount: Int

    var title: String {
        "slow consumer: \(self.messageCount) messages of \(self.byteCount) bytes, one client never reads"
    }
    var timeLimit: Duration { .seconds(300) + .milliseconds(20) * self.messageCount }

    func findings() async throws -> [Finding] {
        try await DaemonStage.run(executable: self.executable) { stage in
            let daemon = try await stage.start("slow")
            let stuck = try await daemon.client.events()
            let first = try await self.publish(self.messageCount / 10, on: daemon)
            let early = try ProcessStatus(of: daemon.process.child.processIdentifier)
            let rest = try await self.publish(self.messageCount - self.messageCount / 10, on: daemon)
            let late = try ProcessStatus(of: daemon.process.child.processIdentifier)
            withExtendedLifetime(stuck) {}
            let growth = Double(late.residentByteCount - early.residentByteCount) / 1e6
            let missing = self.messageCount - first.uniqueCount - rest.uniqueCount
            let findings = [
                Finding("resident memory after a tenth", Double(early.residentByteCount) / 1e6, unit: "MB", digits: 1),
                Finding("growth until the end", growth, unit: "MB", digits: 1).budget(atMost: Self.growthBudget),
                Finding("missing at the client that reads", Double(missing), unit: "", digits: 0).budget(atMost: 0),
                Finding(
                    "dropped for the client that does not",
                    Double(rest.diagnostics.statistics.slowSubscriberDropped),
                    unit: "",
                    digits: 0
                ),
            ]
            guard missing == 0, growth <= Self.growthBudget else {
                throw BenchError(findings.map(\.line).joined(separator: "\n"))
            }
            return findings
        }
    }

    private func publish(_ count: Int, on daemon: DaemonFixture) async throws -> StressRun.DaemonResult {
        var run = StressRun()
        run.daemonCount = 1
        run.messageCount = count
        run.byteCount = self.byteCount
        run.settlingLimit = .seconds(60)
        guard let result = try await run.run(with: [daemon]).daemons.first else { throw BenchError("no result") }
        return result
    }
}
