// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XClient

@Suite(.timeLimit(.minutes(1)))
struct ChildProcessTests {
    private static func shell(_ script: String, outputPath: String? = nil) throws -> ChildProcess {
        try ChildProcess.start(
            executable: "/bin/sh",
            arguments: ["-c", script],
            environment: ["GREETING": "hello world"],
            outputPath: outputPath
        )
    }

    @Test func exitCodesAndSignals() async throws {
        #expect(await (try Self.shell("exit 0")).waitForExit() == .code(0))
        #expect(await (try Self.shell("exit 7")).waitForExit() == .code(7))
        #expect(await (try Self.shell("kill -9 $$")).waitForExit() == .signal(9))
    }

    @Test func outputAndEnvironment() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/out"
            let child = try Self.shell("echo $GREETING; echo error >&2; echo $HOME", outputPath: path)
            #expect(await child.waitForExit() == .code(0))
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "hello world\nerror\n\n")
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
        }
    }

    @Test func stoppingAsksFirst() async throws {
        try await withTemporaryDirectory { directory in
            let ready = "\(directory)/ready"
            let child = try Self.shell("trap 'exit 3' TERM; echo > \(ready); while :; do sleep 0.01; done")
            while !FileManager.default.fileExists(atPath: ready) { await Task.yield() }
            #expect(await child.stop(grace: .seconds(20)) == .code(3))
        }
    }

    @Test func stoppingKillsWhatDoesNotEnd() async throws {
        try await withTemporaryDirectory { directory in
            let ready = "\(directory)/ready"
            let child = try Self.shell("trap '' TERM; echo > \(ready); while :; do sleep 0.01; done")
            while !FileManager.default.fileExists(atPath: ready) { await Task.yield() }
            #expect(await child.stop(grace: .milliseconds(50)) == .signal(9))
            #expect(child.exit == .signal(9))
        }
    }

    @Test func waitingObeysCancellation() async throws {
        let child = try Self.shell("exec sleep 30")
        let waiter = Task { await child.waitForExit() }
        waiter.cancel()
        #expect(await waiter.value == nil)
        #expect(child.exit == nil)
        #expect(await child.stop(grace: .seconds(20)) == .signal(15))
    }

    @Test func aMissingProgramIsAnError() {
        let error = #expect(throws: X0XClientError.self) {
            try ChildProcess.start(executable: "/nonexistent", arguments: [], environment: [:], outputPath: nil)
        }
        #expect(error?.code == .daemonStartFailed)
    }

    @Test func aDaemonThatEndsWhileStartingIsReportedWithItsLastLine() async throws {
        try await withTemporaryDirectory { directory in
            // `ls` knows no option `--name`: it says so and ends with exit code 2.
            let launch = DaemonLaunch(executable: "/bin/ls", name: "ann", home: "\(directory)/ann")
            let daemon = try DaemonProcess.start(launch)
            let error = await #expect(throws: X0XClientError.self) {
                try await daemon.waitUntilHealthy(within: .seconds(20))
            }
            #expect(error?.code == .daemonStartFailed)
            #expect(error?.message == "ann's daemon ended while starting (exit code 2)")
            #expect(error?.detail?.contains("--help") == true)
        }
    }
}
