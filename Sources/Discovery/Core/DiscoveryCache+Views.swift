// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

// What the surfaces read (spec 01 §7.4). Age is always this node's own (spec 01 F20); lists are sorted by id.

extension DiscoveryCache {
    /// An agent, of any age.
    package func agent(_ id: AgentID) -> DiscoveredAgent? { self.agents[id]?.record }

    /// A machine, of any age.
    package func machine(_ id: MachineID) -> DiscoveredMachine? { self.machines[id]?.record }

    /// A user, of any age.
    package func user(_ id: UserID) -> DiscoveredUser? { self.users[id]?.record }

    /// Agents heard within the time to live; all of them when `unfiltered`.
    package func discoveredAgents(now: Instant, unfiltered: Bool = false) -> [DiscoveredAgent] {
        self.fresh(self.agents, now: now, unfiltered: unfiltered).sorted { $0.agentID < $1.agentID }
    }

    /// Machines heard within the time to live; all of them when `unfiltered`.
    package func discoveredMachines(now: Instant, unfiltered: Bool = false) -> [DiscoveredMachine] {
        self.fresh(self.machines, now: now, unfiltered: unfiltered).sorted { $0.machineID < $1.machineID }
    }

    /// Agents of a user who disclosed it, heard within the time to live.
    package func agents(of user: UserID, now: Instant) -> [DiscoveredAgent] {
        self.discoveredAgents(now: now).filter { $0.userID == user }
    }

    /// Machines on which an agent of a user runs who disclosed it, heard within the time to live.
    package func machines(of user: UserID, now: Instant) -> [DiscoveredMachine] {
        self.discoveredMachines(now: now).filter { $0.userIDs.contains(user) }
    }

    /// Users who announced themselves within the time to live; all of them when `unfiltered`.
    package func discoveredUsers(now: Instant, unfiltered: Bool = false) -> [DiscoveredUser] {
        self.fresh(self.users, now: now, unfiltered: unfiltered).sorted { $0.userID < $1.userID }
    }

    /// The machine of an agent, of any age; `nil` when the agent or its machine is unknown.
    package func machine(of agent: AgentID) -> DiscoveredMachine? {
        self.agents[agent]?.record.knownMachineID.flatMap { self.machines[$0]?.record }
    }

    /// Whether the agent itself said, in a signed envelope, that it runs on this machine: the test behind `verified`
    /// in direct messages (spec 01 F1, F2).
    package func isAuthenticated(_ agent: AgentID, on machine: MachineID) -> Bool {
        guard let record = self.agents[agent]?.record else { return false }
        return record.binding == .authenticated && record.machineID == machine
    }

    /// The agents whose record names this machine, with their binding (spec 01 F36: no scan over all agents).
    package func agents(on machine: MachineID) -> [DiscoveredAgent] {
        (self.machines[machine]?.record.agentIDs ?? []).compactMap { self.agents[$0]?.record }
            .filter { $0.machineID == machine }
    }

    /// When an agent was last heard, for presence.
    package func lastHeard(_ agent: AgentID) -> Instant? { self.agents[agent]?.heardAt }

    /// Number of entries: agents, machines, users.
    package var counts: (agents: Int, machines: Int, users: Int) {
        (self.agents.count, self.machines.count, self.users.count)
    }

    private func fresh<ID, Record>(_ table: [ID: Entry<Record>], now: Instant, unfiltered: Bool) -> [Record] {
        let oldest = now - self.configuration.timeToLive
        return table.values.lazy.filter { unfiltered || $0.heardAt >= oldest }.map(\.record)
    }
}
