// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XClient

package struct DemoCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Start three agents on this machine and let them talk.",
        discussion: """
            Alice, Bob and Charlie each get a daemon with an identity of its own in a temporary directory. They import \
            each other's cards, connect, exchange a published and two direct messages, and see each other's presence. \
            Nothing leaves this machine. The command succeeds only if every step really happened.
            """
    )

    @OptionGroup package var globals: GlobalOptions

    @Flag(name: .customLong("keep"), help: "Leave the daemons running and say how to reach them.")
    var keepsDaemons = false

    @Option(name: .customLong("x0xd"), help: "The daemon program; by default the one beside x0x, else on PATH.")
    var daemonPath: String?

    package init() {}

    package func run() async throws {
        let executable = try self.daemonPath ?? findDaemon()
        let transcript = DemoTranscript(output: self.globals.output)
        let demo = Demo(executable: executable, keepsDaemons: self.keepsDaemons, transcript: transcript)
        // Not `runUntilStopped` around a part of it: whatever happens, the daemons are cleaned up inside.
        let isComplete = try await runUntilStopped { try await demo.run() }
        guard isComplete else { throw CommandError("demo stopped before it was complete") }
    }
}
