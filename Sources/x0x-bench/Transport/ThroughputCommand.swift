// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import Primitives
import QUICCore
import QUICTransport

/// Bulk throughput: one stream on one connection, both ends in this process.
struct ThroughputCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "throughput",
        abstract: "Bulk throughput of one stream on one connection over loopback."
    )

    @Option(help: "Runs; medians are printed.")
    var runs = 5

    @Option(help: "Mebibytes per run.")
    var mebibytes = 64

    func validate() throws {
        guard self.runs > 0, self.mebibytes > 0 else { throw ValidationError("numbers are positive") }
    }

    func run() async throws {
        try await report([ThroughputMeasurement(runs: self.runs, mebibytes: self.mebibytes)])
    }
}

/// See ``ThroughputCommand``.
struct ThroughputMeasurement: Measurement {
    /// Megabytes per second (architecture §7).
    private static let budget = 200.0

    let runs: Int
    let mebibytes: Int

    var title: String { "throughput: \(self.mebibytes) MiB on one stream of one connection" }
    var timeLimit: Duration { .seconds(60 + self.mebibytes * (self.runs + 1)) }

    func findings() async throws -> [Finding] {
        try await withTwoNodes(BulkApplication()) { receiver, sender in
            let byteCount = self.mebibytes << 20
            var rate = Samples()
            var cost = Samples()
            for index in 0...self.runs {
                let cpuStart = ProcessMeter.cpuSeconds
                let transfer = BulkApplication.Transfer(
                    address: receiver.transport.boundAddress,
                    byteCount: byteCount
                )
                guard sender.transport.post(transfer) else { throw BenchError("the transfer was refused") }
                let outcome = try await receiver.nextOutput()
                let cpu = ProcessMeter.cpuSeconds - cpuStart
                guard outcome.byteCount == byteCount else {
                    throw BenchError("\(outcome.byteCount) of \(byteCount) bytes arrived")
                }
                // The first run warms caches and tables.
                guard index > 0 else { continue }
                rate.append(Double(byteCount) / 1e6 / outcome.duration.seconds)
                cost.append(cpu / (Double(byteCount) / 1e9))
            }
            let statistics = try await sender.transport.inspect { $0.statistics }
            return [
                Finding("throughput", rate, unit: "MB/s", digits: 1).budget(atLeast: Self.budget),
                Finding("processor time, both ends", cost, unit: "s/GB"),
                Finding(
                    "datagrams sent by the sender, all runs",
                    Double(statistics.datagramsSent),
                    unit: "",
                    digits: 0,
                    remark: "\(statistics.datagramsReceived) received"
                ),
            ]
        }
    }
}
