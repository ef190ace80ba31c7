// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import Simulation

/// One run of one network.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs one network and says how messages fared.",
        discussion: """
            Options on top of a scenario replace its settings. The exit status is 1 when a requirement of the scenario \
            was missed; then the command that repeats the run is printed.
            """
    )

    @OptionGroup var options: ExperimentOptions

    @Flag(help: "Print one JSON object instead of the table.")
    var json = false

    func run() throws {
        let experiment = try self.options.experiment()
        let meter = RunMeter()
        let outcome = experiment.run()
        let cost = meter.cost(nodeCount: outcome.nodeCount)
        let report = RunReport(outcome: outcome, cost: cost, replay: self.options.commandLine)
        print(self.json ? try report.json() : report.table)
        if !outcome.isGood { throw ExitCode.failure }
    }
}
