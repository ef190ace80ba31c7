// SPDX-License-Identifier: MIT OR Apache-2.0

import Synchronization
import X0XCommands

/// One run of the command line in made-up surroundings, and what it printed.
struct CommandRun: Sendable {
    var code: Int32
    var output: String
    var errors: String

    /// Runs `x0x` with the given arguments.
    ///
    /// - Parameters:
    ///   - arguments: the arguments after the program name.
    ///   - environment: environment variables; no daemon is found without one that names it.
    ///   - executablePath: the path of `x0x`; `x0xd` is looked for beside it.
    ///   - isTerminal: whether results are read by a person.
    ///   - passphrases: what that person types when asked for a secret, one after the other.
    ///   - answers: the lines of standard input.
    ///   - stopWhen: the user asks to stop as soon as this holds for the output so far.
    /// - Returns: Exit code, standard output and standard error.
    static func x0x(
        _ arguments: [String],
        environment: [String: String] = [:],
        executablePath: String = "/nonexistent/x0x",
        isTerminal: Bool = false,
        passphrases: [String] = [],
        answers: [String] = [],
        stopWhen: @escaping @Sendable (String) -> Bool = { _ in false }
    ) async -> CommandRun {
        let output = Sink()
        let errors = Sink()
        let secrets = Mutex(passphrases[...])
        let lines = Mutex(answers[...])
        let (requests, stop) = AsyncStream<CInt>.makeStream(bufferingPolicy: .bufferingOldest(1))
        let surroundings = Surroundings(
            environment: ["HOME": "/nonexistent"].merging(environment) { $1 },
            executablePath: executablePath,
            isTerminal: isTerminal,
            writeOutput: { text in
                if stopWhen(output.append(text)) { stop.yield(2) }
            },
            writeError: { _ = errors.append($0) },
            readPassphrase: { _ in Array((secrets.withLock { $0.popFirst() } ?? "").utf8) },
            readAnswer: { lines.withLock { $0.popFirst() } },
            stopRequests: { requests }
        )
        let code = await CommandLineProgram.run(arguments, in: surroundings)
        return CommandRun(code: code, output: output.text, errors: errors.text)
    }

    /// Text written so far; commands print little.
    private final class Sink: Sendable {
        private let storage = Mutex("")

        var text: String { self.storage.withLock { $0 } }

        func append(_ text: String) -> String {
            self.storage.withLock { storage in
                storage += text
                return storage
            }
        }
    }
}
