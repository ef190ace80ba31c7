// SPDX-License-Identifier: MIT OR Apache-2.0

import TestSupport
import TestVectors
import Testing
import X0XAPI
import X0XClient

/// What users and strangers get wrong, against a real daemon (the list of bad input in the specification 11 §2).
@Suite(.serialized, .timeLimit(.minutes(2))) struct BadInputTests {
    private struct Case {
        let method: String
        let target: String
        var body: String?
        let status: Int
        /// What the error text must contain, such as the name of the field.
        let naming: String
    }

    private static let stranger = String(repeating: "5a", count: 32)

    private static let cases: [Case] = [
        Case(method: "POST", target: "/publish", body: "not json", status: 400, naming: "JSON"),
        Case(method: "POST", target: "/publish", body: #"{"topic":"t"}"#, status: 422, naming: "payload"),
        Case(
            method: "POST",
            target: "/publish",
            body: #"{"topic":"t","payload":"!!!"}"#,
            status: 400,
            naming: "payload"
        ),
        Case(method: "POST", target: "/publish", body: #"{"topic":"","payload":""}"#, status: 400, naming: "topic"),
        Case(method: "POST", target: "/contacts", body: #"{"agent_id":"zz"}"#, status: 400, naming: "hex"),
        Case(method: "POST", target: "/contacts", body: #"{"agent_id":"abcd"}"#, status: 400, naming: "32 bytes"),
        Case(
            method: "POST",
            target: "/contacts",
            body: #"{"agent_id":"\#(stranger)","trust_level":"adored"}"#,
            status: 400,
            naming: "adored"
        ),
        Case(method: "DELETE", target: "/contacts/\(stranger)", status: 404, naming: "not found"),
        Case(method: "GET", target: "/agents/discovered/\(stranger)", status: 404, naming: "not found"),
        Case(method: "GET", target: "/agents/discovered/xyz", status: 400, naming: "hex"),
        Case(method: "DELETE", target: "/subscribe/0123456789abcdef", status: 404, naming: "not found"),
        Case(
            method: "POST",
            target: "/agent/card/import",
            body: #"{"card":"x0x://agent/!!!"}"#,
            status: 400,
            naming: ""
        ),
        Case(method: "GET", target: "/no/such/thing", status: 404, naming: ""),
        Case(method: "PUT", target: "/publish", body: "{}", status: 405, naming: ""),
    ]

    @Test func everyMistakeGetsItsStatusAndNamesTheField() async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("alice")
            for (index, bad) in Self.cases.enumerated() {
                let answer = try await daemon.send(bad.method, bad.target, body: bad.body)
                #expect(answer.status == bad.status, "case \(index): \(answer.text)")
                #expect(answer.text.contains(bad.naming), "case \(index): \(answer.text)")
                let json = try JSONValue(parsing: answer.body)
                #expect(json["ok"] == .bool(false) && json["error"]?.stringValue?.isEmpty == false, "case \(index)")
            }
            #expect(await daemon.client.isHealthy())
        }
    }

    @Test func onlyTheTokenOpensTheDoor() async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("alice")
            for token in ["", String(repeating: "0", count: 64), "x"] {
                #expect(try await daemon.send("GET", "/agent", token: token).status == 401, "token '\(token)'")
            }
            #expect(try await daemon.send("GET", "/agent").status == 200)
            // Health is for everybody who asks whether the daemon lives.
            #expect(try await daemon.send("GET", "/health", token: "").status == 200)
        }
    }

    @Test func aBodyOverTheLimitIsRefusedAndTheDaemonLives() async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("alice")
            let padding = String(repeating: "A", count: 1_048_576)
            // The daemon answers before it has read everything: the sender sees the answer or a closed connection.
            do {
                let answer = try await daemon.send("POST", "/publish", body: #"{"topic":"t","payload":"\#(padding)"}"#)
                #expect(answer.status == 413, "\(answer.text)")
            } catch let error as X0XClientError {
                #expect(error.code == .connectionLost, "\(error)")
            }
            #expect(await daemon.client.isHealthy())
        }
    }

    @Test func directMessagesToNobodyFailWithAReason() async throws {
        try await DaemonStage.run { stage in
            let daemon = try await stage.start("alice")
            let body = #"{"agent_id":"\#(Self.stranger)","payload":"YQ=="}"#
            let answer = try await daemon.send("POST", "/direct/send", body: body)
            #expect([404, 502, 503].contains(answer.status), "\(answer.text)")
            let outcome = try await daemon.client.connectAgent(Self.stranger).outcome
            #expect(outcome == "NotFound")
        }
    }

    /// Random bytes, QUIC look-alikes and truncated packets at the UDP port: the daemon lives, and still connects.
    @Test func garbageAtTheUDPPortHarmsNothing() async throws {
        try await DaemonStage.run { stage in
            async let starting = [stage.start("alice"), stage.start("bob")]
            let daemons = try await starting
            let (alice, bob) = (daemons[0], daemons[1])
            let port = try await bob.quicPort()
            var random = TestRandom("garbage datagrams")
            for _ in 0..<40 {
                let datagrams = (0..<50).map { _ in Self.garbage(&random) }
                try LoopbackDatagrams.send(datagrams, toPort: port)
                #expect(await bob.client.isHealthy(), "\(TestSeed.note)")
            }
            try await alice.meet(bob)
            try await bob.meet(alice)
            try await alice.connect(to: bob)
            let stream = try await bob.client.directEvents()
            _ = try await alice.client.sendDirect(to: bob.agentID, payload: [1, 2, 3])
            let message = try await first("a message after the garbage", in: stream) { $0 }
            #expect(message.sender == alice.agentID, "\(TestSeed.note)")
        }
    }

    private static func garbage(_ random: inout TestRandom) -> [UInt8] {
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            return random.bytes(upTo: 1500)
        case 1:
            // A long header of version 1 with believable lengths and random content.
            let type = UInt8.random(in: 0xC0...0xFF, using: &random)
            let ids: [UInt8] = [8] + random.bytes(8) + [8] + random.bytes(8)
            return [type, 0, 0, 0, 1] + ids + [0, 0x44, 0x90] + random.bytes(1168)
        case 2:
            // An unknown version, which asks for a version negotiation packet.
            return [0xC0] + random.bytes(4) + [8] + random.bytes(8) + [8] + random.bytes(8) + random.bytes(1200)
        default:
            return [UInt8.random(in: 0x40...0x7F, using: &random)] + random.bytes(upTo: 64)
        }
    }
}
