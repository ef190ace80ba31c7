// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import Simulation

/// The list of scenarios.
struct ScenariosCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "scenarios", abstract: "Lists the scenarios.")

    func run() {
        for scenario in GossipScenario.allCases {
            let name = scenario.rawValue.padding(toColumn: 14)
            print("\(name)\(scenario.summary)")
        }
    }
}

extension GossipScenario: ExpressibleByArgument {}
