// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What other programs on this machine do with the same bytes: to be compared with numbers of the same run only.
struct ReferencesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "references",
        abstract: "aioquic with itself, and AES-256-GCM of openssl; what is not installed is said to be missing."
    )

    @Option(help: "Runs; medians are printed.")
    var runs = 5

    func validate() throws {
        guard self.runs > 0 else { throw ValidationError("--runs is a positive number") }
    }

    func run() async throws {
        try await report([ReferencesMeasurement(runs: self.runs)])
    }
}

/// See ``ReferencesCommand``.
struct ReferencesMeasurement: Measurement {
    /// Relative to the directory of the repository, where the interoperability tests have them, too.
    private static let python = ".build/interop-venv/bin/python"
    private static let script = "Tests/InteropTests/Python/throughput.py"
    private static let mebibytes = 8

    let runs: Int

    var title: String { "references: other programs, same machine, same run" }
    var timeLimit: Duration { .seconds(120 * (self.runs + 1)) }

    func findings() async throws -> [Finding] {
        [try self.aioquic(), try self.openssl()]
    }

    private func aioquic() throws -> Finding {
        let name = "aioquic with itself, 1452-byte datagrams"
        let files = FileManager.default
        guard files.isExecutableFile(atPath: Self.python), files.fileExists(atPath: Self.script) else {
            return Finding(
                name,
                .nan,
                unit: "MB/s",
                remark: "missing: `make setup` installs it, run from the repository"
            )
        }
        var rate = Samples()
        for _ in 0..<self.runs {
            try Task.checkCancellation()
            let output = try Self.output(of: Self.python, [Self.script, String(Self.mebibytes)])
            guard let value = Double(output.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                throw BenchError("aioquic said no number")
            }
            rate.append(value)
        }
        return Finding(name, rate, unit: "MB/s", digits: 1)
    }

    /// `openssl speed -mr` prints `+F:…:AES-256-GCM:<bytes per second>`.
    private func openssl() throws -> Finding {
        let name = "openssl AES-256-GCM, 1452 bytes, one core"
        guard let path = Self.path(of: "openssl") else {
            return Finding(name, .nan, unit: "MB/s", remark: "missing: no openssl in PATH")
        }
        var rate = Samples()
        for _ in 0..<self.runs {
            try Task.checkCancellation()
            let arguments = ["speed", "-evp", "aes-256-gcm", "-bytes", "1452", "-seconds", "1", "-mr"]
            let output = try Self.output(of: path, arguments)
            let line = output.split(separator: "\n").last { $0.hasPrefix("+F") }
            guard let value = line?.split(separator: ":").last.flatMap({ Double($0) }) else {
                throw BenchError("openssl said no number")
            }
            rate.append(value / 1e6)
        }
        return Finding(name, rate, unit: "MB/s", digits: 0)
    }

    private static func path(of program: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// What a program prints; it ends by itself, and within a minute or so.
    private static func output(of program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try Self.withoutBlockedSignals { try process.run() }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchError("\(program) failed") }
        return String(decoding: data, as: UTF8.self)
    }

    /// The threads of Dispatch block signals, and a child inherits that: `openssl speed` would wait for its alarm forever.
    private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var previous = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, &previous)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &previous, nil) }
        try body()
    }
}
