// SPDX-License-Identifier: MIT OR Apache-2.0

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a command can see and touch of the world outside: the real process, or a double in tests.
///
/// ArgumentParser makes the command values itself, so they cannot be handed this by an initialiser; it travels with the
/// task.
package struct Surroundings: Sendable {
    /// The surroundings of the running command.
    @TaskLocal package static var current = Surroundings.process

    /// Environment variables.
    package var environment: [String: String]
    /// The path of the running `x0x`; `x0xd` is looked for beside it.
    package var executablePath: String
    /// Whether results are read by a person.
    package var isTerminal: Bool
    /// Writes text to standard output; throws when nobody reads it any more.
    package var writeOutput: @Sendable (String) throws -> Void
    /// Writes text to standard error.
    package var writeError: @Sendable (String) -> Void
    /// Asks a person for a secret line, without echo.
    package var readPassphrase: @Sendable (String) throws -> [UInt8]
    /// Reads one line of standard input, without its end; nil when there is none.
    package var readAnswer: @Sendable () -> String?
    /// Yields once per request to stop (SIGINT, SIGTERM, SIGHUP), which no longer kill the process while the stream lives.
    package var stopRequests: @Sendable () -> AsyncStream<CInt>

    package init(
        environment: [String: String],
        executablePath: String,
        isTerminal: Bool,
        writeOutput: @escaping @Sendable (String) throws -> Void,
        writeError: @escaping @Sendable (String) -> Void,
        readPassphrase: @escaping @Sendable (String) throws -> [UInt8] = SecretInput.ask,
        readAnswer: @escaping @Sendable () -> String? = { readLine() },
        stopRequests: @escaping @Sendable () -> AsyncStream<CInt>
    ) {
        self.environment = environment
        self.executablePath = executablePath
        self.isTerminal = isTerminal
        self.writeOutput = writeOutput
        self.writeError = writeError
        self.readPassphrase = readPassphrase
        self.readAnswer = readAnswer
        self.stopRequests = stopRequests
    }

    /// Whether results may be coloured: a person reads them who has not asked for the opposite (no-color.org).
    package var usesColour: Bool {
        self.isTerminal && (self.environment["NO_COLOR"] ?? "").isEmpty && self.environment["TERM"] != "dumb"
    }

    /// The surroundings of this process.
    package static var process: Surroundings {
        Surroundings(
            environment: ProcessInfo.processInfo.environment,
            executablePath: Self.runningExecutable,
            isTerminal: isatty(STDOUT_FILENO) == 1,
            writeOutput: { try Self.write($0, to: STDOUT_FILENO) },
            // Nobody reads the error output: there is nobody to tell.
            writeError: { try? Self.write($0, to: STDERR_FILENO) },
            stopRequests: StopRequests.stream
        )
    }

    private static var runningExecutable: String {
        let arguments = ProcessInfo.processInfo.arguments
        #if os(Linux)
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return link ?? arguments.first ?? "x0x"  // no /proc: the name it was called by is the best guess
        #else
        return arguments.first ?? "x0x"
        #endif
    }

    private static func write(_ text: String, to descriptor: CInt) throws(OutputClosed) {
        var remaining = Array(text.utf8)[...]
        while !remaining.isEmpty {
            let count = unsafe remaining.withUnsafeBytes { unsafe Self.writeOnce($0, to: descriptor) }
            if count < 0 {
                guard errno == EINTR else { throw OutputClosed() }
                continue
            }
            remaining = remaining.dropFirst(count)
        }
    }

    private static func writeOnce(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) -> Int {
        #if canImport(Glibc)
        unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
        unsafe Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #else
        unsafe Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}

/// Standard output was closed, as by `x0x events | head`: the command ends quietly.
package struct OutputClosed: Error {}
