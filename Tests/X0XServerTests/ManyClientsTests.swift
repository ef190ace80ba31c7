// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Primitives
import Testing
import X0X
import X0XServer

/// Many listeners at once, some of which have stopped reading; `x0x-bench clients` is the whole size of it.
@Suite(.serialized, .timeLimit(.minutes(1))) struct ManyClientsTests {
    private static let clientCount = 120
    private static let stalledCount = 20
    private static let messageCount = 40
    /// More than the buffers of a connection hold.
    private static let payload = [UInt8](repeating: 7, count: 16_384)

    @Test func stalledClientsCostTheOthersNothing() async throws {
        let agent = FakeAgent(feedCountMax: Self.clientCount)
        let harness = APIHarness(agent: agent)
        _ = try await agent.subscribe(topic: "t")
        try await withRunningServer(harness) { port, _ async throws in
            var clients: [RawConnection] = []
            for number in 0..<Self.clientCount {
                let client = try await Self.open(isWebSocket: number % 2 == 1, port: port)
                if number < Self.stalledCount { try await client.setReading(false) }
                clients.append(client)
            }
            for _ in 0..<Self.messageCount { try await agent.publish(topic: "t", payload: Self.payload) }
            try await agent.publish(topic: "t", payload: Array("the last one".utf8))
            let last = "dGhlIGxhc3Qgb25l"  // its base64
            for client in clients.dropFirst(Self.stalledCount) {
                _ = await client.receive(last)
                let count = client.text.components(separatedBy: #""topic":"t""#).count - 1
                #expect(count == Self.messageCount + 1)
            }
            // The sessions that do not read lost what does not fit, and only they did.
            #expect(clients.allSatisfy { !$0.isClosed })
            for client in clients { await client.close() }
        }
    }

    private static func open(isWebSocket: Bool, port: Int) async throws -> RawConnection {
        guard isWebSocket else {
            let connection = try await RawConnection.open(port: port)
            try await connection.send("GET /events?token=\(APIHarness.token) HTTP/1.1\nHost: localhost\n\n")
            _ = await connection.receive("\r\n\r\n")
            return connection
        }
        let socket = try await RawWebSocket.open(port: port)
        try await socket.send(opcode: 1, Array(#"{"type":"subscribe","topics":["t"]}"#.utf8))
        _ = await socket.connection.receive(#""subscribed""#)
        return socket.connection
    }

    @Test func theQueuesOfAllSessionsTogetherHaveACap() async throws {
        let agent = FakeAgent()
        let harness = APIHarness(agent: agent) {
            $0.limits.webSockets.queuedByteCountMaxOfAll = 100_000
            $0.limits.webSockets.queuedByteCountMax = 16 << 20
        }
        try await withRunningServer(harness) { port, _ async throws in
            let stalled = try await Self.open(isWebSocket: true, port: port)
            try await stalled.setReading(false)
            // A message larger than the whole budget is lost for everybody, and nothing else breaks.
            try await agent.publish(topic: "t", payload: [UInt8](repeating: 1, count: 200_000))
            let reader = try await Self.open(isWebSocket: true, port: port)
            try await agent.publish(topic: "t", payload: Array("the last one".utf8))
            #expect(await reader.receive("dGhlIGxhc3Qgb25l").contains("dGhlIGxhc3Qgb25l"))
            #expect(!stalled.isClosed && !reader.isClosed)
            for client in [stalled, reader] { await client.close() }
        }
    }
}
