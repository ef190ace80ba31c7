// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Subprocess
import TestSupport
import Testing
import X0XAPI
import X0XClient

/// The document of `GET /openapi.json`, judged by programs of other people that read such documents.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: OpenAPITool.areInstalled, OpenAPITool.absenceComment))
struct OpenAPIDaemonTests {
    @Test func theDocumentIsValidOpenAPI() async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("alice")
            let path = try await Self.document(of: daemon, on: stage)
            let result = try await OpenAPITool.run("python", ["-m", "openapi_spec_validator", path])
            #expect(result.code == 0, "\(result.output)")
        }
    }

    /// Schemathesis makes requests from the document, right ones and wrong ones, and compares every answer with it.
    ///
    /// The configuration beside this file says what it leaves out; that is checked here.
    @Test func theDaemonAnswersAsTheDocumentSays() async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("alice", environment: ["RUST_LOG": "debug"])
            let path = try await Self.document(of: daemon, on: stage)
            let address = try String(contentsOfFile: daemon.dataDirectory + "/api.port", encoding: .utf8)
            let token = try String(contentsOfFile: daemon.dataDirectory + "/api-token", encoding: .utf8)
            let result = try await OpenAPITool.run(
                "schemathesis",
                [
                    "--config-file", OpenAPITool.configurationPath, "run", path, "--url", "http://\(address)",
                    "-H", "Authorization: Bearer \(token)", "-H", "X-Request-Id: schemathesis.1",
                    "--phases", "coverage,fuzzing", "--no-color",
                ]
            )
            #expect(result.code == 0, "\(result.output)")
            let excluded = Registry.served.filter { $0.answer == .events || $0.path == "/shutdown" }.count
            #expect(result.output.contains("Tested: \(Registry.served.count - excluded)"), "\(result.output)")

            try await Self.openEveryStream(of: daemon)
            try Self.checkLog(of: daemon, token: token)
            let stop = try await daemon.send("POST", "/shutdown")
            #expect(stop.status == 200 && stop.text == #"{"message":"shutting down","ok":true}"#)
            #expect(await daemon.process.child.waitForExit() == .code(0))
        }
    }

    private static func document(of daemon: DaemonFixture, on stage: DaemonStage) async throws -> String {
        let path = "\(stage.directory)/openapi.json"
        try Data(try await daemon.client.openAPIDocument().utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private static func openEveryStream(of daemon: DaemonFixture) async throws {
        _ = try await daemon.client.events()
        _ = try await daemon.client.directEvents()
        _ = try await daemon.client.peerEvents()
        _ = try await daemon.client.presenceEvents()
    }

    /// Thousands of requests with wild content are in the log now: it names them, and nothing else of them.
    private static func checkLog(of daemon: DaemonFixture, token: String) throws {
        let log = try String(contentsOfFile: daemon.process.launch.logPath, encoding: .utf8)
        #expect(log.contains("request.id=schemathesis.1"))
        #expect(log.contains("http.route=/contacts/:agent_id"))
        #expect(!log.contains(token))
        #expect(log.firstMatch(of: /[0-9a-fA-F]{32}/) == nil, "a whole identifier is in the log")
        #expect(!log.contains(" ERROR "))
        #expect(!log.contains("request handler failed"))
        let longest = log.split(separator: "\n").map(\.utf8.count).max() ?? 0
        #expect(longest < 4096)
    }
}

/// The programs in the virtual environment that `scripts/setup` makes; the tests never reach for the internet.
enum OpenAPITool {
    static let absenceComment: Comment = "schemathesis is not installed: run `make setup`"

    private static let package = URL(fileURLWithPath: #filePath).appending(path: "../../..").standardizedFileURL

    /// The virtual environment: `$X0X_INTEROP_VENV`, or `.build/interop-venv`.
    private static let searchPath =
        (ProcessInfo.processInfo.environment["X0X_INTEROP_VENV"]
            ?? Self.package.appending(path: ".build/interop-venv").path)
        + "/bin"

    static var areInstalled: Bool { FileManager.default.isExecutableFile(atPath: "\(Self.searchPath)/schemathesis") }

    static var configurationPath: String {
        Self.package.appending(path: "Tests/IntegrationTests/schemathesis.toml").path
    }

    static func run(_ name: String, _ arguments: [String]) async throws -> (code: Int32, output: String) {
        let isModule = name == "python"
        // A virtual environment that was moved has scripts with an old first line; its interpreter always works.
        let result = try await Subprocess.run(
            .name("python"),
            arguments: Arguments(isModule ? arguments : ["\(Self.searchPath)/\(name)"] + arguments),
            environment: .inherit.updating(["PATH": Self.searchPath, "PYTHONDONTWRITEBYTECODE": "1"]),
            output: .string(limit: 1 << 20),
            error: .combinedWithOutput
        )
        guard case .exited(let code) = result.terminationStatus else { return (-1, result.standardOutput) }
        return (code, result.standardOutput)
    }
}
