// SPDX-License-Identifier: MIT OR Apache-2.0

// Machines, users, and searching for agents (spec 11 §7.9, §7.10).

extension Endpoints {
    package static let findAgent = Endpoint<NoBody, FindAgentResponse>(
        .post,
        "/agents/find/:agent_id",
        command: "agents find",
        .discovery,
        "Search the network for an agent, ten seconds at most"
    )

    package static let agentReachability = Endpoint<NoBody, ReachabilityResponse>(
        .get,
        "/agents/reachability/:agent_id",
        command: "agents reachability",
        .discovery,
        "Show how a discovered agent can be reached"
    )

    package static let agentMachine = Endpoint<NoBody, AgentMachineResponse>(
        .get,
        "/agents/:agent_id/machine",
        command: "agents machine",
        .discovery,
        "Show the machine an agent runs on"
    )

    package static let userAgents = Endpoint<NoBody, UserAgentsResponse>(
        .get,
        "/users/:user_id/agents",
        command: "agents by-user",
        .discovery,
        "List the agents of a user who disclosed them"
    )

    package static let discoveredMachines = Endpoint<NoBody, DiscoveredMachinesResponse>(
        .get,
        "/machines/discovered",
        command: "machines discovered",
        .machines,
        query: ["unfiltered"],
        "List the machines learned from announcements and cards"
    )

    package static let discoveredMachine = Endpoint<NoBody, DiscoveredMachineResponse>(
        .get,
        "/machines/discovered/:machine_id",
        command: "machines get",
        .machines,
        query: ["wait"],
        "Show one discovered machine, searching for it if asked"
    )

    package static let userMachines = Endpoint<NoBody, UserMachinesResponse>(
        .get,
        "/users/:user_id/machines",
        command: "machines by-user",
        .machines,
        "List the machines of a user who disclosed them"
    )

    package static let connectMachine = Endpoint<ConnectMachineRequest, ConnectResponse>(
        .post,
        "/machines/connect",
        command: "machines connect",
        .direct,
        body: .json,
        "Connect to a machine over the addresses known for it"
    )
}

/// `POST /agents/find/:agent_id`; the addresses are absent when nothing was found.
package struct FindAgentResponse: Codable, Hashable, Sendable {
    package let found: Bool
    package let addresses: [String]?

    package init(addresses: [String]?) {
        self.found = addresses != nil
        self.addresses = addresses
    }
}

/// `GET /agents/reachability/:agent_id` (spec 01 §9).
package struct ReachabilityResponse: Codable, Hashable, Sendable {
    /// It has addresses and says that strangers can dial it.
    package let isLikelyDirect: Bool
    /// It has addresses, but a third party may have to help.
    package let needsCoordination: Bool
    package let isRelay: Bool
    package let isCoordinator: Bool
    package let addresses: [String]
    /// How the last attempt to connect to it or its machine ended; absent when there was none.
    ///
    /// Not in the original.
    package let lastDial: DialAttemptRecord?

    package init(
        isLikelyDirect: Bool,
        needsCoordination: Bool,
        isRelay: Bool,
        isCoordinator: Bool,
        addresses: [String],
        lastDial: DialAttemptRecord? = nil
    ) {
        self.isLikelyDirect = isLikelyDirect
        self.needsCoordination = needsCoordination
        self.isRelay = isRelay
        self.isCoordinator = isCoordinator
        self.addresses = addresses
        self.lastDial = lastDial
    }

    enum CodingKeys: String, CodingKey {
        case isLikelyDirect = "likely_direct"
        case needsCoordination = "needs_coordination"
        case isRelay = "is_relay"
        case isCoordinator = "is_coordinator"
        case addresses
        case lastDial = "last_dial"
    }
}

/// What this daemon knows about a machine (spec 11 §6).
package struct DiscoveredMachineRecord: Codable, Hashable, Sendable {
    package let machineID: String
    package let addresses: [String]
    /// Unix seconds, the sender's clock.
    package let announcedAt: UInt64
    /// Unix seconds, our clock.
    package let lastSeen: UInt64
    /// Free text of the machine, such as `Full Cone`.
    @Nullable package var natType: String?
    @Nullable package var canReceiveDirect: Bool?
    @Nullable package var isRelay: Bool?
    @Nullable package var isCoordinator: Bool?
    package let agentIDs: [String]
    package let userIDs: [String]

    package init(
        machineID: String,
        addresses: [String],
        announcedAt: UInt64,
        lastSeen: UInt64,
        natType: String? = nil,
        canReceiveDirect: Bool? = nil,
        isRelay: Bool? = nil,
        isCoordinator: Bool? = nil,
        agentIDs: [String],
        userIDs: [String]
    ) {
        self.machineID = machineID
        self.addresses = addresses
        self.announcedAt = announcedAt
        self.lastSeen = lastSeen
        self.natType = natType
        self.canReceiveDirect = canReceiveDirect
        self.isRelay = isRelay
        self.isCoordinator = isCoordinator
        self.agentIDs = agentIDs
        self.userIDs = userIDs
    }

    enum CodingKeys: String, CodingKey {
        case machineID = "machine_id"
        case addresses
        case announcedAt = "announced_at"
        case lastSeen = "last_seen"
        case natType = "nat_type"
        case canReceiveDirect = "can_receive_direct"
        case isRelay = "is_relay"
        case isCoordinator = "is_coordinator"
        case agentIDs = "agent_ids"
        case userIDs = "user_ids"
    }
}

/// `GET /machines/discovered`, sorted by machine id.
package struct DiscoveredMachinesResponse: Codable, Hashable, Sendable {
    package let machines: [DiscoveredMachineRecord]

    package init(machines: [DiscoveredMachineRecord]) {
        self.machines = machines
    }
}

/// `GET /machines/discovered/:machine_id`.
package struct DiscoveredMachineResponse: Codable, Hashable, Sendable {
    package let machine: DiscoveredMachineRecord

    package init(machine: DiscoveredMachineRecord) {
        self.machine = machine
    }
}

/// `GET /agents/:agent_id/machine`; the agent id is the text of the path.
package struct AgentMachineResponse: Codable, Hashable, Sendable {
    package let agentID: String
    package let machine: DiscoveredMachineRecord

    package init(agentID: String, machine: DiscoveredMachineRecord) {
        self.agentID = agentID
        self.machine = machine
    }

    enum CodingKeys: String, CodingKey {
        case agentID = "agent_id"
        case machine
    }
}

/// `GET /users/:user_id/agents`, sorted by agent id; the user id is the text of the path.
package struct UserAgentsResponse: Codable, Hashable, Sendable {
    package let userID: String
    package let agents: [DiscoveredAgentRecord]

    package init(userID: String, agents: [DiscoveredAgentRecord]) {
        self.userID = userID
        self.agents = agents
    }

    enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case agents
    }
}

/// `GET /users/:user_id/machines`, sorted by machine id; the user id is the text of the path.
package struct UserMachinesResponse: Codable, Hashable, Sendable {
    package let userID: String
    package let machines: [DiscoveredMachineRecord]

    package init(userID: String, machines: [DiscoveredMachineRecord]) {
        self.userID = userID
        self.machines = machines
    }

    enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case machines
    }
}

/// `POST /machines/connect`.
package struct ConnectMachineRequest: RequestBody, Hashable {
    package let machineID: String

    package init(machineID: String) {
        self.machineID = machineID
    }

    package static var fields: [String] { CodingKeys.allCases.map(\.rawValue) }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case machineID = "machine_id"
    }
}
