// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Primitives
internal import X0XAPI

/// `/presence`, `/presence/online`, `/agents/discovered…` (spec 11 §7.4, §7.9).
extension APIRoutes {
    var discovery: [MountedRoute] {
        [
            Endpoints.presence.answered { _ in
                .ok(PresenceResponse(agents: await self.agent.presentAgents().map(\.hex)))
            },
            Endpoints.online.answered { _ in .ok(DiscoveredAgentsResponse(await self.agent.onlineAgents())) },
            Endpoints.discoveredAgents.answered { call in
                let unfiltered = try call.query.flag("unfiltered")
                return .ok(DiscoveredAgentsResponse(await self.agent.discoveredAgents(unfiltered: unfiltered)))
            },
            Endpoints.discoveredAgent.answered { call in
                let id = try Parse.agentID(call.parameter)
                let seconds = try Parse.waitSeconds(call.query["wait"])
                guard let agent = await self.agent.findAgent(id, within: .seconds(seconds)) else {
                    throw APIFailure.notFound(seconds > 0 ? "agent not found within timeout" : "agent not found")
                }
                return .ok(DiscoveredAgentResponse(agent: DiscoveredAgentRecord(agent)))
            },
        ]
    }
}
