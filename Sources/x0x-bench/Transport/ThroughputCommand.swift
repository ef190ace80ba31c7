// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import Primitives
import QUICCore
import QUICTransport

/// Bulk throughput of one connection, both ends in this process.
struct ThroughputCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "throughput",
        abstract: "Bulk throughput of one connection over loopback."
    )

    @Option(help: "Runs; medians are printed.")
    var runs = 5

    @Option(help: "Mebibytes per run.")
    var mebibytes = 64

    @Option(help: "Streams the bytes are spread over.")
    var streams = 1

    @Option(help: "Largest UDP payload; 1452 is what an Ethernet path carries, 65527 leaves it to discovery.")
    var datagram = 1452

    func validate() throws {
        guard self.runs > 0, self.mebibytes > 0 else { throw ValidationError("numbers are positive") }
        guard 1...100 ~= self.streams else { throw ValidationError("1 to 100 streams") }
        guard self.datagram >= 1200 else { throw ValidationError("a datagram has 1200 bytes or more") }
    }

    func run() async throws {
        try await report([
            ThroughputMeasurement(
                runs: self.runs,
                mebibytes: self.mebibytes,
                streamCount: self.streams,
                datagramByteCountMax: self.datagram
            )
        ])
    }
}

/// See ``ThroughputCommand``.
struct ThroughputMeasurement: Measurement {
    /// Megabytes per second (architecture §7).
    private static let budget = 200.0

    let runs: Int
    let mebibytes: Int
    var streamCount = 1
    var datagramByteCountMax = 1452

    var title: String {
        "throughput: \(self.mebibytes) MiB, streams: \(self.streamCount), datagrams of at most "
            + "\(self.datagramByteCountMax) bytes"
    }
    var timeLimit: Duration { .seconds(60 + self.mebibytes * (self.runs + 1)) }

    func findings() async throws -> [Finding] {
        try await withTwoNodes(
            BulkApplication(),
            datagramByteCountMax: self.datagramByteCountMax
        ) { receiver, sender in
            // Whole blocks per stream.
            let byteCount = (self.mebibytes << 20) / self.streamCount * self.streamCount
            var rate = Samples()
            var cost = Samples()
            var size = 0
            for index in 0...self.runs {
                let cpuStart = ProcessMeter.cpuSeconds
                let transfer = BulkApplication.Transfer(
                    address: receiver.transport.boundAddress,
                    byteCount: byteCount,
                    streamCount: self.streamCount
                )
                guard sender.transport.post(transfer) else { throw BenchError("the transfer was refused") }
                let duration = try await Self.arrival(of: byteCount, at: receiver)
                size = try await sender.nextOutput().datagramByteCount
                let cpu = ProcessMeter.cpuSeconds - cpuStart
                // The first run warms caches and tables.
                guard index > 0 else { continue }
                rate.append(Double(byteCount) / 1e6 / duration.seconds)
                cost.append(cpu / (Double(byteCount) / 1e9))
            }
            let statistics = try await sender.transport.inspect { $0.statistics }
            return [
                Finding("throughput", rate, unit: "MB/s", digits: 1).budget(atLeast: Self.budget),
                Finding("processor time, both ends", cost, unit: "s/GB"),
                Finding("datagram size arrived at", Double(size), unit: "B", digits: 0),
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

    /// How long it took until all bytes had arrived: streams may end one by one.
    private static func arrival(
        of byteCount: Int,
        at receiver: BenchNode<BulkApplication>
    ) async throws -> Nanoseconds {
        while true {
            let outcome = try await receiver.nextOutput()
            if outcome.byteCount == byteCount { return outcome.duration }
        }
    }
}
