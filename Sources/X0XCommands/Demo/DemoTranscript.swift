// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XClient

/// One line of the demo's transcript: something that really happened.
package struct DemoEntry: Hashable, Sendable {
    package enum Step: String, Sendable {
        case start
        case card
        case connect
        case publish
        case direct
        case presence
    }

    package var step: Step
    /// Who did it, as in `alice → bob`.
    package var who: String
    package var what: String
    /// Whether the sender was proven; nil where nothing is to be proven.
    package var isVerified: Bool?
    /// How long it took.
    package var latency: Duration

    package init(_ step: Step, _ who: String, _ what: String, isVerified: Bool? = nil, latency: Duration) {
        self.step = step
        self.who = who
        self.what = what
        self.isVerified = isVerified
        self.latency = latency
    }

    /// Columns: step, who, what, verdict, latency.
    package var line: String {
        let verdict = self.isVerified.map { $0 ? "verified" : "NOT VERIFIED" } ?? ""
        let columns = [(self.step.rawValue, 9), (self.who, 17), (self.what, 58), (verdict, 8)]
        let padded = columns.map { text, width in text + String(repeating: " ", count: max(0, width - text.count)) }
        let latency = Self.milliseconds(self.latency)
        return padded.joined(separator: " ") + String(repeating: " ", count: max(1, 11 - latency.count)) + latency
    }

    /// The same for programs.
    package var json: JSONValue {
        .object([
            "step": .string(self.step.rawValue),
            "who": .string(self.who),
            "what": .string(self.what),
            "verified": self.isVerified.map { .bool($0) } ?? .null,
            "latency_ms": .number((self.latency / .microseconds(1)).rounded() / 1000),
        ])
    }

    /// `12.3 ms`, rounded to tenths below 100 ms, to whole numbers above.
    package static func milliseconds(_ duration: Duration) -> String {
        let microseconds = Int64(duration / .microseconds(1))
        if microseconds >= 100_000 { return "\((microseconds + 500) / 1000) ms" }
        let tenths = (microseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}

/// Prints the demo's transcript line by line as it happens.
package struct DemoTranscript: Sendable {
    private let output: Output

    package init(output: Output) {
        self.output = output
    }

    /// A heading or remark, for people only.
    package func say(_ text: String) throws {
        guard self.output.style != .json else { return }
        try self.output.write(text + "\n")
    }

    package func record(_ entry: DemoEntry) throws {
        try self.output.write((self.output.style == .json ? JSONText.compact(entry.json) : entry.line) + "\n")
    }
}
