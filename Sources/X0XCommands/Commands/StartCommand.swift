// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XClient

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

package struct StartCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Start the daemon and wait until it answers."
    )
    /// 50 attempts every 100 ms (spec 13 §6.2).
    private static let patience: Duration = .seconds(5)
    private static let interval: Duration = .milliseconds(100)

    @OptionGroup package var globals: GlobalOptions

    @Option(name: .customLong("config"), help: "Configuration file of the daemon.")
    var configurationPath: String?

    @Flag(name: .customLong("foreground"), help: "Become the daemon instead of starting it in the background.")
    var isInForeground = false

    package init() {}

    package func run() async throws {
        let locator = try self.globals.locator()
        let output = self.globals.output
        if let address = await Self.runningAddress(locator) {
            return try output.show("Daemon already running at \(address)", json: Self.report("running", address))
        }
        let executable = try findDaemon()
        var arguments: [String] = []
        if let instance = self.globals.instance { arguments += ["--name", instance] }
        if let configurationPath { arguments += ["--config", configurationPath] }
        if self.isInForeground { try Self.become(executable, arguments) }

        let log = try Self.logPath(in: locator.dataDirectory)
        let child = try ChildProcess.start(
            executable: executable,
            arguments: arguments,
            environment: Surroundings.current.environment,
            outputPath: log
        )
        if let address = try await Self.wait(for: child, locator, log: log) {
            return try output.show("Daemon started at \(address)", json: Self.report("started", address))
        }
        let address = (try? locator.locate().baseURL) ?? "an address not known yet"  // `api.port` is not written yet
        try output.show(
            "Daemon spawned but not yet reachable at \(address)",
            json: Self.report("spawned", address)
        )
    }

    /// The address of the daemon if it answers.
    private static func runningAddress(_ locator: DaemonLocator) async -> String? {
        // Not located means not running.
        guard let endpoint = try? locator.locate(), await X0XClient(endpoint).isHealthy() else { return nil }
        return endpoint.baseURL
    }

    private static func wait(for child: ChildProcess, _ locator: DaemonLocator, log: String) async throws -> String? {
        let clock = ContinuousClock()
        let deadline = clock.now + Self.patience
        while clock.now < deadline {
            if let exit = child.exit {
                throw CommandError("x0xd ended while starting (\(exit)); see \(log)")
            }
            if let address = await Self.runningAddress(locator) { return address }
            try await clock.sleep(for: Self.interval)
        }
        return nil
    }

    private static func logPath(in directory: String) throws -> String {
        do {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw CommandError("cannot create \(directory): \(error)")
        }
        return "\(directory)/x0xd.log"
    }

    /// Replaces this process by the daemon; returns only by throwing.
    private static func become(_ executable: String, _ arguments: [String]) throws -> Never {
        _ = unsafe withCStrings([executable] + arguments) { argv in unsafe execv(executable, argv) }
        let reason = unsafe String(cString: strerror(errno))
        throw CommandError("cannot run \(executable): \(reason)")
    }

    private static func report(_ status: String, _ address: String) -> JSONValue {
        .object(["ok": .bool(true), "status": .string(status), "url": .string(address)])
    }
}

/// The path of `x0xd`: beside the running `x0x`, else on `PATH` (spec 13 §6.2).
func findDaemon() throws -> String {
    let surroundings = Surroundings.current
    let beside = surroundings.executablePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let path = (surroundings.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    for directory in [beside.joined(separator: "/")] + path where !directory.isEmpty {
        let candidate = "\(directory)/x0xd"
        if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
    }
    throw CommandError("x0xd not found. Install it beside x0x or in a directory of PATH.")
}
