// SPDX-License-Identifier: MIT OR Apache-2.0

import DirectMessages
import Foundation
import Primitives
import Testing
import Trust
import X0XServer

/// Server-sent events on a real socket (spec 11 §4, §7.7, §7.10).
@Suite(.timeLimit(.minutes(1))) struct StreamTests {
    private func open(_ path: String, port: Int) async throws -> RawConnection {
        let connection = try await RawConnection.open(port: port)
        try await connection.send("GET \(path)?token=\(APIHarness.token) HTTP/1.1\nHost: localhost\n\n")
        _ = await connection.receive("\r\n\r\n")
        return connection
    }

    /// The bodies of the chunks received so far, joined.
    private func body(_ text: String) -> String {
        let parts = text.components(separatedBy: "\r\n")
        guard let start = parts.firstIndex(of: "") else { return "" }
        return stride(from: start + 2, to: parts.count, by: 2).map { parts[$0] }.joined()
    }

    @Test func spec11_check13_publishedBytesArriveUnchanged() async throws {
        let harness = APIHarness()
        let subscription = try await harness.agent.subscribe(topic: "t/1")
        try await withRunningServer(harness) { port, _ async throws in
            let stream = try await self.open("/events", port: port)
            #expect(stream.text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(stream.text.lowercased().contains("transfer-encoding: chunked"))
            #expect(stream.text.contains("text/event-stream"))
            let payload = Array((0...255).map(UInt8.init))  // its base64 has `/` and `+`
            try await harness.agent.publish(topic: "t/1", payload: payload)
            let expected =
                "event: message\ndata: {\"data\":{\"payload\":\"\(Data(payload).base64EncodedString())\","
                + "\"sender\":\"\(FakeAgent.agentID.hex)\",\"subscription_id\":\"\(subscription)\",\"topic\":\"t/1\","
                + "\"trust_level\":\"trusted\",\"verified\":true},\"type\":\"message\"}\n\n"
            let text = await stream.receive(expected)
            #expect(self.body(text) == expected)

            #expect(await harness.agent.unsubscribe(subscription))
            try await harness.agent.publish(topic: "t/1", payload: [1])
            _ = try await harness.agent.subscribe(topic: "t/2")
            try await harness.agent.publish(topic: "t/2", payload: [2])
            let later = await stream.receive(#""topic":"t/2""#)
            #expect(later.components(separatedBy: "event: message").count == 3)
            await stream.close()
        }
    }

    @Test func directMessagesAreStreamed() async throws {
        let harness = APIHarness()
        try await withRunningServer(harness) { port, _ async throws in
            let stream = try await self.open("/direct/events", port: port)
            harness.agent.deliver(
                DirectMessage(
                    sender: id(7, AgentID.self),
                    machineID: id(3, MachineID.self),
                    payload: Array("hi".utf8),
                    receivedAt: UnixMillis(milliseconds: 1_700_000_000_123),
                    isVerified: true,
                    trustDecision: .acceptWithFlag
                )
            )
            let expected =
                "event: direct_message\ndata: {\"machine_id\":\"\(id(3, MachineID.self).hex)\",\"payload\":\"aGk=\","
                + "\"received_at\":1700000000123,\"sender\":\"\(id(7, AgentID.self).hex)\","
                + "\"trust_decision\":\"accept_with_flag\",\"verified\":true}\n\n"
            #expect(self.body(await stream.receive(expected)) == expected)
            await stream.close()
        }
    }

    /// The interval is shortened to one second; the bound leaves room for a machine that runs all tests at once.
    @Test func spec11_check16_aSilentStreamSendsPings() async throws {
        let harness = APIHarness { $0.limits.keepAliveSeconds = 1 }
        try await withRunningServer(harness) { port, _ async throws in
            let clock = ContinuousClock()
            for path in ["/events", "/direct/events"] {
                let start = clock.now
                let stream = try await self.open(path, port: port)
                #expect(self.body(await stream.receive(": ping\n\n")) == ": ping\n\n")
                #expect(clock.now - start < .seconds(10))
                await stream.close()
            }
        }
    }

    @Test func spec11_check14_aStalledReaderHarmsNobody() async throws {
        let harness = APIHarness()
        _ = try await harness.agent.subscribe(topic: "t")
        try await withRunningServer(harness) { port, _ async throws in
            // Never reads past the head as far as the server can tell: a thousand events wait in its own queue.
            let stalled = try await harness.agent.events()
            let reader = try await self.open("/events", port: port)
            for number in 0..<1000 {
                try await harness.agent.publish(topic: "t", payload: Array("\(number)".utf8))
            }
            let last = Data("999".utf8).base64EncodedString()
            let text = await reader.receive(last)
            #expect(text.components(separatedBy: "event: message").count == 1001)
            #expect(!text.contains("lagged"))
            withExtendedLifetime(stalled) {}
            await reader.close()
        }
    }

    @Test func aStreamThatLagsSaysHowMuch() async throws {
        let harness = APIHarness()
        _ = try await harness.agent.subscribe(topic: "t")
        try await harness.run(.memory) { client async throws in
            async let answer = client.get("/events")
            // In memory the body is collected while the feed lasts: fill it past its 4,096 places before it is read.
            while harness.agent.topicReaders == 0 { await Task.yield() }
            for _ in 0..<20_000 { try await harness.agent.publish(topic: "t", payload: []) }
            harness.agent.finishFeeds()
            let text = try await answer.text
            let delivered = text.components(separatedBy: "event: message\n").count - 1
            let missed = text.components(separatedBy: "event: lagged\n").dropFirst().compactMap { block in
                block.components(separatedBy: #""missed":"#).dropFirst().first.flatMap {
                    Int($0.prefix { $0.isNumber })
                }
            }
            #expect(delivered + missed.reduce(0, +) == 20_000)
        }
    }

    @Test func aClientThatGoesAwayIsForgotten() async throws {
        let harness = APIHarness()
        try await withRunningServer(harness) { port, _ async throws in
            let stream = try await self.open("/events", port: port)
            #expect(harness.agent.topicReaders == 1)
            await stream.close()
            let clock = ContinuousClock()
            let deadline = clock.now.advanced(by: .seconds(5))
            while harness.agent.topicReaders > 0, clock.now < deadline { await Task.yield() }
            #expect(harness.agent.topicReaders == 0)
        }
    }

    @Test func streamsOverTheCapAreRefused() async throws {
        let harness = APIHarness { $0.limits.eventStreamCountMax = 2 }
        try await withRunningServer(harness) { port, _ async throws in
            let first = try await self.open("/events", port: port)
            let second = try await self.open("/direct/events", port: port)
            let third = try await self.open("/events", port: port)
            let refused = await third.receive("}")
            #expect(refused.hasPrefix("HTTP/1.1 503 "))
            #expect(refused.hasSuffix(#"{"error":"too many connections","ok":false}"#))
            await first.close()
            let clock = ContinuousClock()
            let deadline = clock.now.advanced(by: .seconds(5))
            var fourth = try await self.open("/events", port: port)
            while fourth.text.contains("503"), clock.now < deadline {
                await fourth.close()
                fourth = try await self.open("/events", port: port)
            }
            #expect(fourth.text.hasPrefix("HTTP/1.1 200 "))
            for connection in [second, third, fourth] { await connection.close() }
        }
    }

    /// The server half of the check: streams end with their last chunk and the server is done well within 5 s.
    @Test func spec11_check28_shutdownEndsStreamsCleanly() async throws {
        let harness = APIHarness()
        try await withRunningServer(harness) { port, stop async throws in
            let streams = [
                try await self.open("/events", port: port), try await self.open("/direct/events", port: port),
            ]
            let idle = try await RawConnection.open(port: port)
            let clock = ContinuousClock()
            let start = clock.now
            await stop()
            for stream in streams {
                let text = await stream.receiveAll()
                #expect(text.hasSuffix("0\r\n\r\n"))
                #expect(stream.isClosed)
            }
            #expect(clock.now - start < .seconds(5))
            await idle.close()
        }
    }
}
