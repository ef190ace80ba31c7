// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let presence = Endpoint<NoBody, PresenceResponse>(
        .get,
        "/presence",
        command: "presence",
        .presence,
        "List the ids of the agents that are online"
    )

    package static let online = Endpoint<NoBody, DiscoveredAgentsResponse>(
        .get,
        "/presence/online",
        command: "presence online",
        .presence,
        "List the agents that are online, without blocked ones"
    )

    package static let friendsOnline = Endpoint<NoBody, DiscoveredAgentsResponse>(
        .get,
        "/presence/foaf",
        command: "presence foaf",
        .presence,
        query: ["ttl", "timeout_ms"],
        "Ask friends of friends which of your contacts are online"
    )

    package static let findPresence = Endpoint<NoBody, PresenceFindResponse>(
        .get,
        "/presence/find/:id",
        command: "presence find",
        .presence,
        query: ["ttl", "timeout_ms"],
        "Look an agent up, asking friends of friends if it is not known"
    )

    package static let presenceStatus = Endpoint<NoBody, PresenceStatusResponse>(
        .get,
        "/presence/status/:id",
        command: "presence status",
        .presence,
        "Say whether an agent is online, without asking the network"
    )

    package static let presenceEvents = Endpoint<NoBody, EventStream<PresenceEvent>>(
        .get,
        "/presence/events",
        command: "presence events",
        .presence,
        access: .tokenOrQuery,
        answer: .events,
        "Stream who is online and who comes and goes"
    )
}

/// `GET /presence`: ids only, where `/presence/online` has whole records (spec 11 §7.4).
package struct PresenceResponse: Codable, Hashable, Sendable {
    package let agents: [String]

    package init(agents: [String]) {
        self.agents = agents
    }
}

/// `GET /presence/find/:id`; null when nobody knows the agent.
package struct PresenceFindResponse: Codable, Hashable, Sendable {
    @Nullable package var agent: DiscoveredAgentRecord?

    package init(agent: DiscoveredAgentRecord?) {
        self.agent = agent
    }
}

/// `GET /presence/status/:id`; the record is there for agents seen long ago too.
package struct PresenceStatusResponse: Codable, Hashable, Sendable {
    package let online: Bool
    @Nullable package var agent: DiscoveredAgentRecord?

    package init(online: Bool, agent: DiscoveredAgentRecord?) {
        self.online = online
        self.agent = agent
    }
}

/// An event of `GET /presence/events`.
///
/// A new client is told first who is online.
package enum PresenceEvent: Hashable, Sendable {
    /// An agent appeared; `reachable`: it is connected or has an address to dial.
    case online(agentID: String, reachable: Bool)
    /// An agent disappeared.
    case offline(agentID: String)
    /// The client was too slow and so many events were dropped; those that follow say what it has to know.
    case lagged(missed: UInt64)

    /// The name of presence events.
    package static let presenceName = "presence"
    /// The name of the marker.
    package static let laggedName = "lagged"

    /// The name in the stream.
    package var name: String {
        switch self {
        case .online, .offline: Self.presenceName
        case .lagged: Self.laggedName
        }
    }
}

extension PresenceEvent: Codable {
    private enum CodingKeys: String, CodingKey {
        case event
        /// The same as `event`: what the original's web page reads.
        case type
        case agentID = "agent_id"
        case reachable
        case missed
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .event) {
        case "online":
            self = .online(
                agentID: try container.decode(String.self, forKey: .agentID),
                reachable: try container.decode(Bool.self, forKey: .reachable)
            )
        case "offline": self = .offline(agentID: try container.decode(String.self, forKey: .agentID))
        case "lagged": self = .lagged(missed: try container.decode(UInt64.self, forKey: .missed))
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: .event,
                in: container,
                debugDescription: "unknown presence event \(other)"
            )
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .online(let agentID, let reachable):
            try container.encode("online", forKey: .event)
            try container.encode("online", forKey: .type)
            try container.encode(agentID, forKey: .agentID)
            try container.encode(reachable, forKey: .reachable)
        case .offline(let agentID):
            try container.encode("offline", forKey: .event)
            try container.encode("offline", forKey: .type)
            try container.encode(agentID, forKey: .agentID)
        case .lagged(let missed):
            try container.encode("lagged", forKey: .event)
            try container.encode(missed, forKey: .missed)
        }
    }
}
