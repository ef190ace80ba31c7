// SPDX-License-Identifier: MIT OR Apache-2.0

import Synchronization
import X0XAPI
package import X0XClient

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A temporary directory with daemons in it: each has its own home, nothing leaves the loopback interface, and
/// everything that was started is gone afterwards.
package final class DaemonStage: Sendable {
    /// A daemon is up within a second; the rest is for a machine with other work.
    private static let startLimit: Duration = .seconds(30)

    /// Where everything on the stage lives.
    package let directory: String
    private let executable: String?
    private let processes = Mutex<[DaemonProcess]>([])  // as many as the test starts

    private init(directory: String, executable: String?) {
        self.directory = directory
        self.executable = executable
    }

    /// Runs a test body with a stage; stops every daemon afterwards, whether the body succeeds or not.
    ///
    /// When the body fails, and not because it was cancelled, the end of each daemon's log is printed.
    ///
    /// - Parameters:
    ///   - executable: The path of the daemon program; nil takes the one that was built.
    ///   - body: What happens on the stage.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws.
    package static func run<Result>(
        executable: String? = nil,
        _ body: (DaemonStage) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory { directory in
            let stage = DaemonStage(directory: directory, executable: executable)
            let outcome: Swift.Result<Result, any Error>
            do {
                outcome = .success(try await body(stage))
            } catch {
                if !Task.isCancelled { stage.printLogs() }
                outcome = .failure(error)
            }
            await stage.stopAll()
            return try outcome.get()
        }
    }

    /// Starts a daemon and waits until it answers; a second start with the same name uses the same home.
    ///
    /// - Parameters:
    ///   - name: The instance name.
    ///   - arguments: More arguments of the daemon.
    /// - Returns: The daemon, with its identity known.
    /// - Throws: `X0XClientError` when it ends or does not answer in time.
    package func start(_ name: String, arguments: [String] = []) async throws -> DaemonFixture {
        let process = try self.launch(name, arguments: arguments)
        try await process.waitUntilHealthy(within: Self.startLimit)
        let agent = try await process.client.agent()
        return DaemonFixture(process: process, agentID: agent.agentID, machineID: agent.machineID)
    }

    /// Starts a daemon without waiting for it, such as one that is expected to fail.
    package func launch(_ name: String, arguments: [String] = []) throws -> DaemonProcess {
        var launch = DaemonLaunch(
            executable: try self.executable ?? BuiltProgram.path(of: "x0xd"),
            name: name,
            home: "\(self.directory)/\(name)"
        )
        launch.arguments += arguments
        let process = try DaemonProcess.start(launch)
        self.processes.withLock { $0.append(process) }
        return process
    }

    private func stopAll() async {
        let stopping = Task {  // not a child task, so that a cancelled body still gives the daemons their time to end
            await withDiscardingTaskGroup { group in
                for process in self.processes.withLock({ $0 }) { group.addTask { await process.stop() } }
            }
        }
        await stopping.value
    }

    private func printLogs() {
        for process in self.processes.withLock({ $0 }) {
            let data = FileManager.default.contents(atPath: process.launch.logPath) ?? Data()
            print("--- \(process.launch.name), end of its log:\n\(String(decoding: data.suffix(4000), as: UTF8.self))")
        }
    }
}

/// The programs of this package, as built beside the running tests.
package enum BuiltProgram {
    /// The path of a program: in `$X0X_BIN_DIR`, else beside the test binary.
    ///
    /// - Parameter name: Such as `x0xd`.
    /// - Returns: An executable file.
    /// - Throws: `X0XClientError` with the places that were searched.
    package static func path(of name: String) throws -> String {
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
        let places = [ProcessInfo.processInfo.environment["X0X_BIN_DIR"], beside].compactMap(\.self)
        let paths = places.map { "\($0)/\(name)" }
        guard let path = paths.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            throw X0XClientError(.daemonStartFailed, "\(name) is not built", detail: "looked in \(places)")
        }
        return path
    }
}
