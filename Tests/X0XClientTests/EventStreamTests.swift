// SPDX-License-Identifier: MIT OR Apache-2.0

import Synchronization
import TestSupport
import Testing
import X0XAPI
import X0XClient

@Suite(.timeLimit(.minutes(1)))
struct EventStreamTests {
    private static let message = #"""
        event: message
        data: {"type":"message","data":{"subscription_id":"01","topic":"t","payload":"aGk=","sender":null,\#
        "verified":false,"trust_level":null}}


        """#

    private static func chunks(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

    private static func client(_ server: StubServer) throws -> X0XClient {
        X0XClient(try DaemonEndpoint(address: server.address, token: BearerToken("token")))
    }

    @Test func eventsAreDecodedAndTheStreamEnds() async throws {
        let half = Self.message.index(Self.message.startIndex, offsetBy: 40)
        let chunks = Self.chunks(": ping\n\n", String(Self.message[..<half]), String(Self.message[half...]))
        try await StubServer.run { _ in
            .events(chunks: chunks, ends: true)
        } _: { server in
            var payloads: [String] = []
            for try await item in try await Self.client(server).events() {
                guard case .event(.message(let message)) = item else {
                    Issue.record("unexpected item \(item)")
                    continue
                }
                payloads.append(message.payload)
            }
            #expect(payloads == ["aGk="])
            #expect(server.requests.first?.headers["authorization"] == "Bearer token")
            #expect(server.requests.first?.headers["accept"] == "text/event-stream")
        }
    }

    @Test func bothFormsOfLaggedAreReported() async throws {
        let chunks = Self.chunks(
            "event: lagged\ndata: {\"type\":\"lagged\",\"data\":{\"missed\":7}}\n\n",
            "event: lagged\ndata: {\"missed\":8}\n\n"
        )
        try await StubServer.run { _ in
            .events(chunks: chunks, ends: true)
        } _: { server in
            var missed: [UInt64] = []
            for try await item in try await Self.client(server).events() {
                if case .lagged(let count) = item { missed.append(count) }
            }
            #expect(missed == [7, 8])
        }
    }

    @Test func directEventsPassOverUnknownNames() async throws {
        let direct = #"{"sender":"a","machine_id":"b","payload":"","received_at":1,"verified":true}"#
        let chunks = Self.chunks("event: novelty\ndata: 5\n\n", "event: direct_message\ndata: \(direct)\n\n")
        try await StubServer.run { _ in
            .events(chunks: chunks, ends: true)
        } _: { server in
            var senders: [String] = []
            for try await item in try await Self.client(server).directEvents() {
                if case .event(let event) = item { senders.append(event.sender) }
            }
            #expect(senders == ["a"])
        }
    }

    @Test func anErrorAnswerIsThrownWhenOpening() async throws {
        try await StubServer.run { _ in
            .json(#"{"ok":false,"error":"too many connections"}"#, status: 503)
        } _: { server in
            let error = await #expect(throws: X0XClientError.self) { _ = try await Self.client(server).events() }
            #expect(error?.description == "too many connections (HTTP 503)")
        }
    }

    @Test func anAnswerThatIsNoStreamIsRefused() async throws {
        try await StubServer.run { _ in
            .json("{}")
        } _: { server in
            let error = await #expect(throws: X0XClientError.self) { _ = try await Self.client(server).events() }
            #expect(error?.code == .invalidResponse)
        }
    }

    @Test func undecodableEventsEndTheStreamWithAnError() async throws {
        try await StubServer.run { _ in
            .events(chunks: Self.chunks("data: {}\n\n"), ends: false)
        } _: { server in
            let events = try await Self.client(server).events()
            let error = await #expect(throws: X0XClientError.self) { for try await _ in events {} }
            #expect(error?.code == .invalidResponse)
        }
    }

    @Test func tooLargeAnEventEndsTheStream() async throws {
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: ServerSentEventParser.frameByteCountMax + 1)
        try await StubServer.run { _ in
            .events(chunks: [line], ends: false)
        } _: { server in
            let events = try await Self.client(server).events(reconnecting: .backOff)
            let error = await #expect(throws: X0XClientError.self) { for try await _ in events {} }
            #expect(error?.code == .responseTooLarge)
        }
    }

    @Test func anInterruptedStreamConnectsAgain() async throws {
        let count = Mutex(0)
        try await StubServer.run { _ in
            let attempt = count.withLock { count in
                count += 1
                return count
            }
            // Connected, then refused once, then connected for good.
            return attempt == 2
                ? .json(#"{"error":"starting"}"#, status: 503)
                : .events(chunks: Self.chunks(Self.message), ends: attempt == 1)
        } _: { server in
            let policy = ReconnectPolicy(
                firstDelay: .milliseconds(1),
                delayMax: .milliseconds(5),
                attemptCountMax: 10
            )
            var kinds: [String] = []
            for try await item in try await Self.client(server).events(reconnecting: policy) {
                switch item {
                case .event: kinds.append("event")
                case .reconnected(let gap):
                    #expect(gap > .zero)
                    kinds.append("reconnected")
                case .lagged: kinds.append("lagged")
                }
                if kinds.count == 3 { break }
            }
            #expect(kinds == ["event", "reconnected", "event"])
            #expect(count.withLock { $0 } == 3)
        }
    }

    @Test func reconnectingGivesUpAfterTheLastAttempt() async throws {
        let count = Mutex(0)
        try await StubServer.run { _ in
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            return isFirst ? .events(chunks: [], ends: true) : .json(#"{"error":"starting"}"#, status: 503)
        } _: { server in
            let policy = ReconnectPolicy(firstDelay: .milliseconds(1), delayMax: .milliseconds(1), attemptCountMax: 3)
            let events = try await Self.client(server).events(reconnecting: policy)
            let error = await #expect(throws: X0XClientError.self) { for try await _ in events {} }
            #expect(error?.status == 503)
            #expect(count.withLock { $0 } == 4)
        }
    }

    @Test func cancellingTheReaderEndsTheStream() async throws {
        try await StubServer.run { _ in
            .events(chunks: Self.chunks(Self.message), ends: false)
        } _: { server in
            let events = try await Self.client(server).events(reconnecting: .backOff)
            let (signal, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            let reader = Task {
                var count = 0
                for try await _ in events {
                    count += 1
                    continuation.yield()
                }
                return count
            }
            for await _ in signal { break }
            reader.cancel()
            #expect(try await reader.value == 1)
        }
    }

    @Test func delaysDoubleUpToTheLimit() {
        var random = SystemRandomNumberGenerator()
        for attempt in 0..<70 {
            let delay = ReconnectPolicy.backOff.delay(attempt: attempt, using: &random)
            let full = min(Duration.milliseconds(500) * (1 << min(attempt, 10)), .seconds(15))
            #expect(delay >= full * 0.49 && delay <= full)
        }
    }
}
