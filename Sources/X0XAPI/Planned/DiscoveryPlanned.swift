// SPDX-License-Identifier: MIT OR Apache-2.0

extension PlannedRoutes {
    static let discovery: [Route] = [
        Route(
            planned: .post,
            "/agents/find/:agent_id",
            command: "agents find",
            .discovery,
            "Search the network for an agent's addresses"
        ),
        Route(
            planned: .get,
            "/agents/reachability/:agent_id",
            command: "agents reachability",
            .discovery,
            "Estimate how an agent can be reached"
        ),
        Route(
            planned: .get,
            "/agents/:agent_id/machine",
            command: "agents machine",
            .discovery,
            "Show the machine an agent runs on"
        ),
        Route(
            planned: .get,
            "/users/:user_id/agents",
            command: "agents by-user",
            .discovery,
            "List the agents of a user"
        ),
    ]
}
