// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Simulation

/// What one run of `x0x-sim` says.
struct RunReport: Encodable {
    let outcome: GossipOutcome
    let cost: RunCost
    /// The command that repeats it.
    let replay: String

    /// One JSON object with sorted keys.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The same for people.
    var table: String {
        let outcome = self.outcome
        var lines = [
            "\(outcome.scenario): \(outcome.nodeCount) nodes, seed \(outcome.seed), \(outcome.messageCount) messages",
            "",
        ]
        func row(_ name: String, _ value: String) {
            lines.append("  \(name.padding(toColumn: 34))\(value)")
        }
        row("delivery ratio", text(outcome.deliveryRatio * 100, digits: 4) + " %")
        row("redundancy (RMR)", text(outcome.redundancy, digits: 3))
        row(
            "last delivery hop, mean · max",
            "\(text(outcome.lastDeliveryHopMean, digits: 1)) · \(outcome.lastDeliveryHopMax)"
                + "   (1.5·log_E(N)+1 = \(text(outcome.hopBound, digits: 1)))"
        )
        row("mean eager degree E", text(outcome.eagerDegree, digits: 2))
        row(
            "latency p50 · p99 · max",
            [outcome.latencyMedianMilliseconds, outcome.latencyP99Milliseconds, outcome.latencyMaxMilliseconds]
                .map { text($0, digits: 0) }.joined(separator: " · ") + " ms"
        )
        row("announcements per message", text(outcome.announcementsPerMessage, digits: 0))
        row("requests · recovered", "\(outcome.requestCount) · \(outcome.recoveredCount)")
        row(
            "per node: payload · control",
            "\(text(outcome.payloadBytesPerNodeSecond, digits: 0)) · "
                + "\(text(outcome.controlBytesPerNodeSecond, digits: 0)) B/s"
        )
        row("kept for repair per node", text(outcome.cachedBytesPerNode / 1024, digits: 1) + " KiB")
        row("memory of the simulator per node", text(self.cost.residentBytesPerNode / 1024, digits: 1) + " KiB")
        row("virtual time · events", "\(text(outcome.virtualSeconds, digits: 0)) s · \(outcome.eventCount)")
        row(
            "real time · processor time",
            "\(text(self.cost.seconds, digits: 1)) s · \(text(self.cost.processorSeconds, digits: 1)) s"
        )
        lines.append("")
        for verdict in outcome.verdicts {
            let mark = verdict.isMet ? "ok  " : "FAIL"
            let measured = text(verdict.measured, digits: 4)
            lines.append(
                "  \(mark) \(verdict.name.padding(toColumn: 42)) \(measured)  (limit \(text(verdict.limit, digits: 4)))"
            )
        }
        for example in outcome.examples { lines.append("       \(example)") }
        if !outcome.isGood { lines += ["", "repeat with: \(self.replay)"] }
        return lines.joined(separator: "\n")
    }
}

/// A number with a fixed count of digits after the point.
func text(_ value: Double, digits: Int) -> String { String(format: "%.\(digits)f", value) }

extension String {
    /// The text and at least one space, up to a column.
    func padding(toColumn column: Int) -> String {
        self + String(repeating: " ", count: max(1, column - self.count))
    }
}
