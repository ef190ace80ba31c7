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
        let executor = CryptoExecutor()
        let receiver = try await BenchNode.open(
            BulkApplication(),
            executor: executor,
            datagramByteCountMax: self.datagram
        )
        let sender = try await BenchNode.open(
            BulkApplication(),
            executor: executor,
            datagramByteCountMax: self.datagram
        )
        // Whole blocks per stream.
        let byteCount = (self.mebibytes << 20) / self.streams * self.streams
        var rate = Samples()
        var cost = Samples()
        var size = 0
        for index in 0...self.runs {
            let cpuStart = ProcessMeter.cpuSeconds
            let transfer = BulkApplication.Transfer(
                address: receiver.transport.boundAddress,
                byteCount: byteCount,
                streamCount: self.streams
            )
            guard sender.transport.post(transfer), let duration = await Self.arrival(of: byteCount, at: receiver),
                let sent = await sender.nextOutput()
            else { break }
            let cpu = ProcessMeter.cpuSeconds - cpuStart
            size = sent.datagramByteCount
            // The first run warms caches and tables.
            guard index > 0 else { continue }
            rate.append(Double(byteCount) / 1e6 / duration.seconds)
            cost.append(cpu / (Double(byteCount) / 1e9))
        }
        print(rate.summary("throughput, \(self.streams) stream(s), \(size)-byte datagrams", unit: "MB/s", digits: 1))
        print(cost.summary("processor time, both ends", unit: "s per GB"))
        let statistics = try await sender.transport.inspect { $0.statistics }
        print("datagrams sent: \(statistics.datagramsSent), received: \(statistics.datagramsReceived)")
        try await sender.close()
        try await receiver.close()
        await executor.shutDown()
    }

    /// How long it took until all bytes had arrived: streams may end one by one.
    private static func arrival(of byteCount: Int, at receiver: BenchNode<BulkApplication>) async -> Nanoseconds? {
        while let outcome = await receiver.nextOutput() {
            if outcome.byteCount == byteCount { return outcome.duration }
        }
        return nil
    }
}
