// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Primitives
import Testing
import X0XServer

/// HTTP/1 on a real socket (spec 11 §1, §2).
@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
    private let authorization = "Authorization: Bearer \(APIHarness.token)\n"

    private func exchange(_ request: String, port: Int, until part: String) async throws -> String {
        let connection = try await RawConnection.open(port: port)
        try await connection.send(request)
        let text = await connection.receive(part)
        await connection.close()
        return text
    }

    @Test func spec11_check04_hostHeaders() async throws {
        try await withRunningServer(APIHarness { $0.allowedHostNames = ["box.lan"] }) { port, _ async throws in
            let good = [
                "127.0.0.1:22600", "localhost", "LOCALHOST:1", "[::1]:1", "[::1]", "192.168.1.5", "box.lan:9",
                "Box.Lan",
            ]
            for host in good {
                let text = try await self.exchange("GET /gui HTTP/1.1\nHost: \(host)\n\n", port: port, until: "</html>")
                #expect(text.hasPrefix("HTTP/1.1 200 "), "\(host)")
            }
            let bad = [
                "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "box.lan.", "[::1", "[::1]x",
                "localhost:", "localhost:x", "localhost:99999", "a b", "[1.2.3.4]", "1.2.3", "[fe80::1%25lo]",
            ]
            for host in bad {
                let text = try await self.exchange("GET /gui HTTP/1.1\nHost: \(host)\n\n", port: port, until: "}")
                #expect(text.hasPrefix("HTTP/1.1 403 "), "\(host)")
                #expect(text.hasSuffix(#"{"error":"host not allowed","ok":false}"#), "\(host)")
            }
            let none = try await self.exchange("GET /health HTTP/1.1\n\n", port: port, until: "}")
            #expect(none.hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test func spec11_check29_protocolVariants() async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            // Connection: close
            let closing = try await RawConnection.open(port: port)
            try await closing.send("GET /health HTTP/1.1\nHost: localhost\nConnection: close\n\n")
            #expect(await closing.receiveAll().hasPrefix("HTTP/1.1 200 "))
            #expect(closing.isClosed)
            // HTTP/1.0, no Host: answered, then closed
            let old = try await RawConnection.open(port: port)
            try await old.send("GET /health HTTP/1.0\n\n")
            #expect(await old.receiveAll().hasPrefix("HTTP/1.0 200 "))
            #expect(old.isClosed)
            // HTTP/1.0 stream: no chunks
            let stream = try await RawConnection.open(port: port)
            try await stream.send("GET /events HTTP/1.0\n\(self.authorization)\n")
            let head = await stream.receive("\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.0 200 "))
            #expect(!head.lowercased().contains("chunked"))
            await stream.close()
            // Expect: 100-continue
            let patient = try await RawConnection.open(port: port)
            let body = #"{"topic":"t","payload":""}"#
            try await patient.send(
                "POST /publish HTTP/1.1\nHost: localhost\n\(self.authorization)Content-Type: application/json\n"
                    + "Content-Length: \(body.utf8.count)\nExpect: 100-continue\n\n"
            )
            #expect(await patient.receive("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await patient.send(body)
            #expect(await patient.receive("}").hasSuffix(#"{"eager_peers":3,"ok":true}"#))
            await patient.close()
        }
    }

    @Test func spec11_check29_aHundredRequestsOnOneConnection() async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let connection = try await RawConnection.open(port: port)
            for count in 1...100 {
                try await connection.send("GET /agent HTTP/1.1\nHost: localhost\n\(self.authorization)\n")
                let text = await connection.receive { $0.components(separatedBy: "HTTP/1.1 200 OK").count == count + 1 }
                #expect(text.components(separatedBy: "HTTP/1.1 200 OK").count == count + 1)
            }
            #expect(!connection.isClosed)
            await connection.close()
        }
    }

    @Test func spec11_check06_hugeBodiesAreRefusedAtTheirLength() async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let head = "POST /publish HTTP/1.1\nHost: localhost\n\(self.authorization)Content-Type: application/json\n"
            // The announced length decides: not one byte of the body is sent.
            let announced = try await RawConnection.open(port: port)
            try await announced.send(head + "Content-Length: 2097152\n\n")
            let refused = await announced.receiveAll()
            #expect(refused.hasPrefix("HTTP/1.1 413 "))
            #expect(refused.hasSuffix(#"{"error":"request body too large","ok":false}"#))
            #expect(announced.isClosed)
            // No invitation either.
            let invited = try await RawConnection.open(port: port)
            try await invited.send(head + "Content-Length: 2097152\nExpect: 100-continue\n\n")
            #expect(await invited.receiveAll().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func brokenRequestsGetAnAnswerInJSON() async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let long = try await RawConnection.open(port: port)
            try await long.send(
                "GET /health HTTP/1.1\nHost: localhost\nX: \(String(repeating: "x", count: 70_000))\n\n"
            )
            let tooLong = await long.receiveAll()
            #expect(tooLong.hasPrefix("HTTP/1.1 431 "))
            #expect(tooLong.hasSuffix(#"{"ok":false,"error":"request head too large"}"#))
            let garbage = try await RawConnection.open(port: port)
            try await garbage.send("\u{1}\u{2}garbage\n\n")
            let malformed = await garbage.receiveAll()
            #expect(malformed.hasPrefix("HTTP/1.1 400 "))
            #expect(malformed.hasSuffix(#"{"ok":false,"error":"malformed HTTP request"}"#))
            // The server lives on.
            let text = try await self.exchange("GET /health HTTP/1.1\nHost: localhost\n\n", port: port, until: "}")
            #expect(text.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func connectionsOverTheCapAreToldSo() async throws {
        let harness = APIHarness { $0.limits.connectionCountMax = 2 }
        try await withRunningServer(harness) { port, _ async throws in
            let request = "GET /health HTTP/1.1\nHost: localhost\n\n"
            var open: [RawConnection] = []
            for _ in 0..<2 {
                let connection = try await RawConnection.open(port: port)
                try await connection.send(request)
                #expect(await connection.receive("}").hasPrefix("HTTP/1.1 200 "))
                open.append(connection)
            }
            let third = try await RawConnection.open(port: port)
            try await third.send(request)
            let refused = await third.receiveAll()
            #expect(refused.hasPrefix("HTTP/1.1 503 "))
            #expect(refused.hasSuffix(#"{"error":"too many connections","ok":false}"#))
            #expect(third.isClosed)
            for connection in open { await connection.close() }
        }
    }

    @Test func aTakenPortIsReportedByAddress() async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let second = APIHarness { $0.address.port = UInt16(port) }
            let error = await #expect(throws: APIServerError.self) { try await second.server.run() }
            #expect(error?.description.hasPrefix("failed to bind API address 127.0.0.1:\(port)") == true)
        }
    }

    /// The page carries the token for browsers of this machine, under a policy that runs only its own script.
    @Test func spec15_check01_thePageForTheOwner() async throws {
        try await withRunningServer(APIHarness()) { port, _ async throws in
            let request = "GET /gui HTTP/1.1\nHost: localhost\nSec-Fetch-Site: none\n\n"
            let text = try await self.exchange(request, port: port, until: "</html>")
            #expect(text.contains("\r\n\r\n<!DOCTYPE html>"))
            #expect(text.contains("const X0X_TOKEN='\(APIHarness.token)';"))
            #expect(text.contains("sendDm") && text.contains("require_ack_ms"))
            #expect(!text.contains("{{"))
            #expect(text.utf8.count > 1000 && text.utf8.count < 400_000)
            let nonce = try #require(text.firstMatch(of: /script-src 'nonce-([^']+)'/)?.1)
            #expect(text.contains("<script nonce=\"\(nonce)\">") && text.contains("<style nonce=\"\(nonce)\">"))
            #expect(text.components(separatedBy: "<script").count == 2)
            for forbidden in [
                "innerHTML", "insertAdjacentHTML", "eval(", "https://", "javascript:", " onclick", " style=\"",
            ] {
                #expect(!text.contains(forbidden), "\(forbidden)")
            }
            let second = try await self.exchange(request, port: port, until: "</html>")
            #expect(!second.contains("nonce-\(nonce)'"))
            for site in ["cross-site", "same-site"] {
                let foreign = request.replacing("none", with: site)
                #expect(try await self.exchange(foreign, port: port, until: "}").hasPrefix("HTTP/1.1 403 "))
            }
        }
        try await withRunningServer(APIHarness { $0.pageToken = .off }) { port, _ async throws in
            let text = try await self.exchange("GET /gui/ HTTP/1.1\nHost: localhost\n\n", port: port, until: "</html>")
            #expect(text.contains("const X0X_TOKEN='';"))
        }
    }
}
