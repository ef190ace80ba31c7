// SPDX-License-Identifier: MIT OR Apache-2.0

import Testing
import X0XAPI

@Suite struct RegistryTests {
    /// The endpoints of the first daemon, as the specification's registry spells them (spec 11 §5).
    private let expected = """
        GET /health · health · status
        GET /status · status · status
        POST /shutdown · stop · status
        GET /constitution · constitution · status
        GET /constitution/json · constitution --json · status
        GET /gui · gui · websocket
        GET /agent · agent · identity
        GET /agent/user-id · agent user-id · identity
        GET /agent/card · agent card · identity
        POST /agent/card/import · agent import · identity
        GET /introduction · agent introduction · identity
        POST /announce · announce · identity
        GET /peers · peers · network
        GET /network/status · network status · network
        GET /diagnostics/gossip · diagnostics gossip · network
        GET /presence · presence · presence
        GET /presence/online · presence online · presence
        GET /presence/foaf · presence foaf · presence
        GET /presence/find/:id · presence find · presence
        GET /presence/status/:id · presence status · presence
        GET /presence/events · presence events · presence
        GET /agents/discovered · agents list · discovery
        GET /agents/discovered/:agent_id · agents get · discovery
        GET /contacts · contacts list · contacts
        POST /contacts · contacts add · contacts
        POST /contacts/trust · trust set · contacts
        PATCH /contacts/:agent_id · contacts update · contacts
        DELETE /contacts/:agent_id · contacts remove · contacts
        POST /trust/evaluate · trust evaluate · trust
        POST /publish · publish · messaging
        POST /subscribe · subscribe · messaging
        DELETE /subscribe/:id · unsubscribe · messaging
        GET /events · events · messaging
        POST /agents/connect · direct connect · direct
        POST /direct/send · direct send · direct
        GET /direct/connections · direct connections · direct
        GET /direct/events · direct events · direct
        """

    @Test func theRegistrySpellsEveryEndpointAsTheSpecificationDoes() {
        let lines = Registry.routes.map { "\($0.method.rawValue) \($0.path) · \($0.command) · \($0.category.rawValue)" }
        #expect(lines == self.expected.split(separator: "\n").map(String.init))
    }

    @Test func commandsAndRoutesAreUnique() {
        let routes = Registry.routes
        #expect(Set(routes.map(\.command)).count == routes.count)
        #expect(Set(routes.map { "\($0.method.rawValue) \($0.path)" }).count == routes.count)
    }

    @Test func aCommandLeadsToItsRoute() {
        #expect(Registry.route(command: "direct send")?.path == "/direct/send")
        #expect(Registry.route(command: "direct sendx") == nil)
    }

    @Test func onlyTheFourDocumentedKindsOfPathAreOpen() {
        let open = Registry.routes.filter { $0.access == .open }.map(\.path)
        #expect(open.sorted() == ["/constitution", "/constitution/json", "/gui", "/health"])
        let query = Registry.routes.filter { $0.access == .tokenOrQuery }
        #expect(query.allSatisfy { $0.answer == .events })
    }

    @Test(arguments: Registry.routes) func everyRouteDescribesItself(_ route: Route) {
        #expect(route.summary.count > 10)
        #expect(!route.summary.hasSuffix("."))
        #expect(route.path.hasPrefix("/") && !route.path.hasSuffix("/"))
        #expect(route.method == .post || route.method == .patch || route.body == .ignored)
    }

    @Test func pathParametersAreFilledAndEscaped() {
        let route = Endpoints.removeContact.route
        #expect(route.parameters == ["agent_id"])
        #expect(route.path(filling: ["ab"]) == "/contacts/ab")
        #expect(route.path(filling: ["a/b ü"]) == "/contacts/a%2Fb%20%C3%BC")
        #expect(route.path(filling: []) == "/contacts/:agent_id")
        #expect(Endpoints.health.route.path(filling: []) == "/health")
    }
}
