// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser

/// The program `x0x-sim`: the gossip overlay of the daemon, thousands of nodes at a time, under virtual time.
@main
struct SimulatorProgram: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "x0x-sim",
        abstract: "Runs the gossip overlay of x0x in a simulated network.",
        discussion: """
            The nodes are the same code that runs in the daemon; only clocks, links and signatures are simulated. A run \
            follows from its options and its seed alone, so a failure can be repeated exactly. No packet is sent.
            """,
        subcommands: [RunCommand.self, SweepCommand.self, ScenariosCommand.self]
    )
}
