// SPDX-License-Identifier: MIT OR Apache-2.0

import HTTPTypes
import Testing
import X0XAPI

/// Token, paths and origins (spec 11 §2, §3).
@Suite(.timeLimit(.minutes(1))) struct AccessTests {
    @Test(arguments: Place.allCases)
    func spec11_check02_whoMayCallWhat(_ place: Place) async throws {
        try await APIHarness().run(place) { client async throws in
            let refused = try await client.send(.get, "/agent", token: nil)
            #expect(refused.status == 401)
            #expect(refused.text == #"{"error":"missing or invalid Authorization: Bearer token","ok":false}"#)
            #expect(refused.headers[.wwwAuthenticate] == "Bearer")
            for path in ["/health", "/gui", "/gui/", "/constitution", "/constitution/json"] {
                #expect(try await client.send(.get, path, token: nil).status == 200, "\(path)")
            }
            #expect(try await client.send(.get, "/nowhere", token: nil).status == 401)
            #expect(try await client.send(.get, "/constitution/other", token: nil).status == 401)
            let unknown = try await client.get("/nowhere")
            #expect(unknown.status == 404)
            #expect(unknown.text == #"{"error":"not found","ok":false}"#)
            let wrongMethod = try await client.send(.put, "/contacts")
            #expect(wrongMethod.status == 405)
            #expect(wrongMethod.headers[.allow] == "GET, HEAD, POST")
            #expect(wrongMethod.text == #"{"error":"method not allowed","ok":false}"#)
        }
    }

    @Test(arguments: ["/agent/", "//agent", "/Agent", "/health/", "/gui//", "/contacts/", "/agents/discovered/", "/"])
    func pathsMatchExactly(_ path: String) async throws {
        try await APIHarness().run(.memory) { client async throws in
            #expect(try await client.get(path).status == 404)
        }
    }

    @Test func parametersAreDecodedAndStaticSegmentsWin() async throws {
        try await APIHarness().run(.memory) { client async throws in
            let slash = try await client.send(.delete, "/contacts/a%2Fb")
            #expect(slash.error == "invalid hex: odd number of digits")
            #expect(try await client.send(.delete, "/contacts/%FF").status == 400)
            #expect(try await client.send(.delete, "/contacts/%4").status == 400)
            // POST exists for the static path only: it is not taken for an id.
            #expect(try await client.post("/contacts/trust", "{}").status == 422)
        }
    }

    @Test(arguments: ["Bearer ", "bearer ", "BEARER "]) func anyCaseOfTheSchemeIsTaken(_ scheme: String) async throws {
        try await APIHarness().run(.memory) { client async throws in
            let good = try await client.send(
                .get,
                "/agent",
                token: nil,
                headers: [.authorization: scheme + APIHarness.token]
            )
            #expect(good.status == 200)
            for wrong in ["Bearer", "Bearer  " + APIHarness.token, "Basic " + APIHarness.token, APIHarness.token] {
                let answer = try await client.send(.get, "/agent", token: nil, headers: [.authorization: wrong])
                #expect(answer.status == 401, "\(wrong.prefix(8))")
            }
        }
    }

    /// `?token=` opens the stream routes and nothing else.
    @Test(arguments: Registry.routes.filter { $0.access != .open })
    func spec11_check03_tokenInTheQuery(_ route: Route) async throws {
        let harness = APIHarness()
        harness.agent.finishFeeds()
        try await harness.run(.memory) { client async throws in
            let path = route.path(filling: ["ab"])
            let method = route.answer == .events ? "HEAD" : route.method.rawValue
            let verb = HTTPRequest.Method(rawValue: method) ?? .get
            let passed = route.answer == .webSocket ? 400 : 200  // a WebSocket needs a handshake besides
            let expected = route.access == .token ? 401 : route.isPlanned ? 501 : passed
            for query in ["?token=\(APIHarness.token)", "?a=b&token=%30\(APIHarness.token.dropFirst())"] {
                #expect(try await client.send(verb, path + query, token: nil).status == expected)
            }
            for query in ["?token=", "?token=\(APIHarness.token)0", "?Token=\(APIHarness.token)", "?xtoken=1"] {
                #expect(try await client.send(verb, path + query, token: nil).status == 401)
            }
            // A wrong header does not spoil a right query.
            let both = try await client.send(verb, path + "?token=\(APIHarness.token)", token: "wrong")
            #expect(both.status == expected)
            #expect(try await client.send(.options, path, token: nil).status == 200)
        }
    }

    @Test(arguments: Place.allCases)
    func spec11_check04_originsAndPreflight(_ place: Place) async throws {
        try await APIHarness().run(place) { client async throws in
            let good = ["http://127.0.0.1:5555", "http://localhost", "https://localhost:1", "http://[::1]:80"]
            for origin in good {
                let answer = try await client.send(.get, "/agent", headers: [.origin: origin])
                #expect(answer.headers[.accessControlAllowOrigin] == origin)
                let refused = try await client.send(.get, "/agent", token: nil, headers: [.origin: origin])
                #expect(refused.status == 401)
                #expect(refused.headers[.accessControlAllowOrigin] == origin)
                let preflight = try await client.send(.options, "/contacts", token: nil, headers: [.origin: origin])
                #expect(preflight.status == 200)
                #expect(preflight.text.isEmpty)
                #expect(preflight.headers[.accessControlAllowHeaders] == "authorization, content-type, accept")
                #expect(preflight.headers[.accessControlAllowMethods]?.contains("PATCH") == true)
                #expect(preflight.headers[.accessControlMaxAge] == "600")
            }
            let bad = [
                "http://localhost.evil.example", "http://127.0.0.1.evil.example", "http://evil.example", "null",
                "http://127.0.0.1:99999", "http://localhost/", "http://user@localhost", "ftp://localhost", "",
                "http://127.0.0.2", "http://[::1", "http://localhost:",
            ]
            for origin in bad {
                let answer = try await client.send(.get, "/agent", headers: [.origin: origin])
                #expect(answer.status == 200, "\(origin)")
                #expect(answer.headers[.accessControlAllowOrigin] == nil, "\(origin)")
                let write = try await client.send(.post, "/shutdown", headers: [.origin: origin])
                #expect(write.status == 403, "\(origin)")
                let preflight = try await client.send(.options, "/contacts", token: nil, headers: [.origin: origin])
                #expect(preflight.headers[.accessControlAllowHeaders] == nil, "\(origin)")
            }
            let page = try await client.send(.get, "/gui", token: nil, headers: [.origin: good[0]])
            #expect(page.headers[.accessControlAllowOrigin] == nil)
        }
    }

    @Test func answersAreNotCachedAndNotSniffed() async throws {
        try await APIHarness().run(.memory) { client async throws in
            let answer = try await client.get("/agent")
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer.headers[.xContentTypeOptions] == "nosniff")
            #expect(try await client.get("/health").headers[.xContentTypeOptions] == "nosniff")
        }
    }

    @Test(arguments: Place.allCases) func headAnswersLikeGetWithoutBody(_ place: Place) async throws {
        try await APIHarness().run(place) { client async throws in
            let get = try await client.get("/agent")
            let head = try await client.send(.head, "/agent")
            #expect(head.status == 200)
            #expect(head.text.isEmpty)
            #expect(head.headers[.contentLength] == get.headers[.contentLength])
            #expect(try await client.send(.head, "/publish").status == 405)
        }
    }

    @Test(arguments: Place.allCases)
    func spec11_check05_headOnAStreamReturnsAtOnceWithoutSubscriber(_ place: Place) async throws {
        let harness = APIHarness()
        try await harness.run(place) { client async throws in
            for route in Registry.built where route.answer == .events {
                let answer = try await client.send(.head, route.path)
                #expect(answer.status == 200)
                #expect(answer.headers[.contentType] == "text/event-stream")
                #expect(answer.headers[.cacheControl] == "no-cache")
            }
            #expect(harness.agent.topicReaders == 0)
            #expect(harness.agent.directReaders == 0)
        }
    }
}
