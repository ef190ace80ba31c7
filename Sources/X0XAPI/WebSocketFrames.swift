// SPDX-License-Identifier: MIT OR Apache-2.0

/// What a client sends over a WebSocket: one JSON object in a text frame (spec 11 §8.3).
package enum WebSocketCommand: Codable, Hashable, Sendable {
    /// Answered by `pong`.
    case ping
    case subscribe(topics: [String])
    case unsubscribe(topics: [String])
    /// `payload` is standard base64 with padding.
    case publish(topic: String, payload: String)
    /// `payload` is standard base64 with padding.
    case sendDirect(agentID: String, payload: String)

    private enum Kind: String, Codable {
        case ping
        case subscribe
        case unsubscribe
        case publish
        case sendDirect = "send_direct"
    }

    private enum CodingKeys: String, CodingKey {
        case type
        case topics
        case topic
        case payload
        case agentID = "agent_id"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Kind.self, forKey: .type) {
        case .ping: self = .ping
        case .subscribe: self = .subscribe(topics: try container.decode([String].self, forKey: .topics))
        case .unsubscribe: self = .unsubscribe(topics: try container.decode([String].self, forKey: .topics))
        case .publish:
            self = .publish(
                topic: try container.decode(String.self, forKey: .topic),
                payload: try container.decode(String.self, forKey: .payload)
            )
        case .sendDirect:
            self = .sendDirect(
                agentID: try container.decode(String.self, forKey: .agentID),
                payload: try container.decode(String.self, forKey: .payload)
            )
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .ping:
            try container.encode(Kind.ping, forKey: .type)
        case .subscribe(let topics):
            try container.encode(Kind.subscribe, forKey: .type)
            try container.encode(topics, forKey: .topics)
        case .unsubscribe(let topics):
            try container.encode(Kind.unsubscribe, forKey: .type)
            try container.encode(topics, forKey: .topics)
        case .publish(let topic, let payload):
            try container.encode(Kind.publish, forKey: .type)
            try container.encode(topic, forKey: .topic)
            try container.encode(payload, forKey: .payload)
        case .sendDirect(let agentID, let payload):
            try container.encode(Kind.sendDirect, forKey: .type)
            try container.encode(agentID, forKey: .agentID)
            try container.encode(payload, forKey: .payload)
        }
    }
}

/// What the daemon sends over a WebSocket: one JSON object in a text frame (spec 11 §8.2).
package enum WebSocketEvent: Codable, Hashable, Sendable {
    /// Always the first frame.
    case connected(sessionID: String, agentID: String)
    /// Echoes a `subscribe` that was carried out.
    case subscribed(topics: [String])
    case unsubscribed(topics: [String])
    case message(Message)
    /// On `/ws/direct` only.
    case directMessage(DirectMessageEvent)
    /// The answer to `ping`; also sent unasked after `connected` and every 30 s.
    case pong
    case error(message: String)
    /// An event of a newer daemon.
    case other(type: String)

    /// A message of a subscribed topic.
    package struct Message: Codable, Hashable, Sendable {
        package let topic: String
        /// Standard base64 with padding.
        package let payload: String
        /// The signing agent, 64 hex digits; null if unsigned.
        @Nullable package var origin: String?
        package let isVerified: Bool
        /// Lower case; null if unsigned.
        @Nullable package var trustLevel: String?

        package init(topic: String, payload: String, origin: String?, isVerified: Bool, trustLevel: String?) {
            self.topic = topic
            self.payload = payload
            self.origin = origin
            self.isVerified = isVerified
            self.trustLevel = trustLevel
        }

        enum CodingKeys: String, CodingKey {
            case topic
            case payload
            case origin
            case isVerified = "verified"
            case trustLevel = "trust_level"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case type
        case topics
        case message
        case sessionID = "session_id"
        case agentID = "agent_id"
    }

    /// The text of `type`.
    package var type: String {
        switch self {
        case .connected: "connected"
        case .subscribed: "subscribed"
        case .unsubscribed: "unsubscribed"
        case .message: "message"
        case .directMessage: "direct_message"
        case .pong: "pong"
        case .error: "error"
        case .other(let type): type
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .type) {
        case "connected":
            self = .connected(
                sessionID: try container.decode(String.self, forKey: .sessionID),
                agentID: try container.decode(String.self, forKey: .agentID)
            )
        case "subscribed": self = .subscribed(topics: try container.decode([String].self, forKey: .topics))
        case "unsubscribed": self = .unsubscribed(topics: try container.decode([String].self, forKey: .topics))
        case "message": self = .message(try Message(from: decoder))
        case "direct_message": self = .directMessage(try DirectMessageEvent(from: decoder))
        case "pong": self = .pong
        case "error": self = .error(message: try container.decode(String.self, forKey: .message))
        case let type: self = .other(type: type)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.type, forKey: .type)
        switch self {
        case .connected(let sessionID, let agentID):
            try container.encode(sessionID, forKey: .sessionID)
            try container.encode(agentID, forKey: .agentID)
        case .subscribed(let topics), .unsubscribed(let topics): try container.encode(topics, forKey: .topics)
        case .message(let message): try message.encode(to: encoder)
        case .directMessage(let message): try message.encode(to: encoder)
        case .error(let message): try container.encode(message, forKey: .message)
        case .pong, .other: break
        }
    }
}
