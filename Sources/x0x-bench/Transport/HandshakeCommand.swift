// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
import CryptoSuite
import Primitives
import QUICTransport

/// Handshakes per second and their processor time, beside the bare cost of their cryptography in the same run.
struct HandshakeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "handshake",
        abstract: "Handshakes per second and processor time per handshake, both ends included."
    )

    @Option(help: "Runs; medians are printed.")
    var runs = 5

    @Option(help: "Handshakes per run.")
    var count = 200

    @Option(help: "Handshakes going on at once.")
    var concurrency = 8

    func validate() throws {
        guard self.runs > 0, self.count > 1, self.concurrency > 0 else { throw ValidationError("numbers are positive") }
    }

    func run() async throws {
        try await report([
            HandshakeMeasurement(runs: self.runs, count: self.count, concurrency: self.concurrency)
        ])
    }
}

/// See ``HandshakeCommand``.
struct HandshakeMeasurement: Measurement {
    /// Processor time as a multiple of the bare cryptography (architecture §7).
    private static let budget = 1.3

    let runs: Int
    let count: Int
    let concurrency: Int

    var title: String { "handshake: \(self.count) per run, \(self.concurrency) at once" }
    var timeLimit: Duration { .seconds(60 + self.count * (self.runs + 1) / 5) }

    func findings() async throws -> [Finding] {
        try await withTwoNodes(HandshakeApplication()) { server, client in
            var rate = Samples()
            var cost = Samples()
            var bare = Samples()
            var ratio = Samples()
            var coreRatio = Samples()
            var failedCount = 0
            for index in 0...self.runs {
                let bareSeconds = try await Self.bareCryptoSeconds(count: self.count)
                let coreSeconds = try self.coreSeconds()
                let cpuStart = ProcessMeter.cpuSeconds
                let start = ProcessMeter.seconds
                let outcome = try await client.perform(
                    HandshakeApplication.Run(
                        address: server.transport.boundAddress,
                        count: self.count,
                        concurrency: self.concurrency
                    )
                )
                let elapsed = ProcessMeter.seconds - start
                let cpu = (ProcessMeter.cpuSeconds - cpuStart) / Double(self.count)
                // The first run warms caches and tables.
                guard index > 0 else { continue }
                failedCount += outcome.failedCount
                rate.append(Double(outcome.completedCount) / elapsed)
                cost.append(cpu * 1e6)
                bare.append(bareSeconds * 1e6)
                ratio.append(cpu / bareSeconds)
                coreRatio.append(coreSeconds.all / coreSeconds.crypto)
            }
            return [
                Finding("handshakes", rate, unit: "1/s", digits: 0),
                Finding("processor time per handshake, both ends", cost, unit: "µs", digits: 0),
                Finding("bare cryptography per handshake, both ends", bare, unit: "µs", digits: 0),
                Finding("ratio", ratio, unit: "×").budget(atMost: Self.budget),
                Finding("ratio without sockets and threads", coreRatio, unit: "×").budget(atMost: Self.budget),
                Finding("failed handshakes", Double(failedCount), unit: "", digits: 0),
            ]
        }
    }

    /// Processor time of handshakes through `QUICCore` alone, and of the requests for slow cryptography among it.
    private func coreSeconds() throws -> (all: Double, crypto: Double) {
        var pair = try InProcessPair(connectionCountMax: self.count)
        let start = ProcessMeter.cpuSeconds
        for _ in 0..<self.count { _ = try pair.connect() }
        return (ProcessMeter.cpuSeconds - start, pair.cryptoSeconds)
    }

    /// The same work as in a run, on two threads as in a run: cores that share execution units are slower together.
    private static func bareCryptoSeconds(count: Int) async throws -> Double {
        let start = ProcessMeter.cpuSeconds
        try await withThrowingDiscardingTaskGroup { tasks in
            for _ in 0..<2 { tasks.addTask { @concurrent in try Self.performBareCrypto(count: count / 2) } }
        }
        return (ProcessMeter.cpuSeconds - start) / Double(count / 2 * 2)
    }

    /// One handshake needs on both ends together: a key exchange, two signatures and two verifications.
    private static func performBareCrypto(count: Int) throws {
        let keys = [try MLDSA65PrivateKey(), try MLDSA65PrivateKey()]
        // 64 spaces, a context string, a zero byte and a transcript hash (RFC 8446 §4.4.3).
        let message = [UInt8](repeating: 0x20, count: 64 + 33 + 1 + 48)
        for _ in 0..<count {
            let clientKey = try X25519MLKEM768.ClientKey()
            let answer = try X25519MLKEM768.respond(toClientShare: clientKey.share)
            let secret = try clientKey.sharedSecret(serverShare: answer.serverShare)
            guard secret == answer.sharedSecret else { throw CryptoSuiteError.operationFailed }
            for key in keys {
                let signature = try key.signature(for: message)
                let publicKey = try MLDSA65PublicKey(bytes: key.publicKey.bytes)
                guard publicKey.isValid(signature: signature, for: message) else {
                    throw CryptoSuiteError.operationFailed
                }
            }
        }
    }
}
