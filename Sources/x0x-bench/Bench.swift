// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser

/// The program `x0x-bench`: measures the transport on this machine, over loopback only.
///
/// Every subcommand prints medians over its runs. Numbers mean something only in a release build.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "x0x-bench",
        abstract: "Measures x0x on this machine.",
        subcommands: [QUICCommands.self]
    )
}

/// The group `x0x-bench quic`.
struct QUICCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quic",
        abstract: "The transport: over loopback sockets where the command says nothing else.",
        subcommands: [
            ThroughputCommand.self, MessagesCommand.self, HandshakeCommand.self, IdleCommand.self,
            EnduranceCommand.self, CeilingsCommand.self,
        ]
    )
}
