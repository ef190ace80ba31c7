// SPDX-License-Identifier: MIT OR Apache-2.0

extension PlannedRoutes {
    static let webSocket: [Route] = [
        Route(
            planned: .get,
            "/ws",
            command: "ws",
            .websocket,
            access: .tokenOrQuery,
            answer: .webSocket,
            "Talk to the daemon over a WebSocket"
        ),
        Route(
            planned: .get,
            "/ws/direct",
            command: "ws direct",
            .websocket,
            access: .tokenOrQuery,
            answer: .webSocket,
            "The same, with all direct messages"
        ),
        Route(
            planned: .get,
            "/ws/sessions",
            command: "ws sessions",
            .websocket,
            "List the WebSocket sessions and the topics they share"
        ),
    ]
}
