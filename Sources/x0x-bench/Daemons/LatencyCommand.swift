// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import Synchronization
import TestSupport
import X0XAPI
import X0XClient

/// How long a message takes from one daemon's client to the other's.
struct LatencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency",
        abstract: "Time from publish to deliver, and of direct messages, between two daemons.",
        discussion: """
            Messages are sent through REST, one after the other, and received on the other daemon's event stream. \
            Signing and verifying is measured beside them, in the same run.
            """
    )

    @OptionGroup var daemon: DaemonOptions

    @Option(help: "Messages of each kind.")
    var count = 500

    @Option(name: .customLong("warm-up"), help: "Messages of each kind before them that are not counted.")
    var warmUpCount = 50

    @Option(name: .customLong("bytes"), help: "Bytes per message, 32 to 32768.")
    var byteCount = 256

    func validate() throws {
        guard self.count > 0, self.warmUpCount >= 0 else { throw ValidationError("numbers are positive") }
        guard (32...32_768).contains(self.byteCount) else { throw ValidationError("--bytes is 32 to 32768") }
    }

    func run() async throws {
        try await report([
            LatencyMeasurement(
                executable: try self.daemon.executable(),
                count: self.count,
                warmUpCount: self.warmUpCount,
                byteCount: self.byteCount
            )
        ])
    }
}

/// See ``LatencyCommand``.
struct LatencyMeasurement: Measurement {
    private static let topic = "bench/latency"
    /// Milliseconds a direct message may take besides its signatures (architecture §7).
    private static let directBudget = 3.0

    let executable: String
    let count: Int
    let warmUpCount: Int
    let byteCount: Int

    var title: String {
        "latency: \(self.count) messages of \(self.byteCount) bytes between two daemons, REST to event stream"
    }
    var timeLimit: Duration { .seconds(120) + .milliseconds(200) * (self.count + self.warmUpCount) }

    func findings() async throws -> [Finding] {
        try await DaemonStage.run(executable: self.executable) { stage in
            async let starting = (stage.start("alice"), stage.start("bob"))
            let (alice, bob) = try await starting
            try await alice.meet(bob)
            // Before, between and after: a processor that changes its speed meanwhile changes the yardstick too.
            var cost = try SignatureCost(messageByteCount: self.byteCount)
            try cost.sample(count: self.count / 3 + 1)
            let published = try await self.publish(from: alice, to: bob)
            try cost.sample(count: self.count / 3 + 1)
            let (direct, paths) = try await self.sendDirect(from: alice, to: bob)
            try cost.sample(count: self.count / 3 + 1)
            return Self.findings(cost.milliseconds, published, direct, paths)
        }
    }

    private var probe: MessageProbe {
        MessageProbe(count: self.count, warmUpCount: self.warmUpCount, byteCount: self.byteCount)
    }

    private func publish(from sender: DaemonFixture, to receiver: DaemonFixture) async throws -> Samples {
        _ = try await receiver.client.subscribe(topic: Self.topic)
        return try await self.probe.latencies(in: try await receiver.client.events()) { event in
            guard case .message(let message) = event, message.topic == Self.topic, message.isVerified,
                message.sender == sender.agentID
            else { return nil }
            return message.payload
        } send: { payload in
            try await sender.client.publish(topic: Self.topic, payload: payload)
        }
    }

    /// Milliseconds, and the paths the messages took.
    private func sendDirect(
        from sender: DaemonFixture,
        to receiver: DaemonFixture
    ) async throws -> (Samples, Set<String>) {
        let paths = PathLog()
        let samples = try await self.probe.latencies(in: try await receiver.client.directEvents()) { event in
            event.isVerified && event.sender == sender.agentID ? event.payload : nil
        } send: { payload in
            paths.insert(try await sender.client.sendDirect(to: receiver.agentID, payload: payload).path)
        }
        return (samples, paths.all)
    }

    private static func findings(
        _ cost: Samples,
        _ published: Samples,
        _ direct: Samples,
        _ paths: Set<String>
    ) -> [Finding] {
        let budget = 2 * cost.median + 1
        let median = published.percentile(50)
        // Over QUIC the connection proves the sender; only a message through the overlay is signed.
        let isSigned = !paths.allSatisfy { $0.hasPrefix("raw_quic") }
        return [
            Finding("ML-DSA-65 sign + verify, processor time", cost, unit: "ms", digits: 3),
            Finding("publish → deliver, p50", median, unit: "ms", remark: "least \(Finding.text(published.least)) ms")
                .budget(atMost: budget),
            Finding("publish → deliver, p99", published.percentile(99), unit: "ms"),
            Finding(
                "p50 / (2 × (sign + verify) + 1 ms)",
                median / budget,
                unit: "×",
                remark: "p50 is \(Finding.text(median / cost.median)) × (sign + verify)"
            ),
            Finding(
                "direct message, p50",
                direct.percentile(50),
                unit: "ms",
                remark: "path \(paths.sorted().joined(separator: ", "))"
            ).budget(atMost: Self.directBudget + (isSigned ? cost.median : 0)),
            Finding("direct message, p99", direct.percentile(99), unit: "ms"),
        ]
    }
}

/// The paths that direct messages took; the API knows a handful.
private final class PathLog: Sendable {
    private let paths = Mutex<Set<String>>([])

    var all: Set<String> { self.paths.withLock { $0 } }

    func insert(_ path: String) { self.paths.withLock { _ = $0.insert(path) } }
}
