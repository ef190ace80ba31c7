// SPDX-License-Identifier: MIT OR Apache-2.0

import DirectMessages
import Foundation
import Primitives
import Synchronization
import Testing
import Trust
import X0XAPI
import X0XClient
import X0XServer

/// WebSocket sessions on a real socket, driven by our own client (spec 11 §8).
@Suite(.timeLimit(.minutes(1))) struct WebSocketTests {
    private let message = DirectMessage(
        sender: id(7, AgentID.self),
        machineID: id(3, MachineID.self),
        payload: Array("hi".utf8),
        receivedAt: UnixMillis(milliseconds: 1_700_000_000_123),
        isVerified: true,
        trustDecision: .accept
    )

    private func topicMessage(_ topic: String, _ text: String) -> WebSocketEvent {
        .message(
            WebSocketEvent.Message(
                topic: topic,
                payload: Data(text.utf8).base64EncodedString(),
                origin: FakeAgent.agentID.hex,
                isVerified: true,
                trustLevel: "trusted"
            )
        )
    }

    @Test func spec11_check17_theFirstFrameSaysWhoIsConnected() async throws {
        let harness = APIHarness()
        try await withRunningServer(harness) { port, _ async throws in
            let client = try harness.client(port: port)
            try await client.withWebSocket(receivingDirectMessages: true) { socket in
                var events = socket.events.makeAsyncIterator()
                guard case .connected(let sessionID, let agentID)? = try await events.next() else {
                    Issue.record("the first frame is not `connected`")
                    return
                }
                #expect(UUID(uuidString: sessionID) != nil)
                #expect(agentID == FakeAgent.agentID.hex)
                #expect(try await events.next() == .pong)
                try await socket.ping()
                #expect(try await events.next() == .pong)
                harness.agent.deliver(self.message)
                guard case .directMessage(let direct)? = try await events.next() else {
                    Issue.record("no direct message")
                    return
                }
                #expect(direct.sender == id(7, AgentID.self).hex)
                #expect(direct.payload == "aGk=")
                #expect(direct.receivedAt == 1_700_000_000_123)
                #expect(direct.trustDecision == "accept")
            }
        }
    }

    @Test func spec11_check17_withoutTokenThereIsNoUpgrade() async throws {
        let harness = APIHarness()
        try await withRunningServer(harness) { port, _ async throws in
            let stranger = X0XClient(try DaemonEndpoint(address: "127.0.0.1:\(port)"))
            await #expect { try await stranger.withWebSocket { _ in } } throws: { error in
                (error as? X0XClientError)?.status == 401
            }
        }
    }

    @Test func spec11_check17_aSlowSendHoldsUpNothingAndOutlivesTheSession() async throws {
        let gate = Gate()
        let harness = APIHarness(agent: FakeAgent(sendGate: { await gate.wait() }))
        try await withRunningServer(harness) { port, _ async throws in
            let client = try harness.client(port: port)
            try await client.withWebSocket { socket in
                var events = try await socket.connected()
                try await socket.sendDirect(to: id(9, AgentID.self).hex, payload: [1, 2, 3])
                try await socket.ping()
                #expect(try await events.next() == .pong)
                #expect(harness.agent.world.withLock { $0.sent.isEmpty })
            }
            try await eventually { try await client.webSocketSessions().sessions.isEmpty }
            gate.open()
            try await eventually { harness.agent.world.withLock { $0.sent == [[1, 2, 3]] } }
        }
    }

    @Test func spec11_check18_fiveSessionsShareOneTopic() async throws {
        let harness = APIHarness()
        try await withRunningServer(harness) { port, _ async throws in
            let client = try harness.client(port: port)
            let ready = Countdown(5)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        try await client.withWebSocket { socket in
                            var events = try await socket.connected()
                            try await socket.subscribe(["t", "t"])
                            try await socket.subscribe(["t"])
                            #expect(try await events.next() == .subscribed(topics: ["t", "t"]))
                            #expect(try await events.next() == .subscribed(topics: ["t"]))
                            ready.countDown()
                            for text in ["1", "2", "3"] {
                                let event = try await events.next()
                                #expect(event == self.topicMessage("t", text))
                            }
                            try await socket.ping()
                            #expect(try await events.next() == .pong)
                        }
                    }
                }
                await ready.wait()
                let list = try await client.webSocketSessions()
                #expect(list.sessions.count == 5)
                #expect(list.sessions.allSatisfy { $0.subscribedTopics == ["t"] && !$0.receivesDirect })
                #expect(list.sharedSubscriptions == ["t": 5])
                for text in ["1", "2", "3"] { try await client.publish(topic: "t", payload: Array(text.utf8)) }
                try await group.waitForAll()
            }
            try await eventually { try await client.webSocketSessions().sessions.isEmpty }
            #expect(harness.agent.world.withLock { $0.subscriptions.isEmpty })
        }
    }

    @Test func spec11_check18_unsubscribingStopsDeliveryForThatSessionOnly() async throws {
        let harness = APIHarness()
        try await withRunningServer(harness) { port, _ async throws in
            let client = try harness.client(port: port)
            try await client.withWebSocket { first in
                var firstEvents = try await first.connected()
                try await first.subscribe(["t"])
                #expect(try await firstEvents.next() == .subscribed(topics: ["t"]))
                try await client.withWebSocket { second in
                    var secondEvents = try await second.connected()
                    try await second.subscribe(["t"])
                    #expect(try await secondEvents.next() == .subscribed(topics: ["t"]))
                    try await second.unsubscribe(["t", "never joined"])
                    #expect(try await secondEvents.next() == .unsubscribed(topics: ["t", "never joined"]))
                    try await first.publish(topic: "t", payload: Array("own".utf8))
                    #expect(try await firstEvents.next() == self.topicMessage("t", "own"))
                    try await second.ping()
                    #expect(try await secondEvents.next() == .pong)
                }
            }
        }
    }

    /// What is wrong with a command is answered; the session goes on.
    @Test(arguments: [
        (#"nonsense"#, "invalid command: not valid JSON"),
        (#"{"type":"dance"}"#, "invalid command: field `type` has an unknown value"),
        (#"{"topics":[]}"#, "invalid command: missing field `type`"),
        (#"{"type":"subscribe"}"#, "invalid command: missing field `topics`"),
        (#"{"type":"subscribe","topics":"t"}"#, "invalid command: field `topics` has the wrong type"),
        (#"{"type":"publish","topic":"","payload":""}"#, "topic must not be empty"),
        (#"{"type":"publish","topic":"t","payload":"!!!"}"#, "invalid base64 in payload"),
        (#"{"type":"send_direct","agent_id":"ab","payload":""}"#, "expected 32 bytes (64 hex chars), got 1"),
        (#"{"type":"subscribe","topics":["broken"]}"#, "subscribe failed: broken"),
        (#"{"type":"subscribe","topics":[""]}"#, "a topic has 1 to 1024 bytes"),
    ])
    func badCommandsAreAnswered(_ command: String, _ message: String) async throws {
        let harness = APIHarness()
        try await withRunningServer(harness) { port, _ async throws in
            try await harness.client(port: port).withWebSocket { socket in
                var events = try await socket.connected()
                try await socket.send(text: command)
                #expect(try await events.next() == .error(message: message))
                if case .subscribed(let topics)? = try await events.nextAfterPing(socket) { #expect(topics == []) }
            }
        }
    }

    @Test func blockedAgentsAreNotWrittenTo() async throws {
        let harness = APIHarness()
        _ = try await harness.agent.addContact(id(9, AgentID.self), trust: .blocked, label: nil)
        try await withRunningServer(harness) { port, _ async throws in
            try await harness.client(port: port).withWebSocket { socket in
                var events = try await socket.connected()
                try await socket.sendDirect(to: id(9, AgentID.self).hex, payload: [])
                #expect(try await events.next() == .error(message: "agent is blocked"))
                try await socket.sendDirect(to: id(8, AgentID.self).hex, payload: [])
                #expect(try await events.next() == .error(message: "send failed"))
            }
        }
    }

    @Test func topicsAreLimitedPerSession() async throws {
        let harness = APIHarness { $0.limits.webSockets.topicCountMax = 2 }
        try await withRunningServer(harness) { port, _ async throws in
            try await harness.client(port: port).withWebSocket { socket in
                var events = try await socket.connected()
                try await socket.subscribe(["a", "b", "c"])
                #expect(try await events.next() == .error(message: "too many topics"))
                #expect(try await events.next() == .subscribed(topics: ["a", "b"]))
            }
        }
    }

    @Test func theSendQueueIsLimited() async throws {
        let gate = Gate()
        let harness = APIHarness(agent: FakeAgent(sendGate: { await gate.wait() })) {
            $0.limits.webSockets.queuedSendCountMax = 2
        }
        try await withRunningServer(harness) { port, _ async throws in
            try await harness.client(port: port).withWebSocket { socket in
                var events = try await socket.connected()
                // One is being sent or about to be, two wait; which of them fails first depends on that.
                for number in UInt8(0)..<4 {
                    try await socket.sendDirect(to: id(9, AgentID.self).hex, payload: [number])
                }
                #expect(try await events.next() == .error(message: "send queue full"))
            }
            gate.open()
        }
    }

    @Test func sessionsOverTheLimitAreRefused() async throws {
        let harness = APIHarness { $0.limits.webSockets.sessionCountMax = 1 }
        try await withRunningServer(harness) { port, _ async throws in
            let client = try harness.client(port: port)
            try await client.withWebSocket { socket in
                _ = try await socket.connected()
                await #expect { try await client.withWebSocket { _ in } } throws: { error in
                    (error as? X0XClientError)?.status == 503
                }
            }
            try await eventually { (try? await client.withWebSocket { _ = try await $0.connected() }) != nil }
        }
    }

    @Test func spec11_check28_shutdownClosesSessionsWith1001() async throws {
        let harness = APIHarness()
        try await withRunningServer(harness) { port, stop async throws in
            let socket = try await RawWebSocket.open(port: port)
            _ = await socket.connection.receive("\"pong\"")
            let clock = ContinuousClock()
            let start = clock.now
            await stop()
            #expect(await socket.closeCode() == 1001)
            #expect(clock.now - start < .seconds(5))
            await socket.connection.close()
        }
    }
}

extension APIHarness {
    /// Our client, with the token, for the server of this harness.
    func client(port: Int) throws -> X0XClient {
        X0XClient(try DaemonEndpoint(address: "127.0.0.1:\(port)", token: BearerToken(Self.token)))
    }
}

extension WebSocketConnection {
    /// The events after the two frames every session starts with.
    func connected() async throws -> WebSocketEvents.Iterator {
        var events = self.events.makeAsyncIterator()
        let first = [try await events.next(), try await events.next()]
        guard case .connected? = first[0], first[1] == .pong else { throw UnexpectedEvents(events: first) }
        return events
    }

    private struct UnexpectedEvents: Error { let events: [WebSocketEvent?] }
}

extension WebSocketEvents.Iterator {
    /// Asks for a pong and returns what comes before it, if anything.
    mutating func nextAfterPing(_ socket: WebSocketConnection) async throws -> WebSocketEvent? {
        try await socket.ping()
        let event = try await self.next()
        guard event != .pong else { return nil }
        #expect(try await self.next() == .pong)
        return event
    }
}

/// Opens once; whoever waits before that waits.
final class Gate: Sendable {
    private let stream = AsyncStream.makeStream(of: Void.self)

    func open() { self.stream.continuation.finish() }

    func wait() async {
        for await _ in self.stream.stream {}
    }
}

/// Waits for a number of events.
final class Countdown: Sendable {
    private let remaining: Mutex<Int>
    private let gate = Gate()

    init(_ count: Int) { self.remaining = Mutex(count) }

    func countDown() {
        let isDone = self.remaining.withLock { remaining in
            remaining -= 1
            return remaining == 0
        }
        if isDone { self.gate.open() }
    }

    func wait() async { await self.gate.wait() }
}

/// Waits until a condition holds, at most ten seconds.
func eventually(_ condition: () async throws -> Bool) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: .seconds(10))
    while clock.now < deadline {
        if try await condition() { return }
        try await clock.sleep(for: .milliseconds(10))
    }
    Issue.record("the condition did not become true in time")
}
