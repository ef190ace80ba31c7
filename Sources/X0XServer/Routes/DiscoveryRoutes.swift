// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Primitives
internal import X0XAPI

/// `/agents/discovered…` (spec 11 §7.9).
extension APIRoutes {
    var discovery: [MountedRoute] {
        [
            Endpoints.discoveredAgents.answered { call in
                let unfiltered = try call.query.flag("unfiltered")
                return .ok(DiscoveredAgentsResponse(await self.agent.discoveredAgents(unfiltered: unfiltered)))
            },
            Endpoints.discoveredAgent.answered { call in
                let id = try Parse.agentID(call.parameter)
                let seconds = try Parse.waitSeconds(call.query["wait"])
                let agent = try await self.discovered(id, waitingAtMost: seconds)
                return .ok(DiscoveredAgentResponse(agent: DiscoveredAgentRecord(agent)))
            },
        ]
    }

    /// Looks four times a second until the agent is known or the time is over: announcements come in on their own.
    private func discovered(_ id: AgentID, waitingAtMost seconds: Int64) async throws -> DiscoveredAgent {
        if let agent = await self.agent.discoveredAgent(id) { return agent }
        guard seconds > 0 else { throw APIFailure.notFound("agent not found") }
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: .seconds(seconds))
        while clock.now < deadline {
            try await clock.sleep(for: .milliseconds(250))
            if let agent = await self.agent.discoveredAgent(id) { return agent }
        }
        throw APIFailure.notFound("agent not found within timeout")
    }
}
