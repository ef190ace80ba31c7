// SPDX-License-Identifier: MIT OR Apache-2.0

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// How to start a daemon that shares nothing with the daemons of the user: own home, own data, own keys, this machine
/// only.
package struct DaemonLaunch: Sendable {
    /// The path of `x0xd`.
    package var executable: String
    /// The instance name; its identity lives in `<home>/.x0x-<name>`.
    package var name: String
    /// `HOME` of the daemon; created with mode 0700 if missing.
    package var home: String
    /// Arguments besides `--name`.
    ///
    /// By default no built-in peer is contacted and no update looked for.
    package var arguments = ["--no-hard-coded-bootstrap", "--skip-update-check"]
    /// Variables besides `HOME`, `PATH` and `X0X_LOOPBACK_ONLY=1`, such as `RUST_LOG`.
    package var environment: [String: String] = [:]

    package init(executable: String, name: String, home: String) {
        self.executable = executable
        self.name = name
        self.home = home
    }

    /// The file that receives the daemon's output.
    package var logPath: String { "\(self.home)/x0xd.log" }

    /// The environment of the daemon, and of a `x0x` that is to talk to it.
    package var completeEnvironment: [String: String] {
        var variables = ["HOME": self.home, "X0X_LOOPBACK_ONLY": "1"]
        variables["PATH"] = ProcessInfo.processInfo.environment["PATH"]
        return variables.merging(self.environment) { $1 }
    }
}

/// A daemon run as a child of this process: for demonstrations and tests.
package final class DaemonProcess: Sendable {
    package let launch: DaemonLaunch
    package let child: ChildProcess
    /// Where the daemon writes `api.port` and `api-token`.
    package let locator: DaemonLocator
    package let client: X0XClient

    private init(launch: DaemonLaunch, child: ChildProcess, locator: DaemonLocator) {
        self.launch = launch
        self.child = child
        self.locator = locator
        self.client = X0XClient(locator)
    }

    /// Creates the home directory and starts the daemon.
    ///
    /// - Throws: ``X0XClientError`` with code `daemonStartFailed`.
    package static func start(_ launch: DaemonLaunch) throws(X0XClientError) -> DaemonProcess {
        do {
            try FileManager.default.createDirectory(
                atPath: launch.home,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw X0XClientError(.daemonStartFailed, "cannot create \(launch.home)", detail: "\(error)")
        }
        let environment = launch.completeEnvironment
        let locator = try DaemonLocator(instance: launch.name, environment: environment)
        let child = try ChildProcess.start(
            executable: launch.executable,
            arguments: ["--name", launch.name] + launch.arguments,
            environment: environment,
            outputPath: launch.logPath
        )
        return DaemonProcess(launch: launch, child: child, locator: locator)
    }

    /// Waits until the daemon answers `GET /health`, asking every `interval`; fails at once when the process ends.
    ///
    /// - Throws: ``X0XClientError``: `daemonStartFailed` or `timeout`.
    package func waitUntilHealthy(
        within limit: Duration,
        askingEvery interval: Duration = .milliseconds(20)
    ) async throws(X0XClientError) {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while !Task.isCancelled, clock.now < deadline {
            if let exit = self.child.exit {
                throw X0XClientError(
                    .daemonStartFailed,
                    "\(self.launch.name)'s daemon ended while starting (\(exit))",
                    detail: self.lastLogLine ?? "see \(self.launch.logPath)"
                )
            }
            if await self.client.isHealthy() { return }
            // Cancellation ends the pause early and the loop with it.
            try? await clock.sleep(for: interval)
        }
        throw X0XClientError(
            .timeout,
            "\(self.launch.name)'s daemon did not answer within \(limit)",
            detail: "see \(self.launch.logPath)"
        )
    }

    /// Ends the daemon: SIGTERM, after `grace` SIGKILL (spec 15 §B4).
    @discardableResult
    package func stop(grace: Duration = .seconds(5)) async -> ChildProcess.Exit? {
        await self.child.stop(grace: grace)
    }

    /// The last line the daemon printed, at most 300 characters.
    package var lastLogLine: String? {
        guard let data = FileManager.default.contents(atPath: self.launch.logPath) else { return nil }
        let lines = String(decoding: data.suffix(4096), as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.last.map { String($0.prefix(300)) }
    }
}
