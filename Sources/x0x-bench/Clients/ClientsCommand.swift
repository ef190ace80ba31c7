// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import Foundation
import TestSupport
import X0XClient

/// Many clients at once, some of which have stopped reading.
struct ClientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients",
        abstract: "Many event streams and WebSockets at once, some of which never read; watches the daemon's memory.",
        discussion: """
            Half of the clients listen to GET /events, half to WebSockets. Fails when a client that reads misses a \
            message, or the daemon's memory grows beyond its budget. Needs twice as many file descriptors as clients.
            """
    )

    @OptionGroup var daemon: DaemonOptions

    @Option(help: "Clients in all.")
    var clients = 1000

    @Option(help: "Clients among them that never read.")
    var stalled = 100

    @Option(help: "Messages.")
    var messages = 3000

    @Option(help: "Bytes per message.")
    var bytes = 512

    @Option(help: "Messages per second.")
    var rate = 50

    func validate() throws {
        guard (2...2000).contains(self.clients) else { throw ValidationError("--clients is 2 to 2000") }
        guard (0..<self.clients).contains(self.stalled) else {
            throw ValidationError("--stalled is less than --clients")
        }
        guard (10...1_000_000).contains(self.messages) else { throw ValidationError("--messages is 10 to 1000000") }
        guard (1...32_768).contains(self.bytes) else { throw ValidationError("--bytes is 1 to 32768") }
        guard (1...100_000).contains(self.rate) else { throw ValidationError("--rate is 1 to 100000") }
    }

    func run() async throws {
        try await report([
            ClientsMeasurement(
                executable: try self.daemon.executable(),
                clientCount: self.clients,
                stalledCount: self.stalled,
                messageCount: self.messages,
                byteCount: self.bytes,
                rate: self.rate
            )
        ])
    }
}

/// See ``ClientsCommand``.
struct ClientsMeasurement: Measurement {
    /// Megabytes the daemon may take for a client: buffers of its connection, tasks, and its share of the queues.
    private static let megabytesPerClient = 0.25
    private static let topic = "bench/clients"

    let executable: String
    let clientCount: Int
    let stalledCount: Int
    let messageCount: Int
    let byteCount: Int
    let rate: Int

    var title: String {
        "\(self.clientCount) clients, \(self.stalledCount) of which never read: \(self.messageCount) messages of "
            + "\(self.byteCount) bytes, \(self.rate) per second"
    }
    var timeLimit: Duration { .seconds(240) + .seconds(4 * self.messageCount / self.rate) }

    func findings() async throws -> [Finding] {
        try await DaemonStage.run(executable: self.executable) { stage in
            let daemon = try await stage.start("clients")
            _ = try await daemon.client.subscribe(topic: Self.topic)
            let process = daemon.process.child.processIdentifier
            let empty = try ProcessStatus(of: process)
            let clients = try await self.open(on: daemon)
            defer { for client in clients { client.close() } }
            let connected = try ProcessStatus(of: process)
            var peak = connected.residentByteCount
            let answers = try await self.publish(on: daemon) {
                peak = max(peak, try ProcessStatus(of: process).residentByteCount)
            }
            let readers = clients.dropFirst(self.stalledCount)
            let start = ProcessMeter.seconds
            let missing = try await self.missing(at: Array(readers))
            let late = try ProcessStatus(of: process)
            peak = max(peak, late.residentByteCount)
            let budget = Self.megabytesPerClient * Double(self.clientCount)
            let growth = Double(peak - empty.residentByteCount) / 1e6
            let cpu = (late.cpuSeconds - connected.cpuSeconds) / Double(self.messageCount * self.clientCount) * 1e6
            let findings = [
                Finding("memory without clients", Double(empty.residentByteCount) / 1e6, unit: "MB", digits: 1),
                Finding("memory with all connected", Double(connected.residentByteCount) / 1e6, unit: "MB", digits: 1),
                Finding("growth at the peak", growth, unit: "MB", digits: 1).budget(atMost: budget),
                Finding("missing at clients that read", Double(missing), unit: "", digits: 0).budget(atMost: 0),
                Finding("last message after the last publish", ProcessMeter.seconds - start, unit: "s", digits: 2),
                Finding("POST /publish, median", answers.median, unit: "ms"),
                Finding("POST /publish, 99th percentile", answers.percentile(99), unit: "ms"),
                Finding("processor time per delivery", cpu, unit: "µs", digits: 1),
            ]
            guard missing == 0, growth <= budget else { throw BenchError(findings.map(\.line).joined(separator: "\n")) }
            return findings
        }
    }

    /// The clients that never read come first.
    private func open(on daemon: DaemonFixture) async throws -> [EventClient] {
        let endpoint = try daemon.client.endpoint()
        guard let port = endpoint.baseURL.split(separator: ":").last.flatMap({ Int($0) }), let token = endpoint.token
        else {
            throw BenchError("no port or token of the daemon")
        }
        var clients: [EventClient] = []
        for number in 0..<self.clientCount {
            clients.append(
                try await EventClient.open(
                    number % 2 == 0 ? .events : .webSocket,
                    port: port,
                    token: token.value,
                    topic: Self.topic,
                    reads: number >= self.stalledCount
                )
            )
        }
        return clients
    }

    /// Publishes at the rate; the times of the answers in milliseconds.
    private func publish(on daemon: DaemonFixture, _ look: () throws -> Void) async throws -> Samples {
        let clock = ContinuousClock()
        let start = clock.now
        var samples = Samples()
        for number in 0..<self.messageCount {
            let due = start + .seconds(1) * number / self.rate
            try await clock.sleep(until: due)
            let payload = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: self.byteCount)
            let before = ProcessMeter.seconds
            try await daemon.client.publish(topic: Self.topic, payload: payload)
            samples.append((ProcessMeter.seconds - before) * 1e3)
            if number % self.rate == 0 { try look() }
        }
        return samples
    }

    /// Waits until every reader has every message, at most a minute; how many are missing then.
    private func missing(at readers: [EventClient]) async throws -> Int {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(60)
        while true {
            let missing = readers.reduce(0) { $0 + max(0, self.messageCount - $1.messageCount) }
            guard missing > 0, clock.now < deadline else { return missing }
            try await clock.sleep(for: .milliseconds(20))
        }
    }
}
