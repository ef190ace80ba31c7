// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let discoveredAgents = Endpoint<NoBody, DiscoveredAgentsResponse>(
        .get,
        "/agents/discovered",
        command: "agents list",
        .discovery,
        query: ["unfiltered"],
        "List the agents learned from announcements and cards"
    )

    package static let discoveredAgent = Endpoint<NoBody, DiscoveredAgentResponse>(
        .get,
        "/agents/discovered/:agent_id",
        command: "agents get",
        .discovery,
        query: ["wait"],
        "Show one discovered agent, waiting for it if asked"
    )
}

/// `GET /presence/online`, `/presence/foaf` and `/agents/discovered`, sorted by agent id.
package struct DiscoveredAgentsResponse: Codable, Hashable, Sendable {
    package let agents: [DiscoveredAgentRecord]

    package init(agents: [DiscoveredAgentRecord]) {
        self.agents = agents
    }
}

package struct DiscoveredAgentResponse: Codable, Hashable, Sendable {
    package let agent: DiscoveredAgentRecord

    package init(agent: DiscoveredAgentRecord) {
        self.agent = agent
    }
}

/// What this daemon knows about another agent (spec 11 §6).
package struct DiscoveredAgentRecord: Codable, Hashable, Sendable {
    package let agentID: String
    /// All zero while the machine is not known.
    package let machineID: String
    @Nullable package var userID: String?
    package let addresses: [String]
    /// Unix seconds, the sender's clock.
    package let announcedAt: UInt64
    /// Unix seconds, our clock.
    package let lastSeen: UInt64
    @Nullable package var natType: String?
    @Nullable package var canReceiveDirect: Bool?
    @Nullable package var isRelay: Bool?
    @Nullable package var isCoordinator: Bool?
    /// Whose word it is that the agent runs on the machine: `claimed`, `signed_card` or `announced`; an addition of this
    /// implementation.
    package let binding: String?

    package init(
        agentID: String,
        machineID: String,
        userID: String?,
        addresses: [String],
        announcedAt: UInt64,
        lastSeen: UInt64,
        natType: String? = nil,
        canReceiveDirect: Bool? = nil,
        isRelay: Bool? = nil,
        isCoordinator: Bool? = nil,
        binding: String? = nil
    ) {
        self.agentID = agentID
        self.machineID = machineID
        self.userID = userID
        self.addresses = addresses
        self.announcedAt = announcedAt
        self.lastSeen = lastSeen
        self.natType = natType
        self.canReceiveDirect = canReceiveDirect
        self.isRelay = isRelay
        self.isCoordinator = isCoordinator
        self.binding = binding
    }

    enum CodingKeys: String, CodingKey {
        case agentID = "agent_id"
        case machineID = "machine_id"
        case userID = "user_id"
        case addresses
        case announcedAt = "announced_at"
        case lastSeen = "last_seen"
        case natType = "nat_type"
        case canReceiveDirect = "can_receive_direct"
        case isRelay = "is_relay"
        case isCoordinator = "is_coordinator"
        case binding
    }
}
