// SPDX-License-Identifier: MIT OR Apache-2.0

import Testing
import X0XAPI

@Suite struct RegistryTests {
    /// Spec 11 §5 and 12 §8 name exactly these; `SpecifiedRoutes` is our copy of the two tables.
    @Test func spec12_check35_theRegistryHoldsExactlyTheRoutesOfTheSpecification() {
        let lines = Registry.routes.map { "\($0.method.rawValue) \($0.path) · \($0.command) · \($0.category.rawValue)" }
        let specified = SpecifiedRoutes.core + SpecifiedRoutes.collaboration
        #expect(Set(lines).subtracting(specified) == [])
        #expect(Set(specified).subtracting(lines) == [])
        #expect(lines.count == 129)
        #expect(SpecifiedRoutes.collaboration.count == 61)
        #expect(Set(Registry.routes.map(\.category)).count == 18)
    }

    @Test func aRouteIsEitherBuiltOrPlanned() {
        #expect(Registry.built.allSatisfy { !$0.isPlanned })
        #expect(Registry.planned.allSatisfy { $0.isPlanned })
        #expect(Registry.built.count + Registry.planned.count == Registry.routes.count)
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
        #expect(query.allSatisfy { $0.answer == .events || $0.answer == .webSocket })
    }

    @Test(arguments: Registry.routes) func everyRouteDescribesItself(_ route: Route) {
        #expect(route.summary.count > 10)
        #expect(!route.summary.hasSuffix("."))
        #expect(route.path.hasPrefix("/") && !route.path.hasSuffix("/"))
        #expect(route.method != .get && route.method != .delete || route.body == .ignored)
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
