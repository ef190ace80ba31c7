// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XClient

package struct StopCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stop the daemon and wait until it is gone."
    )
    /// A daemon ends within 5 s (spec 13 §2.3); the rest is for a busy machine.
    private static let patience: Duration = .seconds(10)

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func run() async throws {
        let client = try await self.globals.connect()
        // The address as it is now: `api.port` disappears with the daemon.
        let endpoint = try client.endpoint()
        do throws(X0XClientError) {
            try await client.shutdown()
        } catch {
            // The connection may break before the answer is here; then it has stopped as well.
            guard error.code == .connectionLost else { throw error }
        }
        try self.globals.output.show(
            "Daemon shutting down.",
            json: .object(["ok": .bool(true), "message": .string("shutting down")])
        )
        try await Self.waitUntilGone(X0XClient(endpoint))
    }

    private static func waitUntilGone(_ client: X0XClient) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + Self.patience
        while await client.isHealthy() {
            guard clock.now < deadline else { throw CommandError("the daemon still answers after \(Self.patience)") }
            try await clock.sleep(for: .milliseconds(50))
        }
    }
}
