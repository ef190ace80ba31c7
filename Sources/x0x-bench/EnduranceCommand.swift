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
        let executor = CryptoExecutor()
        let server = try await BenchNode.open(HandshakeApplication(), executor: executor)
        let client = try await BenchNode.open(HandshakeApplication(), executor: executor)
        for round in 0...self.rounds {
            let command = HandshakeApplication.Run(
                address: server.transport.boundAddress,
                count: self.count,
                concurrency: 4
            )
            guard client.transport.post(command), let outcome = await client.nextOutput() else { break }
            let connections = try await (
                client.transport.inspect { $0.inspectedEndpoint.connectionCount },
                server.transport.inspect { $0.inspectedEndpoint.connectionCount }
            )
            let mebibytes = ProcessMeter.residentByteCount >> 20
            print(
                "round \(round): \(outcome.completedCount) handshakes, \(outcome.failedCount) failed, "
                    + "\(mebibytes) MiB resident, \(connections.0) + \(connections.1) connections still closing"
            )
        }
        try await client.close()
        try await server.close()
        await executor.shutDown()
    }
}
