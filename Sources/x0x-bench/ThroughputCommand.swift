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
        let executor = CryptoExecutor()
        let receiver = try await BenchNode.open(BulkApplication(), executor: executor)
        let sender = try await BenchNode.open(BulkApplication(), executor: executor)
        let byteCount = self.mebibytes << 20
        var rate = Samples()
        var cost = Samples()
        for index in 0...self.runs {
            let cpuStart = ProcessMeter.cpuSeconds
            let transfer = BulkApplication.Transfer(
                address: receiver.transport.boundAddress,
                byteCount: byteCount
            )
            guard sender.transport.post(transfer), let outcome = await receiver.nextOutput() else { break }
            let cpu = ProcessMeter.cpuSeconds - cpuStart
            guard outcome.byteCount == byteCount else {
                throw ValidationError("\(outcome.byteCount) of \(byteCount) bytes arrived")
            }
            // The first run warms caches and tables.
            guard index > 0 else { continue }
            rate.append(Double(byteCount) / 1e6 / outcome.duration.seconds)
            cost.append(cpu / (Double(byteCount) / 1e9))
        }
        print(rate.summary("throughput, one stream", unit: "MB/s", digits: 1))
        print(cost.summary("processor time, both ends", unit: "s per GB"))
        let statistics = try await sender.transport.inspect { $0.statistics }
        print("datagrams sent: \(statistics.datagramsSent), received: \(statistics.datagramsReceived)")
        try await sender.close()
        try await receiver.close()
        await executor.shutDown()
    }
}
