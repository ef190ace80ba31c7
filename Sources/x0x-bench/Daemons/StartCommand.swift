// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import TestSupport
import X0XClient

/// How soon a daemon answers.
struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Time from the start of a daemon until it answers GET /health, with fresh and with existing keys.",
        discussion: "The daemon is asked every two milliseconds; each time it is stopped before the next start."
    )

    @OptionGroup var daemon: DaemonOptions

    @Option(help: "Starts of each kind; medians are printed.")
    var count = 10

    func validate() throws {
        guard (1...1_000).contains(self.count) else { throw ValidationError("--count is 1 to 1000") }
    }

    func run() async throws {
        try await report([StartMeasurement(executable: try self.daemon.executable(), count: self.count)])
    }
}

/// See ``StartCommand``.
struct StartMeasurement: Measurement {
    /// How often the daemon is asked: the error of one sample.
    private static let interval: Duration = .milliseconds(2)
    private static let startLimit: Duration = .seconds(20)
    /// Milliseconds (architecture §7).
    private static let budget = 300.0

    let executable: String
    let count: Int

    var title: String { "start: from the start of a daemon until it answers GET /health" }
    var timeLimit: Duration { .seconds(60 + 20 * self.count) }

    func findings() async throws -> [Finding] {
        try await DaemonStage.run(executable: self.executable) { stage in
            var fresh = Samples()
            var existing = Samples()
            // The first start of a kind warms the file cache.
            _ = try await Self.start("warm", on: stage)
            _ = try await Self.start("warm", on: stage)
            for number in 1...self.count {
                fresh.append(try await Self.start("fresh\(number)", on: stage))
                existing.append(try await Self.start("warm", on: stage))
            }
            return [
                Finding("with existing keys", existing, unit: "ms", digits: 0).budget(atMost: Self.budget),
                Finding("with fresh keys", fresh, unit: "ms", digits: 0).budget(atMost: Self.budget),
            ]
        }
    }

    /// Starts a daemon in the home of that name, waits until it answers, stops it.
    ///
    /// - Returns: Milliseconds until it answered.
    private static func start(_ name: String, on stage: DaemonStage) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        let process = try stage.launch(name)
        try await process.waitUntilHealthy(within: Self.startLimit, askingEvery: Self.interval)
        let elapsed = clock.now - start
        let exit = await process.stop()
        guard exit == .code(0) else {
            throw BenchError("a daemon told to stop ended with \(exit.map { "\($0)" } ?? "nothing yet")")
        }
        return elapsed / .milliseconds(1)
    }
}
