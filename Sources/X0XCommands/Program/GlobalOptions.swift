// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import X0XClient

/// The options every command takes, before or after its name (spec 13 §6.1).
package struct GlobalOptions: ParsableArguments {
    @Option(name: .customLong("name"), help: ArgumentHelp("Name of the daemon instance.", visibility: .hidden))
    var instance: String?

    @Option(
        name: [.customLong("api"), .customLong("api-url")],
        help: ArgumentHelp("Address of the daemon: host:port or URL.", visibility: .hidden)
    )
    var address: String?

    @Option(
        name: .customLong("data-dir"),
        help: ArgumentHelp("Data directory of a daemon with a custom data_dir.", visibility: .hidden)
    )
    var dataDirectory: String?

    @Option(name: .long, help: ArgumentHelp("Output format: json or text.", visibility: .hidden))
    var format: String?

    @Flag(name: .customLong("json"), help: "Print results as JSON.")
    var usesJSON = false

    @Flag(name: .customShort("V"), help: ArgumentHelp("Show the version.", visibility: .hidden))
    var showsVersion = false

    package init() {}

    package mutating func validate() throws {
        if self.showsVersion { throw CleanExit.message(X0XCommand.versionText) }
        if let instance, !InstanceDirectories.isValidName(instance) {
            throw ValidationError(
                "invalid instance name '\(instance)': 1-64 letters, digits or '-', the first a letter or digit"
            )
        }
    }

    /// How results are printed.
    var output: Output {
        let style: Output.Style =
            if self.usesJSON || self.format == "json" { .json } else {
                Surroundings.current.isTerminal ? .terminal : .text
            }
        return Output(style: style, surroundings: .current)
    }

    /// Finds the daemon these options name.
    func locator() throws(X0XClientError) -> DaemonLocator {
        try DaemonLocator(
            instance: self.instance,
            address: self.address,
            dataDirectory: self.dataDirectory,
            environment: Surroundings.current.environment
        )
    }

    /// A client of that daemon, once `GET /health` has shown that it runs.
    func connect() async throws(X0XClientError) -> X0XClient {
        let client = X0XClient(try self.locator())
        do throws(X0XClientError) {
            _ = try await client.health()
        } catch {
            guard error.isTransient || error.code == .refusedByDaemon || error.code == .invalidResponse else {
                throw error
            }
            throw .daemonNotRunning(instance: self.instance)
        }
        return client
    }
}
