// SPDX-License-Identifier: MIT OR Apache-2.0

import CryptoSuite
import Foundation
import QUICInterop
import Subprocess
import TestSupport
import Testing

/// aioquic in its virtual environment, which `scripts/setup` creates; the tests never reach for the internet.
enum PythonPeer {
    static let absenceComment: Comment = "aioquic is not installed: run `make setup`"

    private static let package = URL(fileURLWithPath: #filePath).appending(path: "../../..").standardizedFileURL

    /// The virtual environment: `$X0X_INTEROP_VENV`, or `.build/interop-venv`.
    private static let environment: String =
        ProcessInfo.processInfo.environment["X0X_INTEROP_VENV"]
        ?? Self.package.appending(path: ".build/interop-venv").path

    /// Where the interpreter is looked for.
    static var searchPath: String { "\(self.environment)/bin" }

    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: "\(self.searchPath)/python") }

    static func script(_ name: String) -> String {
        self.package.appending(path: "Tests/InteropTests/Python/\(name).py").path
    }
}

/// What a script reports: a word and a JSON object with numbers, texts and truth values.
struct PythonReport: Sendable {
    let word: String
    private let json: String

    init?(_ line: String) {
        let parts = line.trimmingCharacters(in: .whitespacesAndNewlines).split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        self.word = String(parts[0])
        self.json = String(parts[1])
    }

    /// A value; `nil` when it is missing or of another type.
    func value<T: Decodable>(_ key: String, as type: T.Type = T.self) -> T? {
        guard let object = try? JSONDecoder().decode(JSONObject.self, from: Data(self.json.utf8)) else { return nil }
        return try? object.container.decode(T.self, forKey: JSONObject.Key(stringValue: key))
    }

    /// An object whose members are decoded one by one.
    private struct JSONObject: Decodable {
        struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        let container: KeyedDecodingContainer<Key>

        init(from decoder: any Decoder) throws { self.container = try decoder.container(keyedBy: Key.self) }
    }
}

/// Certificates as files, and scripts that use them.
struct PythonStage {
    let credentials: InteropCredentials
    private let directory: String

    /// Runs `body` with fresh credentials in a temporary directory.
    static func run(
        _ algorithm: ClassicalSignatureAlgorithm = .ecdsaP256SHA256,
        _ body: (PythonStage) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let stage = PythonStage(credentials: try InteropCredentials(algorithm), directory: directory)
            try stage.credentials.rootPEM.write(toFile: stage.path("root"), atomically: true, encoding: .utf8)
            try stage.credentials.serverPEM.write(toFile: stage.path("certificate"), atomically: true, encoding: .utf8)
            try stage.credentials.serverKeyPEM.write(toFile: stage.path("key"), atomically: true, encoding: .utf8)
            try await body(stage)
        }
    }

    private func path(_ name: String) -> String { "\(self.directory)/\(name).pem" }

    /// Runs an aioquic client to its end.
    ///
    /// - Returns: Its exit code and what it reported.
    func client(
        _ scenario: String,
        port: UInt16,
        _ options: [String] = []
    ) async throws -> (exitCode: Int32, reports: [PythonReport]) {
        let arguments = [
            "-uB", PythonPeer.script("client"), scenario, "--port", "\(port)", "--root", self.path("root"),
        ]
        let result = try await Subprocess.run(
            .name("python"),
            arguments: Arguments(arguments + options),
            environment: .inherit.updating(["PATH": PythonPeer.searchPath]),
            output: .string(limit: 1 << 20),
            error: .currentStandardError
        )
        let reports = result.standardOutput.split(whereSeparator: \.isNewline)
            .compactMap { PythonReport(String($0)) }
        guard case .exited(let code) = result.terminationStatus else { return (-1, reports) }
        return (code, reports)
    }

    /// Runs `body` while an aioquic server listens, then ends the server.
    func withServer(
        _ options: [String] = [],
        _ body: @escaping @Sendable (PythonServer) async throws -> Void
    ) async throws {
        let arguments = [
            "-uB", PythonPeer.script("server"), "--certificate", self.path("certificate"), "--key", self.path("key"),
        ]
        _ = try await Subprocess.run(
            .name("python"),
            arguments: Arguments(arguments + options),
            environment: .inherit.updating(["PATH": PythonPeer.searchPath]),
            input: .none,
            output: .sequence,
            error: .currentStandardError
        ) { execution in
            let (reports, continuation) = AsyncStream.makeStream(
                of: PythonReport.self,
                bufferingPolicy: .bufferingOldest(1_024)
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await line in execution.standardOutput.strings() {
                        if let report = PythonReport(line) { continuation.yield(report) }
                    }
                    continuation.finish()
                }
                let result: Result<Void, any Error>
                do {
                    let server = try await PythonServer(reports)
                    result = .success(try await body(server))
                } catch {
                    result = .failure(error)
                }
                await execution.teardown(using: [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))])
                try await group.waitForAll()
                try result.get()
            }
        }
    }
}

/// A running aioquic server.
struct PythonServer: Sendable {
    let port: UInt16
    private let reports: AsyncStream<PythonReport>

    fileprivate init(_ reports: AsyncStream<PythonReport>) async throws {
        self.reports = reports
        var port: UInt16?
        for await report in reports {
            port = report.value("port")
            break
        }
        self.port = try #require(port, "the server did not start")
    }

    /// The next report with this word; earlier others are skipped.
    func next(_ word: String) async -> PythonReport? {
        for await report in self.reports where report.word == word { return report }
        return nil
    }
}
