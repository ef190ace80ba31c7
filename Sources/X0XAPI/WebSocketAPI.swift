// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let webSocket = Endpoint<NoBody, Document>(
        .get,
        "/ws",
        command: "ws",
        .websocket,
        access: .tokenOrQuery,
        answer: .webSocket,
        statuses: [101],
        failures: [426],
        "Talk to the daemon over a WebSocket"
    )

    package static let directWebSocket = Endpoint<NoBody, Document>(
        .get,
        "/ws/direct",
        command: "ws direct",
        .websocket,
        access: .tokenOrQuery,
        answer: .webSocket,
        statuses: [101],
        failures: [426],
        "Talk over a WebSocket that also delivers all direct messages"
    )

    package static let webSocketSessions = Endpoint<NoBody, WebSocketSessionsResponse>(
        .get,
        "/ws/sessions",
        command: "ws sessions",
        .websocket,
        "List the WebSocket sessions and the topics they share"
    )
}

/// `GET /ws/sessions` (spec 11 §8.4).
package struct WebSocketSessionsResponse: Codable, Hashable, Sendable {
    package struct Session: Codable, Hashable, Sendable {
        /// The id of the `connected` frame.
        package let sessionID: String
        /// Sorted.
        package let subscribedTopics: [String]
        package let receivesDirect: Bool

        package init(sessionID: String, subscribedTopics: [String], receivesDirect: Bool) {
            self.sessionID = sessionID
            self.subscribedTopics = subscribedTopics
            self.receivesDirect = receivesDirect
        }

        enum CodingKeys: String, CodingKey {
            case sessionID = "session_id"
            case subscribedTopics = "subscribed_topics"
            case receivesDirect = "receives_direct"
        }
    }

    package let sessions: [Session]
    /// Sessions per topic.
    package let sharedSubscriptions: [String: UInt64]

    package init(sessions: [Session], sharedSubscriptions: [String: UInt64]) {
        self.sessions = sessions
        self.sharedSubscriptions = sharedSubscriptions
    }

    enum CodingKeys: String, CodingKey {
        case sessions
        case sharedSubscriptions = "shared_subscriptions"
    }
}
