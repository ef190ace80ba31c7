// SPDX-License-Identifier: MIT OR Apache-2.0

extension PlannedRoutes {
    static let presence: [Route] = [
        Route(
            planned: .get,
            "/presence/foaf",
            command: "presence foaf",
            .presence,
            query: ["ttl", "timeout_ms"],
            "Ask the neighbours of neighbours who is there"
        ),
        Route(
            planned: .get,
            "/presence/find/:id",
            command: "presence find",
            .presence,
            query: ["ttl", "timeout_ms"],
            "Find one agent, by a walk over the overlay if need be"
        ),
        Route(
            planned: .get,
            "/presence/status/:id",
            command: "presence status",
            .presence,
            "Say whether an agent is online, without network traffic"
        ),
        Route(
            planned: .get,
            "/presence/events",
            command: "presence events",
            .presence,
            access: .tokenOrQuery,
            answer: .events,
            "Stream agents coming online and going offline"
        ),
    ]
}
