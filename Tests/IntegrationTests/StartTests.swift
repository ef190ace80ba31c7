// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XClient

/// What the daemon does before it serves, as seen from outside (spec 13 §2, §11).
@Suite(.serialized, .timeLimit(.minutes(1))) struct StartTests {
    /// Runs the daemon program to its end; its exit and everything it printed.
    private static func run(
        _ arguments: [String],
        named name: String = "t1",
        on stage: DaemonStage
    ) async throws -> (exit: ChildProcess.Exit?, output: String) {
        let process = try stage.launch(name, arguments: arguments)
        let exit = await process.child.waitForExit()
        return (exit, try String(contentsOfFile: process.launch.logPath, encoding: .utf8))
    }

    @Test func spec13_check03_checkingStartsAndCreatesNothing() async throws {
        try await DaemonStage.run { stage in
            let good = try stage.configurationArguments("log_level = \"warn\"\n")
            let valid = try await Self.run(good + ["--check"], on: stage)
            #expect(valid.exit == .code(0))
            #expect(valid.output.contains("Configuration is valid") && valid.output.contains("Exec ACL summary"))
            #expect(valid.output.contains("log_level = \"warn\""))
            let files = try FileManager.default.contentsOfDirectory(atPath: stage.home(of: "t1"))
            #expect(files == ["x0xd.log"])
            let bad = try stage.configurationArguments("api_address = 7\n")
            let invalid = try await Self.run(bad + ["--check"], on: stage)
            #expect(invalid.exit == .code(1) && invalid.output.contains(bad[1]))
        }
    }

    @Test(arguments: [0, 33]) func spec13_check04_dispatchWorkersOutOfRangeEndTheStart(_ count: Int) async throws {
        try await DaemonStage.run { stage in
            let file = try stage.configurationArguments("[gossip]\ndispatch_workers = \(count)\n")
            let run = try await Self.run(file, on: stage)
            #expect(run.exit == .code(1) && run.output.contains("invalid gossip config"))
        }
    }

    @Test func spec13_check06_aNamedDaemonTouchesNothingOfTheDefaultOne() async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("t1")
            let home = stage.home(of: "t1")
            #expect(daemon.dataDirectory == "\(home)/.local/share/x0x-t1")
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(home)/.local/share") == ["x0x-t1"])
            let keys = try FileManager.default.contentsOfDirectory(atPath: home).filter { $0.hasPrefix(".x0x") }
            #expect(keys == [".x0x-t1"])
            let port = try String(contentsOfFile: "\(daemon.dataDirectory)/api.port", encoding: .utf8)
            #expect(port.hasPrefix("127.0.0.1:") && port != "127.0.0.1:12700")
        }
    }

    @Test func unknownFlagsAreUsageErrors() async throws {
        try await DaemonStage.run { stage in
            let unknown = try await Self.run(["--no-hardcoded-bootstrap"], on: stage).exit
            #expect(unknown == .code(2))
            let incomplete = try await Self.run(["--api-port"], on: stage).exit
            #expect(incomplete == .code(1))
        }
    }
}
