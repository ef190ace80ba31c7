// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Testing
import X0XServer

/// Clients that are slow on purpose (spec 11 §1, §2): each limit of time ends the connection.
@Suite(.timeLimit(.minutes(1))) struct SlowClientTests {
    private let head =
        "POST /publish HTTP/1.1\nHost: localhost\nAuthorization: Bearer \(APIHarness.token)\n"
        + "Content-Type: application/json\nContent-Length: 1000\n\n"

    /// Sends one byte every 50 ms until the connection is closed, 15 s at most.
    private func trickle(_ connection: RawConnection, _ byte: String = " ") async throws {
        let clock = ContinuousClock()
        let start = clock.now
        while !connection.isClosed, clock.now - start < .seconds(15) {
            // The server may have closed in the meantime, which is what is waited for.
            try? await connection.send(byte)
            try await clock.sleep(for: .milliseconds(50))
        }
    }

    @Test func aBodyThatTricklesIsRefusedWhenItsTimeIsUp() async throws {
        let harness = APIHarness { $0.limits.bodySeconds = 1 }
        try await withRunningServer(harness) { port, _ async throws in
            let connection = try await RawConnection.open(port: port)
            try await connection.send(self.head)
            try await self.trickle(connection)
            #expect(connection.isClosed)
            #expect(connection.text.hasPrefix("HTTP/1.1 408 "))
            #expect(connection.text.hasSuffix(#"{"ok":false,"error":"request body too slow"}"#))
            let chunked = try await RawConnection.open(port: port)
            try await chunked.send(
                self.head.replacing("Content-Length: 1000", with: "Transfer-Encoding: chunked") + "3e8\n"
            )
            try await self.trickle(chunked)
            #expect(chunked.isClosed)
            #expect(chunked.text.hasPrefix("HTTP/1.1 408 "))
        }
    }

    /// An endpoint without a body has answered long before the rest of it is there.
    @Test func aBodyNobodyReadsHasTheSameLimit() async throws {
        let harness = APIHarness { $0.limits.bodySeconds = 1 }
        try await withRunningServer(harness) { port, _ async throws in
            let connection = try await RawConnection.open(port: port)
            try await connection.send(self.head.replacing("POST /publish", with: "GET /agent"))
            #expect(await connection.receive("}").hasPrefix("HTTP/1.1 200 "))
            try await self.trickle(connection)
            #expect(connection.isClosed)
        }
    }

    /// The limit is one of each body, not of the connection.
    @Test func bodiesInTimeKeepTheConnection() async throws {
        let harness = APIHarness { $0.limits.bodySeconds = 1 }
        try await withRunningServer(harness) { port, _ async throws in
            let connection = try await RawConnection.open(port: port)
            let body = #"{"topic":"t","payload":""}"#
            let clock = ContinuousClock()
            for count in 1...3 {
                try await connection.send(self.head.replacing("1000", with: "\(body.utf8.count)"))
                try await clock.sleep(for: .milliseconds(500))
                try await connection.send(body)
                let text = await connection.receive { $0.components(separatedBy: "eager_peers").count == count + 1 }
                #expect(text.components(separatedBy: "HTTP/1.1 200").count == count + 1)
            }
            #expect(!connection.isClosed)
            await connection.close()
        }
    }

    @Test func aSilentBodyEndsAfterTheIdleTime() async throws {
        let harness = APIHarness { $0.limits.idleSeconds = 1 }
        try await withRunningServer(harness) { port, _ async throws in
            let connection = try await RawConnection.open(port: port)
            try await connection.send(self.head)
            _ = await connection.receiveAll()
            #expect(connection.isClosed)
        }
    }

    @Test func aConnectionWithoutRequestsEndsAfterTheIdleTime() async throws {
        let harness = APIHarness { $0.limits.idleSeconds = 1 }
        try await withRunningServer(harness) { port, _ async throws in
            let connection = try await RawConnection.open(port: port)
            try await connection.send("GET /health HTTP/1.1\nHost: localhost\n\n")
            #expect(await connection.receiveAll().hasPrefix("HTTP/1.1 200 "))
            #expect(connection.isClosed)
        }
    }

    /// "None while a response streams": a silent event stream outlives the idle time.
    @Test func anEventStreamOutlivesTheIdleTime() async throws {
        let harness = APIHarness {
            $0.limits.idleSeconds = 1
            $0.limits.keepAliveSeconds = 3
        }
        try await withRunningServer(harness) { port, _ async throws in
            let stream = try await RawConnection.open(port: port)
            try await stream.send("GET /events?token=\(APIHarness.token) HTTP/1.1\nHost: localhost\n\n")
            #expect(await stream.receive(": ping").contains(": ping"))
            #expect(!stream.isClosed)
            await stream.close()
        }
    }

    /// Nobody who connects and says nothing holds a place for long.
    @Test func aSilentConnectionEndsAfterTheHeadTime() async throws {
        let harness = APIHarness { $0.limits.headSeconds = 1 }
        try await withRunningServer(harness) { port, _ async throws in
            let connection = try await RawConnection.open(port: port)
            #expect(await connection.receiveAll().isEmpty)
            #expect(connection.isClosed)
        }
    }
}
