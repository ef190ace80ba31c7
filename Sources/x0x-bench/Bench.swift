// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser

/// The program `x0x-bench`: measures the transport on this machine, over loopback only.
///
/// Every subcommand prints medians over its runs. Numbers mean something only in a release build.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "x0x-bench",
        abstract: "Measures the x0x transport over loopback sockets.",
        subcommands: [HandshakeCommand.self, ThroughputCommand.self, EnduranceCommand.self]
    )
}
