// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import QUICCore
import QUICTransport

/// What an established connection without traffic costs in memory.
struct IdleConnectionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Resident memory per idle connection end, in-process."
    )

    @Option(help: "Runs, each on top of the ones before; medians are printed.")
    var runs = 5

    @Option(help: "Connections per run; each has two ends here.")
    var count = 500

    func validate() throws {
        guard self.runs > 0, self.count > 0 else { throw ValidationError("numbers are positive") }
    }

    func run() async throws {
        try await report([
            IdleSocketsMeasurement(count: 1000), IdleConnectionsMeasurement(runs: self.runs, count: self.count),
        ])
    }
}

/// See ``IdleConnectionsCommand``.
struct IdleConnectionsMeasurement: Measurement {
    /// Kibibytes per end: 20 kB (architecture §7).
    static let budget = 20_000.0 / 1024

    let runs: Int
    let count: Int

    var title: String { "idle: \(self.count) connections per run, both ends, no sockets" }
    var timeLimit: Duration { .seconds(60 + self.count * self.runs / 10) }

    func findings() async throws -> [Finding] {
        let warmUpCount = 50
        var pair = try InProcessPair(connectionCountMax: self.runs * self.count + warmUpCount)
        for _ in 0..<warmUpCount { _ = try pair.connect() }
        pair.settle()
        var memory = Samples()
        for _ in 0..<self.runs {
            try Task.checkCancellation()
            let start = try ProcessStatus.own.residentByteCount
            for _ in 0..<self.count { _ = try pair.connect() }
            pair.settle()
            memory.append(Double(try ProcessStatus.own.residentByteCount - start) / Double(2 * self.count) / 1024)
        }
        let established = Double(pair.client.connectionCount + pair.server.connectionCount)
        return [
            Finding("memory per idle connection end", memory, unit: "KiB", digits: 1).budget(atMost: Self.budget),
            Finding("connection ends at the end", established, unit: "", digits: 0),
        ]
    }
}

/// Memory of idle connections over sockets, everything that hangs on them included.
struct IdleSocketsMeasurement: Measurement {
    let count: Int

    var title: String { "idle: \(self.count) connections over sockets, both ends in this process" }
    var timeLimit: Duration { .seconds(60 + self.count / 5) }

    func findings() async throws -> [Finding] {
        try await withTwoNodes(HandshakeApplication()) { server, client in
            let address = server.transport.boundAddress
            // Fills caches and tables; those connections are closed again, some before the server has completed them.
            _ = try await client.perform(HandshakeApplication.Run(address: address, count: 50, concurrency: 8))
            for node in [server, client] { try await Self.wait { try await node.connectionCounts().all == 0 } }
            let start = try ProcessStatus.own.residentByteCount
            var run = HandshakeApplication.Run(address: address, count: self.count, concurrency: 8)
            run.keepsConnections = true
            let outcome = try await client.perform(run)
            // The last connections are established at the server half a round trip after the client.
            try await Self.wait { try await server.connectionCounts().established >= outcome.completedCount }
            let grown = Double(try ProcessStatus.own.residentByteCount - start)
            return [
                Finding(
                    "RSS per 1,000 idle connections, both ends",
                    grown / Double(self.count) * 1e3 / 1e6,
                    unit: "MB"
                ),
                Finding("memory per connection end", grown / Double(2 * self.count) / 1024, unit: "KiB", digits: 1)
                    .budget(atMost: IdleConnectionsMeasurement.budget),
                Finding("failed handshakes", Double(outcome.failedCount), unit: "", digits: 0),
            ]
        }
    }

    /// Asks again and again, until the time limit of the measurement.
    private static func wait(until condition: () async throws -> Bool) async throws {
        while try await !condition() { try await Task.sleep(for: .milliseconds(10)) }
    }
}

extension BenchNode {
    /// Connections with state, and those of them whose handshake is complete.
    fileprivate func connectionCounts() async throws -> (all: Int, established: Int) {
        try await self.transport.inspect {
            let endpoint = $0.inspectedEndpoint
            return (endpoint.connectionCount, endpoint.connectionCount - endpoint.halfOpenCount)
        }
    }
}

extension InProcessPair {
    /// Lets everything that is on its way arrive, less than a keep-alive interval of virtual time.
    fileprivate mutating func settle() {
        for _ in 0..<100 { self.exchange() }
    }
}
