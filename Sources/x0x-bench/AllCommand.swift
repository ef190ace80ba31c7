// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser

/// Everything, one after the other, in about two minutes.
struct AllCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all",
        abstract: "Every measurement with short settings (the default)."
    )

    @OptionGroup var daemon: DaemonOptions

    func run() async throws {
        let executable = try self.daemon.executable()
        try await report([
            HandshakeMeasurement(runs: 3, count: 100, concurrency: 8),
            ThroughputMeasurement(runs: 3, mebibytes: 64),
            EnduranceMeasurement(count: 250, rounds: 3),
            StartMeasurement(executable: executable, count: 5),
            LatencyMeasurement(executable: executable, count: 200, warmUpCount: 20, byteCount: 256),
            IdleMeasurement(executable: executable, window: .seconds(15), settling: .seconds(5)),
        ])
    }
}
