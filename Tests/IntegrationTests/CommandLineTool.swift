// SPDX-License-Identifier: MIT OR Apache-2.0

import Synchronization
import TestSupport
import X0XClient
import X0XCommands

/// `x0x` for one daemon, run in this process with surroundings of its own.
struct CommandLineTool: Sendable {
    /// The command failed.
    struct Failure: Error, CustomStringConvertible {
        let arguments: [String]
        let code: Int32
        let errors: String
        var description: String {
            "x0x \(self.arguments.joined(separator: " ")): exit code \(self.code): \(self.errors)"
        }
    }

    private let options: [String]
    private let environment: [String: String]

    init(of daemon: DaemonFixture) {
        self.options = ["--name", daemon.name]
        self.environment = ["HOME": daemon.process.launch.home]
    }

    /// Runs a command and returns what it printed as JSON; a command that fails throws.
    @discardableResult
    func run(_ arguments: String...) async throws -> String {
        let (code, output, errors) = await self.outcome(arguments)
        guard code == 0 else { throw Failure(arguments: arguments, code: code, errors: errors) }
        return output
    }

    /// Runs a command that may fail.
    func outcome(_ arguments: [String]) async -> (code: Int32, output: String, errors: String) {
        let (output, errors) = (Sink(), Sink())
        let surroundings = Surroundings(
            environment: self.environment,
            executablePath: "/nonexistent/x0x",
            isTerminal: false,
            writeOutput: { output.append($0) },
            writeError: { errors.append($0) },
            stopRequests: { AsyncStream { _ in } }
        )
        let code = await CommandLineProgram.run(self.options + ["--json"] + arguments, in: surroundings)
        return (code, output.text, errors.text)
    }

    private final class Sink: Sendable {
        private let storage = Mutex("")
        var text: String { self.storage.withLock { $0 } }
        func append(_ text: String) { self.storage.withLock { $0 += text } }
    }
}
