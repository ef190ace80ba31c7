// SPDX-License-Identifier: MIT OR Apache-2.0

import AllocationCounter
import ArgumentParser
import Primitives
import QUICCore
import QUICTransport

/// Allocations per datagram in steady state, counted in front of the C library.
struct AllocationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocations",
        abstract: "Allocations per datagram of a bulk transfer, both ends, with and without sockets."
    )

    @Option(help: "Runs; medians are printed.")
    var runs = 5

    @Option(help: "Mebibytes per run.")
    var mebibytes = 64

    @Flag(help: "Fail when there are more than the budget allows; allocations do not depend on the machine.")
    var check = false

    func validate() throws {
        guard self.runs > 0, self.mebibytes > 0 else { throw ValidationError("numbers are positive") }
    }

    func run() async throws {
        try await report(
            [AllocationsMeasurement(runs: self.runs, mebibytes: self.mebibytes)],
            budgetsAreChecked: self.check
        )
    }
}

/// See ``AllocationsCommand``.
struct AllocationsMeasurement: Measurement {
    private static let datagramByteCountMax = 1452
    /// None per packet; what is left comes once per piece the application writes or reads.
    private static let coreBudget = 0.05
    /// What the event loop library allocates per system call, over the datagrams of one.
    private static let socketBudget = 1.0
    private static let block = [UInt8](repeating: 0xA5, count: 1 << 20)

    let runs: Int
    let mebibytes: Int

    var title: String { "allocations: \(self.mebibytes) MiB, one stream, datagrams of at most 1452 bytes" }
    var timeLimit: Duration { .seconds(60 + self.mebibytes * (self.runs + 1)) }

    func findings() async throws -> [Finding] {
        guard x0x_allocation_counter_is_supported() else { throw BenchError("only glibc lets allocations be counted") }
        let core = try self.coreSamples()
        let sockets = try await self.socketSamples()
        return [
            Finding("without sockets, per datagram on both ends", core, unit: "", digits: 3)
                .budget(atMost: Self.coreBudget),
            Finding("over sockets, per datagram on both ends", sockets, unit: "").budget(atMost: Self.socketBudget),
        ]
    }

    private static func counted<T>(_ body: () throws -> T) rethrows -> (T, allocations: UInt64) {
        let before = x0x_allocation_counter_count()
        x0x_allocation_counter_enable(true)
        defer { x0x_allocation_counter_enable(false) }
        let result = try body()
        return (result, x0x_allocation_counter_count() - before)
    }

    private func coreSamples() throws -> Samples {
        var pair = try InProcessPair(datagramByteCountMax: Self.datagramByteCountMax)
        let (client, _) = try pair.connect()
        guard let stream = pair.client.update(client, { $0.openStream(.unidirectional) }) ?? nil else {
            throw BenchError("no stream")
        }
        var samples = Samples()
        for index in 0...self.runs {
            try Task.checkCancellation()
            let sentBefore = pair.client.statistics.datagramsSent + pair.server.statistics.datagramsSent
            let (_, allocations) = Self.counted { self.transfer(over: stream, of: client, &pair) }
            let sent = pair.client.statistics.datagramsSent + pair.server.statistics.datagramsSent - sentBefore
            // The first run fills the tables that are kept.
            if index > 0 { samples.append(Double(allocations) / Double(sent)) }
        }
        return samples
    }

    private func transfer(over stream: StreamID, of client: ConnectionHandle, _ pair: inout InProcessPair) {
        let byteCount = self.mebibytes << 20
        var written = 0
        var read = 0
        var bytes: [UInt8] = []
        while read < byteCount {
            while written < byteCount {
                let offered = Self.block.prefix(byteCount - written)
                let taken = pair.client.update(client) { $0.write(stream, offered, finish: false) } ?? 0
                written += taken
                if taken < offered.count { break }
            }
            pair.exchange(onServerEvent: { endpoint, handle, event in
                guard case .streamReadable(let stream) = event,
                    endpoint.update(handle, { $0.read(stream, maxByteCount: 1 << 18, into: &bytes) }) != nil
                else { return }
                read += bytes.count
            })
        }
    }

    private func socketSamples() async throws -> Samples {
        try await withTwoNodes(
            BulkApplication(),
            datagramByteCountMax: Self.datagramByteCountMax
        ) { receiver, sender in
            var samples = Samples()
            var datagramsBefore: UInt64 = 0
            for index in 0...self.runs {
                let before = x0x_allocation_counter_count()
                x0x_allocation_counter_enable(true)
                defer { x0x_allocation_counter_enable(false) }
                let transfer = BulkApplication.Transfer(
                    address: receiver.transport.boundAddress,
                    byteCount: self.mebibytes << 20,
                    streamCount: 1
                )
                guard sender.transport.post(transfer) else { throw BenchError("the transfer was refused") }
                _ = try await sender.nextOutput()
                x0x_allocation_counter_enable(false)
                let allocations = x0x_allocation_counter_count() - before
                let datagrams =
                    try await sender.transport.statistics().datagramsSent
                    + receiver.transport.statistics().datagramsSent
                if index > 0 { samples.append(Double(allocations) / Double(datagrams - datagramsBefore)) }
                datagramsBefore = datagrams
            }
            return samples
        }
    }
}
