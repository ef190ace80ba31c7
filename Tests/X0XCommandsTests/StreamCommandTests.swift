// SPDX-License-Identifier: MIT OR Apache-2.0

import TestSupport
import Testing
import X0XCommands

@Suite(.timeLimit(.minutes(1)))
struct StreamCommandTests {
    private static func message(_ subscription: String, _ payload: String) -> [UInt8] {
        let data = #"{"subscription_id":"\#(subscription)","topic":"t","payload":"\#(payload)","verified":true}"#
        return Array("event: message\ndata: {\"type\":\"message\",\"data\":\(data)}\n\n".utf8)
    }

    private static func answer(_ request: StubServer.Request, ends: Bool) -> StubServer.Answer {
        switch (request.method, request.target) {
        case ("POST", "/subscribe"): .json(#"{"ok":true,"subscription_id":"0a"}"#)
        case ("GET", "/events"), ("GET", "/direct/events"):
            .events(chunks: [Self.message("0b", "Zm9yZWlnbg=="), Self.message("0a", "b3du/+==")], ends: ends)
        default: .json(#"{"ok":true,"status":"healthy","version":"1","peers":0,"uptime_secs":1}"#)
        }
    }

    @Test(arguments: [["events"], ["direct", "events"]])
    func jsonEventsArePrintedVerbatimUntilTheStreamEnds(_ command: [String]) async throws {
        try await StubServer.run { request in
            Self.answer(request, ends: true)
        } _: { server in
            let run = await CommandRun.x0x(command + ["--json", "--api", server.address])
            #expect(run.code == 0)
            let lines = run.output.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines.allSatisfy { $0.hasPrefix(#"{"type":"message","data":{"subscription_id":"0"#) })
            #expect(run.output.contains(#""payload":"b3du/+==""#))
        }
    }

    @Test func stoppingEndsAnOpenStreamWithSuccess() async throws {
        try await StubServer.run { request in
            Self.answer(request, ends: false)
        } _: { server in
            let run = await CommandRun.x0x(["events", "--api", server.address]) { $0.contains("b3du") }
            #expect(run.code == 0)
            #expect(run.output.contains("payload: b3du/+==\n"))
        }
    }

    @Test func subscribeShowsItsTopicOnlyAndUnsubscribesWhenStopped() async throws {
        try await StubServer.run { request in
            Self.answer(request, ends: false)
        } _: { server in
            let run = await CommandRun.x0x(["subscribe", "a/b", "--api", server.address]) { $0.contains("b3du") }
            #expect(run.code == 0)
            #expect(!run.output.contains("Zm9yZWlnbg"))
            #expect(run.errors.hasPrefix("Subscribed to a/b (0a)."))
            let calls = server.requests.map { "\($0.method) \($0.target)" }
            // The stream stands before the subscription, or a message in between would be lost.
            #expect(calls == ["GET /health", "GET /events", "POST /subscribe", "DELETE /subscribe/0a"])
        }
    }
}
