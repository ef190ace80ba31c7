// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Primitives
import Testing
import X0XServer

/// `GET /health` on its short way, which nobody must be able to tell from the ordinary one.
@Suite(.timeLimit(.minutes(1))) struct HealthShortcutTests {
    private static let plain = "GET /health HTTP/1.1\nHost: localhost\n\n"
    /// The same question with a header the shortcut leaves to the route.
    private static let routed = "GET /health HTTP/1.1\nHost: localhost\nX-Other: 1\n\n"

    /// Header names and values, lower case, sorted, without time and id; and the body.
    private static func parts(_ answer: String) -> (status: String, headers: [String], body: String) {
        let halves = answer.components(separatedBy: "\r\n\r\n")
        let lines = halves[0].components(separatedBy: "\r\n")
        let headers = lines.dropFirst().map { $0.lowercased() }.map { line in
            // The time and the id differ from answer to answer.
            for name in ["date: ", "x-request-id: "] where line.hasPrefix(name) { return name }
            return line
        }
        return (lines[0], headers.sorted(), halves.dropFirst().joined())
    }

    private static func ask(_ request: String, port: Int, isClosedAfterwards: Bool = false) async throws -> String {
        let connection = try await RawConnection.open(port: port)
        try await connection.send(request)
        let text = isClosedAfterwards ? await connection.receiveAll() : await connection.receive("}")
        await connection.close()
        return text
    }

    @Test func bothWaysGiveTheSameAnswer() async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let short = Self.parts(try await Self.ask(Self.plain, port: port))
            let long = Self.parts(try await Self.ask(Self.routed, port: port))
            #expect(short.status == "HTTP/1.1 200 OK" && short.status == long.status)
            #expect(short.headers == long.headers)
            #expect(short.body == long.body)
            #expect(short.body.contains(#""status":"healthy""#) && short.body.contains(#""peers":0"#))
        }
    }

    @Test func datesAreThoseOfTheCalendar() {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        // Steps of a bit more than 40 days, over leap years and the end of a century without one.
        for seconds in stride(from: Int64(0), to: 5_000_000_000, by: 3_500_001) {
            let expected = format.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            #expect(HTTPDate.text(unixSeconds: seconds) == expected)
        }
    }

    @Test func whatIsNotPlainTakesTheOrdinaryWay() async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let refused = try await Self.ask("GET /health HTTP/1.1\nHost: evil.example\n\n", port: port)
            #expect(refused.hasPrefix("HTTP/1.1 403 "))
            let twoHosts = try await Self.ask("GET /health HTTP/1.1\nHost: localhost\nHost: evil\n\n", port: port)
            #expect(twoHosts.hasPrefix("HTTP/1.1 400 ") && twoHosts.contains("more than one Host header"))
            let page = "GET /health HTTP/1.1\nHost: localhost\nOrigin: http://localhost:5\n\n"
            #expect(try await Self.ask(page, port: port).lowercased().contains("access-control-allow-origin"))
            let close = "GET /health HTTP/1.1\nHost: localhost\nConnection: close\n\n"
            #expect(try await Self.ask(close, port: port, isClosedAfterwards: true).contains("healthy"))
            let head = "HEAD /health HTTP/1.1\nHost: localhost\nConnection: close\n\n"
            #expect(!(try await Self.ask(head, port: port, isClosedAfterwards: true)).contains("healthy"))
            let body = "GET /health HTTP/1.1\nHost: localhost\nContent-Length: 2\n\n{}"
            #expect(try await Self.ask(body, port: port).contains("healthy"))
        }
    }

    @Test func pipelinedAnswersComeInTheOrderOfTheQuestions() async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let connection = try await RawConnection.open(port: port)
            let agent = "GET /agent HTTP/1.1\nHost: localhost\nAuthorization: Bearer \(APIHarness.token)\n\n"
            try await connection.send(Self.plain + agent + Self.plain + Self.routed + agent + Self.plain)
            let text = await connection.receive { $0.components(separatedBy: "HTTP/1.1 200 OK").count == 7 }
            let bodies = text.components(separatedBy: "HTTP/1.1 200 OK").dropFirst()
            #expect(bodies.map { $0.contains("healthy") } == [true, false, true, true, false, true])
            #expect(bodies.map { $0.contains("agent_id") } == [false, true, false, false, true, false])
            await connection.close()
        }
    }

    @Test func aConnectionThatOnlyAsksForHealthEndsWithItsSilenceAndWithTheServer() async throws {
        try await withRunningServer(APIHarness { $0.limits.idleSeconds = 1 }) { port, _ async throws in
            let connection = try await RawConnection.open(port: port)
            try await connection.send(Self.plain)
            #expect(await connection.receiveAll().contains("healthy"))
            #expect(connection.isClosed)
        }
        try await withRunningServer(APIHarness()) { port, stop async throws in
            let connection = try await RawConnection.open(port: port)
            try await connection.send(Self.plain)
            _ = await connection.receive("}")
            await stop()
            _ = await connection.receiveAll()
            #expect(connection.isClosed)
        }
    }

    /// Other requests work as usual behind it, a WebSocket too, even if its first frame comes with the request.
    @Test func theConnectionCanStillBecomeAWebSocket() async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let connection = try await RawConnection.open(port: port)
            try await connection.send(Self.plain)
            _ = await connection.receive("}")
            let command = Array(#"{"type":"subscribe","topics":["t"]}"#.utf8)
            let head = RawWebSocket.handshake.split(separator: "\n", omittingEmptySubsequences: false)
            let frame = [0x81, 0x80 | UInt8(command.count), 0, 0, 0, 0] + command
            try await connection.send(bytes: Array(head.joined(separator: "\r\n").utf8) + frame)
            let text = await connection.receive(#""subscribed""#)
            #expect(text.contains("HTTP/1.1 101 ") && text.contains(#""connected""#) && text.contains(#""subscribed""#))
            await connection.close()
        }
    }
}
