// SPDX-License-Identifier: MIT OR Apache-2.0

import Synchronization
package import X0XAPI
import X0XClient

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Real daemons publish without a pause; every subscriber must get every message once (spec 16 §5.4).
///
/// Each message carries its number, and what arrives is counted by number at each daemon's own event stream, so nothing
/// else the daemons say to each other can hide a lost message.
package struct StressRun: Sendable {
    /// Daemons; all subscribe and all publish.
    package var daemonCount = 5
    /// Messages in all, dealt out to the daemons in turn.
    package var messageCount = 500
    /// Bytes per message, at least 16.
    package var byteCount = 64
    /// Requests a daemon's publisher has running at once.
    package var concurrency = 8
    /// Messages per second and daemon; 0 publishes as fast as it goes.
    package var rate = 0
    /// How long after the last publish the last message may arrive.
    package var settlingLimit: Duration = .seconds(20)

    private static let topic = "test/stress"

    /// Creates a run of five daemons and 500 messages.
    package init() {}

    /// What one daemon saw.
    package struct DaemonResult: Sendable {
        package let name: String
        /// Different messages of the run that arrived.
        package let uniqueCount: Int
        /// Arrivals beyond the first of a message.
        package let duplicateCount: Int
        /// The first numbers that did not arrive.
        package let missing: [Int]
        /// Its counters at the end.
        package let diagnostics: GossipDiagnosticsResponse
    }

    /// What a run showed.
    package struct Result: Sendable {
        package let daemons: [DaemonResult]
        /// From the first publish until everything had arrived, or the limit.
        package let duration: Duration
        /// From the first publish to the last answer.
        package let publishDuration: Duration
    }

    /// Runs on a stage, with daemons of its own.
    ///
    /// - Throws: What the daemons' API says when a request fails; lost messages are a result, not an error.
    package func run(on stage: DaemonStage) async throws -> Result {
        let daemons = try await self.start(on: stage)
        return try await self.run(with: daemons)
    }

    /// Starts the daemons and connects each with the next and with the first.
    package func start(on stage: DaemonStage) async throws -> [DaemonFixture] {
        let daemons = try await withThrowingTaskGroup(of: (Int, DaemonFixture).self) { group in
            for number in 0..<self.daemonCount {
                group.addTask { (number, try await stage.start("stress-\(number)")) }
            }
            var started: [(Int, DaemonFixture)] = []
            for try await daemon in group { started.append(daemon) }
            return started.sorted { $0.0 < $1.0 }.map(\.1)
        }
        for (number, daemon) in daemons.enumerated() {
            for other in Set([(number + 1) % daemons.count, 0]).sorted() where other != number {
                try await Self.connect(daemon, daemons[other])
            }
        }
        return daemons
    }

    /// Publishes with daemons that are connected, and counts.
    package func run(with daemons: [DaemonFixture]) async throws -> Result {
        var tallies: [Tally] = []
        var streams: [EventSequence<FeedEvent>] = []
        var subscriptions: [String] = []
        for daemon in daemons {
            subscriptions.append(try await daemon.client.subscribe(topic: Self.topic))
            streams.append(try await daemon.client.events())
            tallies.append(Tally(expectedCount: self.messageCount))
        }
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            for (stream, tally) in zip(streams, tallies) {
                group.addTask { try await Self.count(stream, in: tally) }
            }
            try await self.publish(from: daemons)
            let publishDuration = ContinuousClock.now - start
            let deadline = ContinuousClock.now + self.settlingLimit
            while ContinuousClock.now < deadline, tallies.contains(where: { !$0.isComplete }) {
                // The daemons are other processes: there is no event for "nothing more will come".
                try await Task.sleep(for: .milliseconds(20))
            }
            let duration = ContinuousClock.now - start
            var results: [DaemonResult] = []
            for (daemon, tally) in zip(daemons, tallies) {
                results.append(tally.result(name: daemon.name, try await daemon.client.gossipDiagnostics()))
            }
            for (daemon, subscription) in zip(daemons, subscriptions) {
                try await daemon.client.unsubscribe(subscription)
            }
            return Result(daemons: results, duration: duration, publishDuration: publishDuration)
        }
    }

    private static func connect(_ daemon: DaemonFixture, _ other: DaemonFixture) async throws {
        for (reader, owner) in [(daemon, other), (other, daemon)] {
            let link = try await owner.client.agentCard(displayName: owner.name).link
            _ = try await reader.client.importAgentCard(.link(link), trustLevel: "trusted")
        }
        let answer = try await daemon.client.connectAgent(other.agentID)
        guard ["Direct", "Coordinated", "AlreadyConnected"].contains(answer.outcome) else {
            throw X0XClientError(.invalidResponse, "\(daemon.name) cannot reach \(other.name): \(answer.outcome)")
        }
    }

    private func publish(from daemons: [DaemonFixture]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (place, daemon) in daemons.enumerated() {
                let numbers = Array(stride(from: place, to: self.messageCount, by: daemons.count))
                for worker in 0..<self.concurrency {
                    let share = stride(from: worker, to: numbers.count, by: self.concurrency).map { numbers[$0] }
                    group.addTask { try await self.publish(share, from: daemon) }
                }
            }
            try await group.waitForAll()
        }
    }

    private func publish(_ numbers: [Int], from daemon: DaemonFixture) async throws {
        let clock = ContinuousClock()
        var due = clock.now
        for number in numbers {
            try await daemon.client.publish(topic: Self.topic, payload: self.payload(number))
            guard self.rate > 0 else { continue }
            due += .seconds(1) * self.concurrency / self.rate
            try await clock.sleep(until: due)
        }
    }

    /// `stress <number> ` filled up with dots.
    private func payload(_ number: Int) -> [UInt8] {
        let head = Array("stress \(number) ".utf8)
        return head + [UInt8](repeating: 0x2E, count: max(0, self.byteCount - head.count))
    }

    private static func count(_ stream: EventSequence<FeedEvent>, in tally: Tally) async throws {
        for try await case .event(.message(let message)) in stream where message.topic == Self.topic {
            guard let data = Data(base64Encoded: message.payload), message.isVerified else { continue }
            let words = String(decoding: data.prefix(32), as: UTF8.self).split(separator: " ")
            if words.count > 1, words[0] == "stress", let number = Int(words[1]) { tally.note(number) }
        }
    }
}

/// How often each message of a run arrived at one daemon.
private final class Tally: Sendable {
    private let counts: Mutex<[Int]>

    init(expectedCount: Int) { self.counts = Mutex(Array(repeating: 0, count: expectedCount)) }

    func note(_ number: Int) {
        self.counts.withLock { if $0.indices.contains(number) { $0[number] += 1 } }
    }

    var isComplete: Bool { self.counts.withLock { $0.allSatisfy { $0 > 0 } } }

    func result(name: String, _ diagnostics: GossipDiagnosticsResponse) -> StressRun.DaemonResult {
        let counts = self.counts.withLock { $0 }
        return StressRun.DaemonResult(
            name: name,
            uniqueCount: counts.count { $0 > 0 },
            duplicateCount: counts.reduce(0) { $0 + max(0, $1 - 1) },
            missing: Array(counts.indices.filter { counts[$0] == 0 }.prefix(20)),
            diagnostics: diagnostics
        )
    }
}
