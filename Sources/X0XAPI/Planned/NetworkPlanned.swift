// SPDX-License-Identifier: MIT OR Apache-2.0

extension PlannedRoutes {
    static let network: [Route] = [
        Route(
            planned: .get,
            "/network/bootstrap-cache",
            command: "network cache",
            .network,
            "Show the live connections and the size of the peer cache"
        ),
        Route(
            planned: .get,
            "/diagnostics/connectivity",
            command: "diagnostics connectivity",
            .network,
            "Show NAT type, port mapping, local discovery and relays"
        ),
        Route(
            planned: .get,
            "/diagnostics/dm",
            command: "diagnostics dm",
            .network,
            "Show the counters of direct messages"
        ),
        Route(
            planned: .get,
            "/diagnostics/groups",
            command: "diagnostics groups",
            .network,
            "Show the message counters of each group"
        ),
        Route(
            planned: .post,
            "/peers/:peer_id/probe",
            command: "peer probe",
            .network,
            query: ["timeout_ms"],
            "Measure the round trip to a connected peer"
        ),
        Route(
            planned: .get,
            "/peers/:peer_id/health",
            command: "peer health",
            .network,
            "Show the state of the connection to a peer"
        ),
        Route(
            planned: .get,
            "/peers/events",
            command: "peer events",
            .network,
            access: .tokenOrQuery,
            answer: .events,
            "Stream connections being made, replaced and closed"
        ),
    ]
}
