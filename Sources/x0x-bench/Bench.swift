// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser

/// The program `x0x-bench`: measures the transport and the daemon on this machine, over loopback only.
///
/// Transport measurements run inside this process, daemon measurements start real `x0xd` processes in a temporary
/// directory and speak REST and event streams with them, as every other client does.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "x0x-bench",
        abstract: "Measures x0x on this machine.",
        discussion: """
            Without a subcommand everything is measured, one after the other, with short settings. Daemons get \
            identities and directories of their own and are gone afterwards; nothing leaves this machine. Numbers mean \
            something only in a release build on a machine without other work.
            """,
        subcommands: [
            AllCommand.self, QUICCommands.self, LatencyCommand.self, IdleCommand.self, StartCommand.self,
            StressCommand.self,
            SlowConsumerCommand.self, ChurnCommand.self, ClientsCommand.self,
        ],
        defaultSubcommand: AllCommand.self
    )
}

/// A command's question could not be answered.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
