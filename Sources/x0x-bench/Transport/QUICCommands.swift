// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser

/// The group `x0x-bench quic`.
struct QUICCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quic",
        abstract: "Measures the transport; over loopback sockets where the command says nothing else.",
        subcommands: [
            QUICAllCommand.self, ThroughputCommand.self, MessagesCommand.self, HandshakeCommand.self,
            IdleConnectionsCommand.self, AllocationsCommand.self,
            ReferencesCommand.self, EnduranceCommand.self, CeilingsCommand.self,
        ],
        defaultSubcommand: QUICAllCommand.self
    )
}

/// Everything about the transport, one after the other, ceilings first: numbers of one run can be compared.
struct QUICAllCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all",
        abstract: "Every measurement of the transport (the default)."
    )

    @Option(help: "Runs; medians are printed.")
    var runs = 5

    func validate() throws {
        guard self.runs > 0 else { throw ValidationError("--runs is a positive number") }
    }

    func run() async throws {
        try await report([
            CeilingsMeasurement(runs: self.runs, mebibytes: 256),
            ReferencesMeasurement(runs: self.runs),
            ThroughputMeasurement(runs: self.runs, mebibytes: 256),
            ThroughputMeasurement(runs: self.runs, mebibytes: 256, streamCount: 16),
            ThroughputMeasurement(runs: self.runs, mebibytes: 256, datagramByteCountMax: 65_527),
            ThroughputMeasurement(runs: self.runs, mebibytes: 256, streamCount: 16, datagramByteCountMax: 65_527),
            MessagesMeasurement(runs: self.runs, count: 50_000, byteCount: 1024, datagramByteCountMax: 1452),
            HandshakeMeasurement(runs: self.runs, count: 200, concurrency: 8),
            IdleConnectionsMeasurement(runs: self.runs, count: 500),
            IdleSocketsMeasurement(count: 1000),
            AllocationsMeasurement(runs: self.runs, mebibytes: 64),
        ])
    }
}
