// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import TestSupport
import X0XAPI
import X0XClient

/// What a daemon costs when nobody uses it.
struct IdleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Memory and processor time of a daemon with three peers that nobody uses.",
        discussion: "Reads /proc/<pid> of the daemon (Linux only)."
    )

    @OptionGroup var daemon: DaemonOptions

    @Option(name: .customLong("seconds"), help: "How long the daemon is watched, 1 to 3600 s.")
    var windowSeconds = 30

    @Option(name: .customLong("settle"), help: "How long it may calm down before, 0 to 600 s.")
    var settlingSeconds = 10

    func validate() throws {
        guard (1...3_600).contains(self.windowSeconds) else { throw ValidationError("--seconds is 1 to 3600") }
        guard (0...600).contains(self.settlingSeconds) else { throw ValidationError("--settle is 0 to 600") }
    }

    func run() async throws {
        try await report([
            IdleMeasurement(
                executable: try self.daemon.executable(),
                window: .seconds(self.windowSeconds),
                settling: .seconds(self.settlingSeconds)
            )
        ])
    }
}

/// See ``IdleCommand``.
struct IdleMeasurement: Measurement {
    private static let peerCount = 3
    private static let connectLimit: Duration = .seconds(30)
    /// Megabytes (architecture §7).
    private static let memoryBudget = 40.0
    /// Percent of one processor (architecture §7).
    private static let processorBudget = 0.3

    let executable: String
    let window: Duration
    let settling: Duration

    var title: String { "idle: a daemon with \(Self.peerCount) peers, watched for \(self.window / .seconds(1)) s" }
    var timeLimit: Duration { .seconds(180) + self.settling + self.window }

    func findings() async throws -> [Finding] {
        try await DaemonStage.run(executable: self.executable) { stage in
            let idle = try await stage.start("idle")
            for number in 1...Self.peerCount { try await idle.meet(try await stage.start("peer\(number)")) }
            try await Self.waitForPeers(of: idle)
            try await Task.sleep(for: self.settling)
            let findings = try await self.watch(idle.process.child.processIdentifier)
            let peerCount = try await idle.client.peers().count
            return findings + [Finding("peers at the end", Double(peerCount), unit: "", digits: 0)]
        }
    }

    private static func waitForPeers(of daemon: DaemonFixture) async throws {
        let tooLate: any Error = BenchError("the daemon has not got \(Self.peerCount) peers")
        try await withTimeLimit(Self.connectLimit, orThrow: tooLate) {
            while try await daemon.client.peers().count < Self.peerCount {
                // The daemon is another process: there is no event to wait for, only another question.
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Looks at the process once a second and asks the daemon nothing meanwhile.
    private func watch(_ processIdentifier: Int32) async throws -> [Finding] {
        let clock = ContinuousClock()
        let start = clock.now
        let first = try ProcessStatus(of: processIdentifier)
        var last = first
        var resident = Samples()
        var anonymous = Samples()
        repeat {
            try await clock.sleep(for: min(.seconds(1), self.window - (clock.now - start)))
            last = try ProcessStatus(of: processIdentifier)
            resident.append(Double(last.residentByteCount) / 1e6)
            anonymous.append(Double(last.anonymousByteCount) / 1e6)
        } while clock.now - start < self.window
        let elapsed = (clock.now - start) / .seconds(1)
        let percent = (last.cpuSeconds - first.cpuSeconds) / elapsed * 100
        return [
            Finding("resident memory", resident, unit: "MB", digits: 1).budget(atMost: Self.memoryBudget),
            Finding("of it heap and stacks", anonymous, unit: "MB", digits: 1),
            Finding("processor time", percent, unit: "%", remark: "of one processor").budget(
                atMost: Self.processorBudget
            ),
        ]
    }
}
