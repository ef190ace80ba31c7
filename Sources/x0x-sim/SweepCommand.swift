// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import Simulation

/// Many runs: looks for the seed that breaks something.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Runs scenarios with many seeds and prints each run that misses a requirement.",
        discussion:
            "Sizes vary with the seed, from --nodes-min to --nodes-max. The exit status is 1 when any run failed."
    )

    @Option(name: .customLong("scenario"), help: "A scenario; repeat it for several. All by default.")
    var scenarios: [GossipScenario] = []

    @Option(help: "First seed.")
    var firstSeed: UInt64 = 1

    @Option(help: "Number of seeds per scenario, 1 to 1000000.")
    var count = 100

    @Option(help: "Smallest network.")
    var nodesMin = 8

    @Option(help: "Largest network.")
    var nodesMax = 60

    func validate() throws {
        guard (1...1_000_000).contains(self.count) else { throw ValidationError("--count is 1 to 1000000") }
        guard 2 <= self.nodesMin, self.nodesMin <= self.nodesMax, self.nodesMax <= 100_000 else {
            throw ValidationError("--nodes-min and --nodes-max are 2 to 100000, in order")
        }
    }

    func run() throws {
        var failedCount = 0
        let scenarios = self.scenarios.isEmpty ? GossipScenario.allCases : self.scenarios
        for scenario in scenarios {
            var failedHere = 0
            let meter = RunMeter()
            for offset in 0..<UInt64(self.count) {
                let seed = self.firstSeed &+ offset
                let nodeCount = self.nodesMin + Int(seed % UInt64(self.nodesMax - self.nodesMin + 1))
                let outcome = scenario.experiment(nodeCount: nodeCount, seed: seed).run()
                guard !outcome.isGood else { continue }
                failedHere += 1
                let missed = outcome.verdicts.filter { !$0.isMet }
                    .map { "\($0.name): \(text($0.measured, digits: 4)), limit \(text($0.limit, digits: 4))" }
                print("x0x-sim run --scenario \(scenario.rawValue) --nodes \(nodeCount) --seed \(seed)")
                for line in missed + outcome.examples { print("    \(line)") }
            }
            failedCount += failedHere
            let seconds = text(meter.cost(nodeCount: 1).processorSeconds, digits: 1)
            print("\(scenario.rawValue.padding(toColumn: 14))\(self.count) runs, \(failedHere) failed, \(seconds) s")
        }
        print("\(scenarios.count * self.count - failedCount) passed, \(failedCount) failed")
        if failedCount > 0 { throw ExitCode.failure }
    }
}
