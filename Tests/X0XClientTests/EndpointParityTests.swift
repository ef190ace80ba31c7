// SPDX-License-Identifier: MIT OR Apache-2.0

import TestSupport
import Testing
import X0XAPI
import X0XClient

/// Every endpoint of the registry has a method, and the method calls that endpoint (spec 15 §B2).
@Suite(.timeLimit(.minutes(1)))
struct EndpointParityTests {
    private static let calls: [String: @Sendable (X0XClient) async throws -> Void] = [
        "health": { _ = try await $0.health() },
        "status": { _ = try await $0.status() },
        "stop": { try await $0.shutdown() },
        "constitution": { _ = try await $0.constitution() },
        "constitution --json": { _ = try await $0.constitutionDocument() },
        "gui": { _ = try await $0.guiHTML() },
        "agent": { _ = try await $0.agent() },
        "agent user-id": { _ = try await $0.agentUserID() },
        "agent card": { _ = try await $0.agentCard() },
        "agent import": { _ = try await $0.importAgentCard(.link("x")) },
        "agent introduction": { _ = try await $0.introduction() },
        "announce": { _ = try await $0.announce() },
        "peers": { _ = try await $0.peers() },
        "network status": { _ = try await $0.networkStatus() },
        "diagnostics gossip": { _ = try await $0.gossipDiagnostics() },
        "presence": { _ = try await $0.presence() },
        "presence online": { _ = try await $0.presenceOnline() },
        "presence foaf": { _ = try await $0.presenceFOAF() },
        "presence find": { _ = try await $0.presenceFind("id") },
        "presence status": { _ = try await $0.presenceStatus("id") },
        "presence events": { _ = try await $0.presenceEvents() },
        "agents list": { _ = try await $0.discoveredAgents() },
        "agents get": { _ = try await $0.discoveredAgent("id") },
        "agents find": { _ = try await $0.findAgent("id") },
        "agents reachability": { _ = try await $0.agentReachability("id") },
        "agents machine": { _ = try await $0.agentMachine("id") },
        "agents by-user": { _ = try await $0.agents(ofUser: "id") },
        "machines discovered": { _ = try await $0.discoveredMachines() },
        "machines get": { _ = try await $0.discoveredMachine("id") },
        "machines by-user": { _ = try await $0.machines(ofUser: "id") },
        "machines connect": { _ = try await $0.connectMachine("id") },
        "contacts list": { _ = try await $0.contacts() },
        "contacts add": { try await $0.addContact("id") },
        "contacts update": { try await $0.updateContact("id") },
        "contacts remove": { try await $0.removeContact("id") },
        "contacts revoke": { try await $0.revokeContact("id", reason: "r") },
        "contacts revocations": { _ = try await $0.revocations(of: "id") },
        "machines list": { _ = try await $0.machines(ofContact: "id") },
        "machines add": { try await $0.addMachine("id", ofContact: "id") },
        "machines remove": { try await $0.removeMachine("id", ofContact: "id") },
        "machines pin": { try await $0.pinMachine("id", ofContact: "id") },
        "machines unpin": { try await $0.unpinMachine("id", ofContact: "id") },
        "trust set": { try await $0.setTrust("id", level: "known") },
        "trust evaluate": { _ = try await $0.evaluateTrust(agent: "id", machine: "id") },
        "publish": { try await $0.publish(topic: "t", payload: []) },
        "subscribe": { _ = try await $0.subscribe(topic: "t") },
        "unsubscribe": { try await $0.unsubscribe("id") },
        "events": { _ = try await $0.events() },
        "direct connect": { _ = try await $0.connectAgent("id") },
        "direct send": { _ = try await $0.sendDirect(to: "id", payload: []) },
        "direct connections": { _ = try await $0.directConnections() },
        "direct events": { _ = try await $0.directEvents() },
        "network cache": { _ = try await $0.bootstrapCache() },
        "diagnostics connectivity": { _ = try await $0.connectivityDiagnostics() },
        "diagnostics dm": { _ = try await $0.directDiagnostics() },
        "diagnostics groups": { _ = try await $0.groupDiagnostics() },
        "diagnostics exec": { _ = try await $0.execDiagnostics() },
        "peer probe": { _ = try await $0.probePeer("id") },
        "peer health": { _ = try await $0.peerHealth("id") },
        "peer events": { _ = try await $0.peerEvents() },
        "upgrade": { _ = try await $0.upgrade() },
        "upgrade --apply": { _ = try await $0.applyUpgrade() },
        "openapi": { _ = try await $0.openAPIDocument() },
        "metrics": { _ = try await $0.metrics() },
        "ws": { try await $0.withWebSocket { _ in } },
        "ws direct": { try await $0.withWebSocket(receivingDirectMessages: true) { _ in } },
        "ws sessions": { _ = try await $0.webSocketSessions() },
    ]

    @Test func everyEndpointHasAMethodAndNoMethodIsOrphaned() {
        #expect(Set(Self.calls.keys) == Set((Registry.built + Registry.additions).map(\.command)))
    }

    @Test(arguments: Registry.built + Registry.additions)
    func theMethodCallsItsEndpoint(_ route: Route) async throws {
        let call = try #require(Self.calls[route.command])
        try await StubServer.run { _ in
            .json(#"{"ok":false,"error":"stub"}"#, status: 418)
        } _: { server in
            let client = X0XClient(try DaemonEndpoint(address: server.address))
            let failure: X0XClientError?
            do {
                try await call(client)
                failure = nil
            } catch {
                failure = error as? X0XClientError
            }
            #expect(failure?.description == "stub (HTTP 418)")
            let parameters = route.parameters.map { _ in "id" }
            #expect(
                server.requests.map { "\($0.method) \($0.target)" } == [
                    "\(route.method.rawValue) \(route.path(filling: parameters))"
                ]
            )
            // Routes that want JSON get a body, the others none (spec 11 §2).
            let wantsBody = route.body != .ignored
            #expect(server.requests.first?.body.isEmpty == !wantsBody)
            #expect((server.requests.first?.headers["content-type"] != nil) == wantsBody)
        }
    }
}
