// SPDX-License-Identifier: MIT OR Apache-2.0

import Synchronization
import Testing
import X0XClient
import X0XCommands

@Suite struct DemoTranscriptTests {
    private static let entry = DemoEntry(
        .publish,
        "alice → bob",
        "“Hello” on demo/greetings",
        isVerified: true,
        latency: .microseconds(2_345)
    )

    @Test func columnsAreAligned() {
        let line = Self.entry.line
        #expect(line.hasPrefix("publish   alice → bob       “Hello” on demo/greetings "))
        #expect(line.hasSuffix("verified     2.3 ms"))
        let other = DemoEntry(.card, "bob → charlie", "card imported", latency: .milliseconds(1234))
        #expect(other.line.count == line.count)
        #expect(other.line.hasSuffix("    1234 ms"))
    }

    @Test func anUnverifiedMessageIsNotCalledVerified() {
        var entry = Self.entry
        entry.isVerified = false
        #expect(entry.line.contains("NOT VERIFIED"))
        #expect(entry.json["verified"] == .bool(false))
        entry.isVerified = nil
        #expect(!entry.line.lowercased().contains("verified"))
        #expect(entry.json["verified"] == .null)
    }

    @Test func longTextsKeepASpaceBeforeTheLatency() {
        let what = String(repeating: "x", count: 200)
        #expect(DemoEntry(.direct, "a → b", what, latency: .milliseconds(1)).line.hasSuffix(" 1.0 ms"))
    }

    @Test(arguments: [
        (Duration.microseconds(49), "0.0 ms"), (.microseconds(50), "0.1 ms"), (.microseconds(99_949), "99.9 ms"),
        (.microseconds(100_499), "100 ms"), (.microseconds(100_500), "101 ms"), (.seconds(12), "12000 ms"),
    ])
    func latencies(_ duration: Duration, _ text: String) {
        #expect(DemoEntry.milliseconds(duration) == text)
    }

    @Test func programsGetOneObjectPerLineAndNothingElse() throws {
        let text = Mutex("")
        let surroundings = Surroundings(
            environment: [:],
            executablePath: "",
            isTerminal: false,
            writeOutput: { part in text.withLock { $0 += part } },
            writeError: { _ in },
            stopRequests: { AsyncStream { nil } }
        )
        let transcript = DemoTranscript(output: Output(style: .json, surroundings: surroundings))
        try transcript.say("a heading")
        try transcript.record(Self.entry)
        let expected = #"""
            {"latency_ms":2.345,"step":"publish","verified":true,"what":"“Hello” on demo/greetings","who":"alice → bob"}

            """#
        #expect(text.withLock { $0 } == expected)
    }
}
