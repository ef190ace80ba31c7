// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser

/// What strangers who announce themselves without end cost a node.
struct ChurnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "churn",
        abstract: "Announcements of ever new agents: what the cache costs, and whether a daemon under them answers.",
        discussion: """
            First the discovery cache alone, with its real caps, then a daemon that a neighbour floods. Signatures are \
            measured apart: they bound what a daemon takes in, the cache must not. Fails when a cap is exceeded, or the \
            daemon does not answer.
            """
    )

    @OptionGroup var daemon: DaemonOptions

    @Option(help: "Different agents that announce themselves, 20000 to 200000.")
    var agents = 40_000

    @Option(help: "Different agents the daemon is flooded with, 1000 to 100000.")
    var flood = 20_000

    func validate() throws {
        guard (20_000...200_000).contains(self.agents) else { throw ValidationError("--agents is 20000 to 200000") }
        guard (1_000...100_000).contains(self.flood) else { throw ValidationError("--flood is 1000 to 100000") }
    }

    func run() async throws {
        try await report([
            CacheChurnMeasurement(agentCount: self.agents),
            DaemonChurnMeasurement(executable: try self.daemon.executable(), agentCount: self.flood),
        ])
    }
}
