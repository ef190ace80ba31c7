// SPDX-License-Identifier: MIT OR Apache-2.0

import HTTPTypes
import Testing
import X0XAPI
import X0XServer

@Suite(.timeLimit(.minutes(1))) struct RegistryParityTests {
    /// "A route is registered if and only if it is served" (spec 11 §5).
    @Test func everyRegisteredEndpointHasOneHandlerAndNothingElseIsServed() {
        let served = APIHarness().server.endpoints
        #expect(served.count == Registry.served.count)
        #expect(Set(served) == Set(Registry.served))
    }

    /// Nothing in the registry answers 404, 405 or 500, whatever its parameters.
    @Test func everyRegisteredEndpointAnswers() async throws {
        let harness = APIHarness()
        harness.agent.finishFeeds()  // so that a feed that is opened by mistake fails the test instead of hanging it
        try await harness.run(.memory) { client async throws in
            for route in Registry.served {
                let id = String(repeating: "ab", count: 32)
                let path = route.path(filling: route.parameters.map { _ in id })
                let method = route.answer == .events ? "HEAD" : route.method.rawValue
                let answer = try await client.send(.init(rawValue: method) ?? .get, path, json: "{}")
                let expected = route.isPlanned ? [501] : [200, 201, 400, 404, 422, 503]
                #expect(expected.contains(answer.status), "\(route.path): \(answer.status)")
                #expect(answer.error != "not found", "\(route.path)")
            }
        }
    }

    /// What is not built says so and names its command, with the token only (spec 11 §3.1).
    @Test(arguments: Registry.planned) func aMissingCapabilityAnswers501(_ route: Route) async throws {
        try await APIHarness().run(.memory) { client async throws in
            let path = route.path(filling: route.parameters.map { _ in "x" })
            let method = HTTPRequest.Method(rawValue: route.method.rawValue) ?? .get
            let answer = try await client.send(method, path)
            #expect(answer.status == 501)
            #expect(answer.json["ok"] as? Bool == false)
            #expect(answer.error == "not implemented yet: \(route.command)")
            #expect(try await client.send(method, path, token: nil).status == 401)
        }
    }

    /// All answers are compact JSON with `ok`, and `/` is never escaped.
    @Test(arguments: Place.allCases)
    func spec11_check30_everyJSONAnswerParsesHasOkAndNoEscapedSlash(_ place: Place) async throws {
        try await APIHarness().run(place) { client async throws in
            for route in Registry.routes where route.answer == .json {
                let path = route.path(filling: route.parameters.map { _ in "zz" })
                for json in ["{}", "nope"] {
                    let answer = try await client.send(.init(rawValue: route.method.rawValue) ?? .get, path, json: json)
                    #expect(answer.json["ok"] is Bool, "\(route.path): \(answer.text)")
                    #expect(!answer.text.contains("\\/"), "\(route.path)")
                    #expect(!answer.text.contains(": ") || answer.json["error"] != nil || answer.json["content"] != nil)
                    #expect(answer.headers[.contentType] == "application/json")
                    #expect((answer.json["ok"] as? Bool) == (answer.status < 300))
                }
            }
        }
    }
}
