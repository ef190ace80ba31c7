// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import Primitives
import Simulation

/// What the user may set of an experiment; everything else comes from the scenario.
struct ExperimentOptions: ParsableArguments {
    @Option(help: "Where to start from; `x0x-sim scenarios` lists them.")
    var scenario = GossipScenario.stable

    @Option(help: "Number of nodes, 2 to 100000.")
    var nodes = 100

    @Option(help: "The run follows from it.")
    var seed: UInt64 = 1

    @Option(help: "Measured messages.")
    var messages: Int?

    @Option(help: "Messages before them, which shape the trees.")
    var warmUp: Int?

    @Option(help: "Time between two messages, such as 250ms or 1s.")
    var interval: TimeSpan?

    @Option(help: "Time in which the last messages must arrive.")
    var drain: TimeSpan?

    @Option(help: "Bytes of a message, 8 to 65536.")
    var bytes: Int?

    @Option(help: "One-way delay of the fastest link.")
    var latency: TimeSpan?

    @Option(help: "Links are up to this much slower.")
    var spread: TimeSpan?

    @Option(help: "Messages are up to this much later than their link says; reorders them.")
    var jitter: TimeSpan?

    @Option(help: "Share of messages that are lost, 0 to 1.")
    var loss: Double?

    @Option(help: "Share of messages that arrive twice, 0 to 1.")
    var duplicates: Double?

    @Option(help: "Share of nodes with a slow way out, 0 to 1.")
    var slow: Double?

    @Option(help: "Share of nodes that die at once, 0 to 1.")
    var crash: Double?

    @Option(help: "Split the network in halves for this long.")
    var partition: TimeSpan?

    @Option(help: "Share of nodes that die each second and come back later, 0 to 1.")
    var churn: Double?

    @Option(help: "Share of hostile nodes, 0 to 1.")
    var byzantine: Double?

    @Option(help: "Largest error of a clock.")
    var skew: TimeSpan?

    @Flag(help: "Accept every signature: shows what the checks are for. Such a run must fail.")
    var noSignatures = false

    /// The experiment these options describe.
    ///
    /// - Throws: `ValidationError` that names an option out of range.
    func experiment() throws -> GossipExperiment {
        try self.check()
        var experiment = self.scenario.experiment(nodeCount: self.nodes, seed: self.seed)
        experiment.messageCount = self.messages ?? experiment.messageCount
        experiment.warmUpCount = self.warmUp ?? experiment.warmUpCount
        experiment.interval = self.interval?.nanoseconds ?? experiment.interval
        experiment.drain = self.drain?.nanoseconds ?? experiment.drain
        experiment.paddingByteCount = self.bytes.map { $0 - 8 } ?? experiment.paddingByteCount
        experiment.latency = self.latency?.nanoseconds ?? experiment.latency
        experiment.latencySpread = self.spread?.nanoseconds ?? experiment.latencySpread
        experiment.jitter = self.jitter?.nanoseconds ?? experiment.jitter
        experiment.lossProbability = self.loss ?? experiment.lossProbability
        experiment.duplicationProbability = self.duplicates ?? experiment.duplicationProbability
        experiment.slowShare = self.slow ?? experiment.slowShare
        experiment.crashShare = self.crash ?? experiment.crashShare
        experiment.churnPerSecond = self.churn ?? experiment.churnPerSecond
        experiment.byzantineShare = self.byzantine ?? experiment.byzantineShare
        experiment.clockOffset = self.skew?.nanoseconds ?? experiment.clockOffset
        experiment.checksSignatures = !self.noSignatures
        if let partition = self.partition?.nanoseconds { experiment.split(for: partition) }
        if self.changes != [] { experiment.name += " (changed)" }
        return experiment
    }

    private func check() throws {
        guard (2...100_000).contains(self.nodes) else { throw ValidationError("--nodes is 2 to 100000") }
        guard (1...100_000).contains(self.messages ?? 1) else { throw ValidationError("--messages is 1 to 100000") }
        guard (0...100_000).contains(self.warmUp ?? 0) else { throw ValidationError("--warm-up is 0 to 100000") }
        guard (8...65_536).contains(self.bytes ?? 8) else { throw ValidationError("--bytes is 8 to 65536") }
        let shares = [
            ("loss", self.loss), ("duplicates", self.duplicates), ("slow", self.slow), ("crash", self.crash),
            ("churn", self.churn), ("byzantine", self.byzantine),
        ]
        for (name, share) in shares {
            guard (0...1).contains(share ?? 0) else { throw ValidationError("--\(name) is 0 to 1") }
        }
        guard (self.crash ?? 0) < 1, (self.byzantine ?? 0) < 1 else {
            throw ValidationError("somebody must be left to publish")
        }
    }

    /// The options that differ from the scenario, as typed.
    private var changes: [String] {
        var words: [String] = []
        func add(_ name: String, _ value: (some CustomStringConvertible)?) {
            if let value { words += ["--\(name)", value.description] }
        }
        add("messages", self.messages)
        add("warm-up", self.warmUp)
        add("interval", self.interval)
        add("drain", self.drain)
        add("bytes", self.bytes)
        add("latency", self.latency)
        add("spread", self.spread)
        add("jitter", self.jitter)
        add("loss", self.loss)
        add("duplicates", self.duplicates)
        add("slow", self.slow)
        add("crash", self.crash)
        add("partition", self.partition)
        add("churn", self.churn)
        add("byzantine", self.byzantine)
        add("skew", self.skew)
        return words + (self.noSignatures ? ["--no-signatures"] : [])
    }

    /// The command that repeats the run.
    var commandLine: String {
        let start = ["x0x-sim", "run", "--scenario", self.scenario.rawValue, "--nodes", "\(self.nodes)"]
        return (start + ["--seed", "\(self.seed)"] + self.changes).joined(separator: " ")
    }
}

/// A span of time as users write it: `250ms`, `30s`, `2m`.
struct TimeSpan: ExpressibleByArgument, CustomStringConvertible {
    private static let units: [(suffix: String, span: Nanoseconds)] = [
        ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)),
    ]

    let nanoseconds: Nanoseconds
    let description: String

    init?(argument: String) {
        for (suffix, span) in Self.units where argument.hasSuffix(suffix) {
            guard let number = Int64(argument.dropLast(suffix.count)), (0...86_400_000).contains(number) else {
                continue
            }
            self.nanoseconds = span * number
            self.description = argument
            return
        }
        return nil
    }
}
