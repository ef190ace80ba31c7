// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import QUICCore

/// What an established connection without traffic costs in memory.
struct IdleCommand: ParsableCommand {
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

    func run() throws {
        let warmUpCount = 50
        var pair = try InProcessPair(connectionCountMax: self.runs * self.count + warmUpCount)
        for _ in 0..<warmUpCount { _ = try pair.connect() }
        pair.settle()
        var memory = Samples()
        for _ in 0..<self.runs {
            let start = ProcessMeter.residentByteCount
            for _ in 0..<self.count { _ = try pair.connect() }
            pair.settle()
            memory.append(Double(ProcessMeter.residentByteCount - start) / Double(2 * self.count) / 1024)
        }
        print(memory.summary("memory per idle connection end", unit: "KiB", digits: 1))
        print("connections: \(pair.client.connectionCount) + \(pair.server.connectionCount)")
    }
}

extension InProcessPair {
    /// Lets everything that is on its way arrive, less than a keep-alive interval of virtual time.
    fileprivate mutating func settle() {
        for _ in 0..<100 { self.exchange() }
    }
}
