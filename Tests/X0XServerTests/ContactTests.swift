// SPDX-License-Identifier: MIT OR Apache-2.0

import HTTPTypes
import Primitives
import Testing
import Trust

/// `/contacts…` and `/trust/evaluate` (spec 11 §7.8).
@Suite(.timeLimit(.minutes(1))) struct ContactTests {
    private let bob = id(7, AgentID.self)

    @Test(arguments: Place.allCases)
    func spec11_check07_addingContacts(_ place: Place) async throws {
        let bob = self.bob.hex
        try await APIHarness().run(place) { client async throws in
            let alias = try await client.post("/contacts", #"{"agent_id":"\#(bob)","alias":"b"}"#)
            #expect(alias.status == 422)
            #expect(alias.error == "invalid request: unknown field `alias`, expected agent_id, trust_level, label")
            let escaped = try await client.post("/contacts", #"{"agent_id":"\#(bob)","al\u0069as":"b"}"#)
            #expect(escaped.status == 422)
            let added = try await client.post("/contacts", #"{"agent_id":"\#(bob)","trust_level":"Trusted"}"#)
            #expect(added.status == 201)
            #expect(added.text == #"{"agent_id":"\#(bob)","ok":true}"#)
            let again = try await client.post("/contacts", #"{"agent_id":"\#(bob.uppercased())","label":"Bob"}"#)
            #expect(again.status == 200)
            let bogus = try await client.post("/contacts", #"{"agent_id":"\#(bob)","trust_level":"friend"}"#)
            #expect(bogus.status == 400)
            #expect(
                bogus.error == "invalid trust level: friend (valid values: blocked, unknown, known, trusted)"
            )
            let list = try await client.get("/contacts")
            #expect(
                list.text
                    == #"{"contacts":[{"added_at":1700000000,"agent_id":"\#(bob)","identity_type":"known","label":"Bob","#
                    + #""last_seen":null,"revoked":false,"trust_level":"known"}],"ok":true}"#
            )
        }
    }

    /// The part of the life cycle without revocation.
    @Test(arguments: Place.allCases)
    func spec11_check08_lifeOfAContact(_ place: Place) async throws {
        let harness = APIHarness()
        let bob = self.bob.hex
        try await harness.run(place) { client async throws in
            func level() async throws -> String? {
                let contacts = try await client.get("/contacts").json["contacts"] as? [[String: Any]]
                return contacts?.first?["trust_level"] as? String
            }
            _ = try await client.post("/contacts", #"{"agent_id":"\#(bob)","trust_level":"unknown"}"#)
            #expect(try await level() == "unknown")
            for word in ["Known", "TRUSTED", "Blocked", "trusted"] {
                let answer = try await client.send(.patch, "/contacts/\(bob)", json: #"{"trust_level":"\#(word)"}"#)
                #expect(answer.text == #"{"ok":true}"#)
                #expect(try await level() == word.lowercased())
            }
            #expect(try await client.post("/contacts/trust", #"{"agent_id":"\#(bob)","level":"known"}"#).status == 200)
            #expect(try await level() == "known")
            harness.agent.changeBook {
                _ = try? $0.revoke(id(7, AgentID.self), reason: "lost", by: nil, now: 1, into: &$1)
            }
            _ = try await client.send(.patch, "/contacts/\(bob)", json: #"{"trust_level":"trusted"}"#)
            #expect(try await level() == "blocked")
            let revoked = try await client.get("/contacts")
            #expect(revoked.text.contains(#""revoked":true"#))
            #expect(try await client.send(.delete, "/contacts/\(bob)").text == #"{"ok":true}"#)
            let gone = try await client.send(.delete, "/contacts/\(bob)")
            #expect(gone.status == 404)
            #expect(gone.error == "contact not found")
            _ = try await client.post("/contacts", #"{"agent_id":"\#(bob)","trust_level":"trusted"}"#)
            #expect(try await level() == "blocked")
        }
    }

    @Test func anUpdateIsAppliedWholeOrNotAtAll() async throws {
        let bob = self.bob.hex
        let harness = APIHarness()
        try await harness.run(.memory) { client async throws in
            let bad = try await client.send(
                .patch,
                "/contacts/\(bob)",
                json: #"{"trust_level":"trusted","identity_type":"friend"}"#
            )
            #expect(bad.status == 400)
            #expect(bad.error == "invalid identity type: friend")
            #expect(try await client.get("/contacts").text == #"{"contacts":[],"ok":true}"#)
            let nothing = try await client.send(.patch, "/contacts/\(bob)", json: "{}")
            #expect(nothing.status == 200)
            let strict = try await client.send(.patch, "/contacts/\(bob)", json: #"{"level":"known"}"#)
            #expect(strict.status == 422)
            let long = #"{"label":"\#(String(repeating: "x", count: 257))"}"#
            #expect(try await client.send(.patch, "/contacts/\(bob)", json: long).status == 400)
        }
    }

    @Test(arguments: Place.allCases)
    func spec11_check10_trustEvaluation(_ place: Place) async throws {
        let bob = self.bob.hex
        let machine = String(repeating: "0A", count: 32)
        try await APIHarness().run(place) { client async throws in
            func decision() async throws -> String {
                try await client.post("/trust/evaluate", #"{"agent_id":"\#(bob)","machine_id":"\#(machine)"}"#).text
            }
            #expect(try await decision() == #"{"decision":"Unknown","ok":true}"#)
            for (level, expected) in [
                ("blocked", "RejectBlocked"), ("unknown", "Unknown"), ("known", "AcceptWithFlag"),
                ("trusted", "Accept"),
            ] {
                _ = try await client.post("/contacts/trust", #"{"agent_id":"\#(bob)","level":"\#(level)"}"#)
                #expect(try await decision() == #"{"decision":"\#(expected)","ok":true}"#)
            }
            let bad = try await client.post("/trust/evaluate", #"{"agent_id":"\#(bob)","machine_id":"abc"}"#)
            #expect(bad.error == "invalid machine_id hex")
        }
    }

    /// Error texts of code H1 (spec 11 §2.4).
    @Test(arguments: [
        ("abc", "invalid hex: odd number of digits"), ("zz", "invalid hex: invalid character z at position 0"),
        ("abcd", "expected 32 bytes (64 hex chars), got 2"),
    ])
    func badAgentIDs(_ text: String, _ error: String) async throws {
        try await APIHarness().run(.memory) { client async throws in
            for answer in [
                try await client.send(.delete, "/contacts/\(text)"),
                try await client.send(.patch, "/contacts/\(text)", json: "{}"),
                try await client.post("/contacts", #"{"agent_id":"\#(text)"}"#),
                try await client.post("/contacts/trust", #"{"agent_id":"\#(text)","level":"known"}"#),
                try await client.get("/agents/discovered/\(text)"),
                try await client.post("/agents/connect", #"{"agent_id":"\#(text)"}"#),
                try await client.post("/direct/send", #"{"agent_id":"\#(text)","payload":""}"#),
            ] {
                #expect(answer.status == 400)
                #expect(answer.error == error)
            }
        }
    }
}
