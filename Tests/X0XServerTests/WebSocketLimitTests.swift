// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Primitives
import Synchronization
import Testing
import X0XAPI
import X0XClient
import X0XServer

/// What a WebSocket client may not do (spec 11 §8, RFC 6455).
@Suite(.timeLimit(.minutes(1))) struct WebSocketLimitTests {
    @Test func theHandshakeOffersNoExtension() async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let socket = try await RawWebSocket.open(port: port)
            let head = await socket.connection.receive("\"pong\"")
            #expect(head.hasPrefix("HTTP/1.1 101 "))
            #expect(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))  // RFC 6455 §1.3
            #expect(!head.lowercased().contains("sec-websocket-extensions"))
            await socket.connection.close()
        }
    }

    @Test func spec11_check19_aReaderThatStopsIsClosedAndOthersGoOn() async throws {
        let harness = APIHarness {
            $0.limits.webSockets.queuedFrameCountMax = 64
            $0.limits.webSockets.keepAliveMilliseconds = 500
            $0.limits.webSockets.flushMilliseconds = 200
        }
        try await withRunningServer(harness) { port, _ async throws in
            let stalled = try await RawWebSocket.open(port: port)
            try await stalled.send(opcode: 1, Array(#"{"type":"subscribe","topics":["t"]}"#.utf8))
            _ = await stalled.connection.receive("subscribed")
            try await stalled.connection.setReading(false)
            let client = try harness.client(port: port)
            try await client.withWebSocket { socket in
                var events = try await socket.connected()
                try await socket.subscribe(["t"])
                _ = try await events.next()
                // More than the kernel's buffers and 64 frames hold.
                let payload = [UInt8](repeating: 7, count: 32 << 10)
                for _ in 0..<400 {
                    try await harness.agent.publish(topic: "t", payload: payload)
                    var event = try await events.next()
                    while event == .pong { event = try await events.next() }
                    guard case .message(_)? = event else {
                        Issue.record("the other reader lost a message")
                        return
                    }
                }
                try await eventually { try await client.webSocketSessions().sessions.count == 1 }
                #expect(harness.agent.world.withLock { $0.subscriptions.count } == 1)
            }
            await stalled.connection.close()
        }
    }

    @Test func spec11_check19_aQueueThatOverflowsEndsWith1013() async throws {
        let harness = APIHarness { $0.limits.webSockets.queuedByteCountMax = 1000 }
        try await withRunningServer(harness) { port, _ async throws in
            let socket = try await RawWebSocket.open(port: port)
            _ = await socket.connection.receive("\"pong\"")
            harness.agent.deliver(.test(payload: [UInt8](repeating: 1, count: 4000)))
            #expect(await socket.closeCode() == 1013)
            await socket.connection.close()
        }
    }

    @Test func messagesOverTheLimitEndWith1009() async throws {
        let harness = APIHarness { $0.limits.webSockets.messageByteCountMax = 1000 }
        try await withRunningServer(harness) { port, _ async throws in
            let oneFrame = try await RawWebSocket.open(port: port)
            try await oneFrame.send(opcode: 1, [UInt8](repeating: 0x20, count: 1001))
            #expect(await oneFrame.closeCode() == 1009)
            let fragments = try await RawWebSocket.open(port: port)
            try await fragments.send(opcode: 1, [UInt8](repeating: 0x20, count: 600), isFinal: false)
            try await fragments.send(opcode: 0, [UInt8](repeating: 0x20, count: 600))
            #expect(await fragments.closeCode() == 1009)
        }
    }

    @Test func unmaskedFramesEndWith1002() async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let socket = try await RawWebSocket.open(port: port)
            try await socket.send(opcode: 1, Array("{}".utf8), isMasked: false)
            #expect(await socket.closeCode() == 1002)
        }
    }

    @Test func aCloseFrameIsEchoed() async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let socket = try await RawWebSocket.open(port: port)
            try await socket.send(opcode: 8, [0x0F, 0xA1])  // 4001
            #expect(await socket.closeCode() == 4001)
        }
    }

    /// Pings are answered, binary frames ignored, fragments joined.
    @Test func otherFrames() async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let socket = try await RawWebSocket.open(port: port)
            try await socket.send(opcode: 2, [1, 2, 3])
            try await socket.send(opcode: 9, Array("beat".utf8))
            _ = await socket.connection.receive("beat")
            try await socket.send(opcode: 1, Array(#"{"type":"un"#.utf8), isFinal: false)
            try await socket.send(opcode: 0, Array(#"subscribe","topics":["x"]}"#.utf8))
            let text = await socket.connection.receive("unsubscribed")
            #expect(text.contains(#"{"topics":["x"],"type":"unsubscribed"}"#))
            await socket.connection.close()
        }
    }

    @Test(arguments: [
        ("/ws", "Upgrade: websocket", 400), ("/ws", "", 400), ("/ws/sessions", "", 200),
        ("/ws", "Origin: http://evil.example", 400), ("/health", "Connection: Upgrade\nUpgrade: h2c", 200),
    ])
    func requestsThatAreNoHandshake(_ path: String, _ header: String, _ status: Int) async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let connection = try await RawConnection.open(port: port)
            let lines = [
                "GET \(path) HTTP/1.1", "Host: localhost", "Authorization: Bearer \(APIHarness.token)", header,
            ]
            try await connection.send(lines.filter { !$0.isEmpty }.joined(separator: "\n") + "\n\n")
            #expect(await connection.receive("}").hasPrefix("HTTP/1.1 \(status) "))
            await connection.close()
        }
    }

    @Test(arguments: [
        ("Host: localhost\nOrigin: http://evil.example", 403), ("Host: evil.example", 403),
        ("Host: localhost\nOrigin: null", 101), ("Host: localhost\nOrigin: http://localhost:8080", 101),
    ])
    func spec11_check04_foreignPagesCannotUpgrade(_ headers: String, _ status: Int) async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let connection = try await RawConnection.open(port: port)
            let request = RawWebSocket.handshake.replacingOccurrences(of: "Host: localhost", with: headers)
            try await connection.send(request)
            #expect(await connection.receive("\r\n\r\n").hasPrefix("HTTP/1.1 \(status) "))
            await connection.close()
        }
    }

    /// Only the first request of a connection can upgrade; plain questions for its health do not count.
    @Test func aUsedConnectionAnswers426() async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let connection = try await RawConnection.open(port: port)
            try await connection.send("GET /peers?token=x HTTP/1.1\nHost: localhost\n\n")
            _ = await connection.receive("}")
            try await connection.send(RawWebSocket.handshake)
            #expect(await connection.receive("another").contains("HTTP/1.1 426 "))
            await connection.close()
        }
    }

    /// Bytes that trickle in never make a head: the connection is closed however busy it looks.
    @Test func aRequestHeadHasADeadline() async throws {
        let harness = APIHarness { $0.limits.headSeconds = 1 }
        try await withRunningServer(harness) { port, _ async throws in
            let connection = try await RawConnection.open(port: port)
            let clock = ContinuousClock()
            let start = clock.now
            try await connection.send("GET /health HTTP/1.1\nX-Slow: ")
            while !connection.isClosed, clock.now - start < .seconds(15) {
                try? await connection.send("X")
                try await clock.sleep(for: .milliseconds(100))
            }
            #expect(connection.isClosed)
            #expect(connection.text.isEmpty)
        }
    }
}
