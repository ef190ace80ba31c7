// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import X0XClient

/// `x0x` as a function: arguments in, text and exit code out (spec 13 §6.1).
package enum CommandLineProgram {
    /// Everything went well.
    package static let success: Int32 = 0
    /// The command failed.
    package static let failure: Int32 = 1
    /// No daemon answers, or the command line is wrong.
    package static let notRunningOrUsage: Int32 = 2

    /// Parses the arguments after the program name and runs the command.
    ///
    /// - Returns: The exit code. Errors are on standard error, as `error: <message>`.
    package static func run(_ arguments: [String], in surroundings: Surroundings = .process) async -> Int32 {
        await Surroundings.$current.withValue(surroundings) {
            do {
                let command = try X0XCommand.parseAsRoot(arguments)
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    var command = command
                    try command.run()
                }
                return Self.success
            } catch {
                return Self.report(error, surroundings)
            }
        }
    }

    private static func report(_ error: any Error, _ surroundings: Surroundings) -> Int32 {
        switch error {
        case is OutputClosed:
            return Self.success
        case let error as X0XClientError:
            surroundings.writeError("error: \(error)\n")
            return error.code == .daemonNotRunning ? Self.notRunningOrUsage : Self.failure
        case let error as CommandError:
            surroundings.writeError("error: \(error.message)\n")
            return Self.failure
        case let code as ExitCode:
            return code.rawValue
        default:
            return Self.reportParserExit(error, surroundings)
        }
    }

    /// Help and version go to standard output, everything else is a usage error.
    private static func reportParserExit(_ error: any Error, _ surroundings: Surroundings) -> Int32 {
        let text = X0XCommand.fullMessage(for: error)
        guard X0XCommand.exitCode(for: error) == .success else {
            surroundings.writeError(text + "\n")
            return X0XCommand.exitCode(for: error) == .validationFailure ? Self.notRunningOrUsage : Self.failure
        }
        // A closed output means that nobody wants the help any more.
        try? surroundings.writeOutput(text + "\n")
        return Self.success
    }
}

/// A command failed for a reason of its own; the message is for people.
struct CommandError: Error, Hashable {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}
