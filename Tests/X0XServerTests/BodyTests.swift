// SPDX-License-Identifier: MIT OR Apache-2.0

import HTTPTypes
import Synchronization
import Testing
import X0XServer

/// What happens to request bodies (spec 11 §2.2).
@Suite(.timeLimit(.minutes(1))) struct BodyTests {
    @Test(arguments: Place.allCases)
    func spec11_check06_badPublishRequests(_ place: Place) async throws {
        try await APIHarness().run(place) { client async throws in
            let untyped = try await client.send(.post, "/publish", json: "{}", headers: [.contentType: "text/plain"])
            #expect(untyped.status == 415)
            #expect(untyped.error == "Content-Type must be application/json")
            let cases: [(String, Int, String)] = [
                ("not json", 400, "invalid JSON: the body is not valid JSON"),
                ("", 400, "invalid JSON: the body is empty"),
                (#"{"topic":"t"}"#, 422, "invalid request: missing field `payload`"),
                (#"{"topic":1,"payload":""}"#, 422, "invalid request: field `topic` has the wrong type"),
                (#"{"topic":null,"payload":""}"#, 422, "invalid request: field `topic` must not be null"),
                (#"{"topic":"a","topic":"b","payload":""}"#, 422, "invalid request: duplicate field `topic`"),
                (#"["topic"]"#, 422, "invalid request: the body must be a JSON object"),
                (#""topic""#, 422, "invalid request: the body must be a JSON object"),
                (#"{"topic":"","payload":""}"#, 400, "topic must not be empty"),
                (
                    #"{"topic":"t","payload":"!!!"}"#, 400,
                    "invalid base64 in payload field: encode the payload as base64"
                ),
                (
                    #"{"topic":"t","payload":"YQ"}"#, 400,
                    "invalid base64 in payload field: encode the payload as base64"
                ),
                (
                    #"{"topic":"t","payload":"YQ==\n"}"#, 400,
                    "invalid base64 in payload field: encode the payload as base64"
                ),
                (
                    #"{"topic":"t","payload":"_-=="}"#, 400,
                    "invalid base64 in payload field: encode the payload as base64"
                ),
                (#"{"topic":"t","payload":""#, 400, "invalid JSON: the body is not valid JSON"),
            ]
            for (json, status, error) in cases {
                let answer = try await client.post("/publish", json)
                #expect(answer.status == status, "\(json)")
                #expect(answer.error == error, "\(json)")
            }
            for json in [#"{"topic":"t","payload":""}"#, #"{"topic":"t","payload":"YQ==","more":[{}]}"#] {
                #expect(try await client.post("/publish", json).text == #"{"eager_peers":3,"ok":true}"#)
            }
        }
    }

    /// Ruling 8: a shipped client sends a stray `}`.
    @Test(arguments: ["}", "\n", "garbage", #"{"topic":""}"#, "]]]"])
    func bytesAfterTheFirstValueAreIgnored(_ tail: String) async throws {
        try await APIHarness().run(.memory) { client async throws in
            let answer = try await client.post("/publish", #"{"topic":"a}\"{","payload":"YQ=="}"# + tail)
            #expect(answer.text == #"{"eager_peers":3,"ok":true}"#)
        }
    }

    @Test(arguments: ["application/json", "application/json; charset=utf-8", "Application/JSON", "application/x+json"])
    func jsonContentTypes(_ type: String) async throws {
        try await APIHarness().run(.memory) { client async throws in
            let answer = try await client.send(
                .post,
                "/subscribe",
                json: #"{"topic":"t"}"#,
                headers: [.contentType: type]
            )
            #expect(answer.status == 200)
        }
    }

    @Test(arguments: ["text/json", "application/jsonp", "application/", "json", ""])
    func otherContentTypes(_ type: String) async throws {
        try await APIHarness().run(.memory) { client async throws in
            let headers: HTTPFields = [.contentType: type]
            let answer = try await client.send(.post, "/subscribe", json: #"{"topic":"t"}"#, headers: headers)
            #expect(answer.status == 415)
        }
    }

    @Test func theBodyLimitIsExact() async throws {
        let harness = APIHarness { $0.limits.bodyByteCountMax = 100 }
        try await harness.run(.memory) { client async throws in
            let frame = #"{"topic":"t","payload":"","x":""}"#
            func body(_ byteCount: Int) -> String {
                #"{"topic":"t","payload":"","x":""# + String(repeating: "y", count: byteCount - frame.utf8.count)
                    + #""}"#
            }
            #expect(try await client.post("/publish", body(100)).status == 200)
            let refused = try await client.post("/publish", body(101))
            #expect(refused.status == 413)
            #expect(refused.text == #"{"error":"request body too large","ok":false}"#)
        }
    }

    /// Clients post `{}` to shutdown and send a JSON content type with GET and DELETE.
    @Test func routesWithoutABodyIgnoreWhatTheyGet() async throws {
        let harness = APIHarness()
        try await harness.run(.memory) { client async throws in
            #expect(try await client.send(.get, "/agent", json: "nonsense").status == 200)
            #expect(try await client.send(.delete, "/subscribe/ab", json: "{}").status == 404)
            #expect(try await client.post("/shutdown").text == #"{"message":"shutting down","ok":true}"#)
            #expect(try await client.post("/shutdown", "{}").status == 200)
        }
        #expect(harness.agent.world.withLock { $0.isShutdownRequested })
    }

    @Test func anAnnouncementMayHaveNoBody() async throws {
        try await APIHarness().run(.memory) { client async throws in
            let plain = #"{"include_user_identity":false,"ok":true}"#
            #expect(try await client.post("/announce").text == plain)
            #expect(try await client.post("/announce", "{}").text == plain)
            #expect(try await client.post("/announce", #"{"include_user_identity":null}"#).text == plain)
            let untyped = try await client.send(.post, "/announce", json: "x", headers: [.contentType: "text/plain"])
            #expect(untyped.status == 415)
            let malformed = try await client.post("/announce", "x")
            #expect(malformed.status == 400)
            #expect(malformed.error == "invalid JSON: the body is not valid JSON")
            let shape = try await client.post("/announce", #"{"human_consent":"yes"}"#)
            #expect(shape.status == 400)
            #expect(shape.error == "invalid JSON: field `human_consent` has the wrong type")
            let consent = try await client.post("/announce", #"{"include_user_identity":true}"#)
            #expect(consent.status == 400)
            #expect(consent.error?.contains("explicit human consent") == true)
            #expect(consent.error?.contains("human_consent") == true)
            let user = try await client.post("/announce", #"{"include_user_identity":true,"human_consent":true}"#)
            #expect(user.error?.contains("no user identity is configured") == true)
            #expect(user.error?.contains("user_key_path") == true)
        }
    }

    /// Every prefix of a valid body is refused with a JSON answer, and no single-byte change is a server error.
    @Test func damagedBodiesNeverBreakTheServer() async throws {
        try await APIHarness().run(.memory) { client async throws in
            let body = Array(#"{"agent_id":"ab","trust_level":"known","label":"x\u00e4\\"}"#.utf8)
            for end in 0..<body.count {
                let answer = try await client.post("/contacts", String(decoding: body[..<end], as: UTF8.self))
                #expect(answer.status == 400, "\(end)")
            }
            for index in body.indices {
                for byte: UInt8 in [0, 0x22, 0x5C, 0x7B, 0x7D, 0x2C, 0x3A, 0x5B] {
                    var damaged = body
                    damaged[index] = byte
                    let answer = try await client.post("/contacts", String(decoding: damaged, as: UTF8.self))
                    #expect([400, 422].contains(answer.status), "\(index) \(byte)")
                    #expect(answer.json["ok"] as? Bool == false)
                }
            }
        }
    }

    @Test func queryParameters() async throws {
        try await APIHarness().run(.memory) { client async throws in
            for query in ["?unfiltered=true", "?unfiltered=1", "?unfiltered=false", "?unfiltered=0", "?x=%zz", "?"] {
                #expect(try await client.get("/agents/discovered" + query).status == 200, "\(query)")
            }
            for query in ["?unfiltered=yes", "?unfiltered=true&unfiltered=true", "?unfiltered=%zz", "?unfiltered"] {
                let answer = try await client.get("/agents/discovered" + query)
                #expect(answer.status == 400, "\(query)")
                #expect(answer.error?.hasPrefix("invalid query: ") == true)
            }
        }
    }
}
