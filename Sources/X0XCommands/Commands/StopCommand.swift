// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XClient

package struct StopCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stop the daemon and wait until it is gone."
    )
    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func run() async throws {
        let client = try await self.globals.connect()
        let locator = try self.globals.locator()
        try await stopDaemon(client, locator) {
            try self.globals.output.show(
                "Daemon shutting down.",
                json: .object(["ok": .bool(true), "message": .string("shutting down")])
            )
        }
    }
}

/// Stops a daemon and waits until it and its hold on the data directory are gone.
///
/// - Parameters:
///   - client: A client of the daemon.
///   - locator: Where it was found.
///   - onAccepted: Called once the daemon has agreed.
/// - Throws: When it refuses, or is still there after 10 s.
func stopDaemon(_ client: X0XClient, _ locator: DaemonLocator, onAccepted: () throws -> Void = {}) async throws {
    // The address as it is now: `api.port` disappears with the daemon.
    let endpoint = try client.endpoint()
    let ownsDirectory = locator.ownsDirectory(of: endpoint)
    do throws(X0XClientError) {
        try await client.shutdown()
    } catch {
        // The connection may break before the answer is here; then it has stopped as well.
        guard error.code == .connectionLost else { throw error }
    }
    try onAccepted()
    let stopped = X0XClient(endpoint)
    try await wait(until: { await !stopped.isHealthy() }, "the daemon still answers")
    guard ownsDirectory else { return }
    // It no longer answers, but may still be saving: a start right after this must not find the directory in use.
    try await wait(until: { !locator.isDirectoryHeld }, "the daemon's process still runs")
}

/// A daemon ends within 5 s (spec 13 §2.3); the rest is for a busy machine.
private let stopPatience: Duration = .seconds(10)

private func wait(until condition: () async -> Bool, _ complaint: String) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + stopPatience
    while !(await condition()) {
        guard clock.now < deadline else { throw CommandError("\(complaint) after \(stopPatience)") }
        try await clock.sleep(for: .milliseconds(20))
    }
}
