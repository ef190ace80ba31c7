// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import QUICCore
import QUICTransport

/// Memory after many handshakes: it must stay where it was.
struct EnduranceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endurance",
        abstract: "Resident memory before and after many handshakes on the same two endpoints."
    )

    @Option(help: "Handshakes between two looks at the memory.")
    var count = 1_000

    @Option(help: "Looks at the memory after the first.")
    var rounds = 5

    func validate() throws {
        guard self.count > 0, self.rounds > 0 else { throw ValidationError("numbers are positive") }
    }

    func run() async throws {
        try await report([EnduranceMeasurement(count: self.count, rounds: self.rounds)])
    }
}

/// See ``EnduranceCommand``.
struct EnduranceMeasurement: Measurement {
    let count: Int
    let rounds: Int

    var title: String { "endurance: memory while \(self.count) handshakes per round come and go" }
    var timeLimit: Duration { .seconds(60 + self.count * (self.rounds + 1) / 10) }

    func findings() async throws -> [Finding] {
        try await withTwoNodes(HandshakeApplication()) { server, client in
            var findings: [Finding] = []
            for round in 0...self.rounds {
                let outcome = try await client.perform(
                    HandshakeApplication.Run(
                        address: server.transport.boundAddress,
                        count: self.count,
                        concurrency: 4
                    )
                )
                let closing = try await (
                    client.transport.inspect { $0.inspectedEndpoint.connectionCount },
                    server.transport.inspect { $0.inspectedEndpoint.connectionCount }
                )
                findings.append(
                    Finding(
                        "resident after round \(round)",
                        Double(try ProcessStatus.own.residentByteCount) / 1_048_576,
                        unit: "MiB",
                        digits: 1,
                        remark: "\(outcome.completedCount) handshakes, \(outcome.failedCount) failed, "
                            + "\(closing.0) + \(closing.1) connections still closing"
                    )
                )
            }
            return findings
        }
    }
}
