// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Node
internal import Primitives
internal import Synchronization

// What the cache knows, answered at once (spec 01 §7.4); for searches see ``LookupService``.
extension DiscoveryService {
    /// Agents heard within the time to live, or all; sorted by id.
    func agents(unfiltered: Bool) -> [DiscoveredAgent] {
        let now = self.clock.now()
        return self.cache.withLock { $0.discoveredAgents(now: now, unfiltered: unfiltered) }
    }

    /// Machines heard within the time to live, or all; sorted by id.
    func machines(unfiltered: Bool) -> [DiscoveredMachine] {
        let now = self.clock.now()
        return self.cache.withLock { $0.discoveredMachines(now: now, unfiltered: unfiltered) }
    }

    /// One agent, of any age.
    func agent(_ id: AgentID) -> DiscoveredAgent? { self.cache.withLock { $0.agent(id) } }

    /// One machine, of any age.
    func machine(_ id: MachineID) -> DiscoveredMachine? { self.cache.withLock { $0.machine(id) } }

    /// One user who announced itself, of any age.
    func user(_ id: UserID) -> DiscoveredUser? { self.cache.withLock { $0.user(id) } }

    /// The machine of an agent, of any age.
    func machine(of agent: AgentID) -> DiscoveredMachine? { self.cache.withLock { $0.machine(of: agent) } }

    /// The agents of a machine.
    func agents(on machine: MachineID) -> [DiscoveredAgent] { self.cache.withLock { $0.agents(on: machine) } }

    /// The agents of a user who disclosed it, heard within the time to live.
    func agents(of user: UserID) -> [DiscoveredAgent] {
        let now = self.clock.now()
        return self.cache.withLock { $0.agents(of: user, now: now) }
    }

    /// The machines of a user who disclosed it, heard within the time to live.
    func machines(of user: UserID) -> [DiscoveredMachine] {
        let now = self.clock.now()
        return self.cache.withLock { $0.machines(of: user, now: now) }
    }

    /// Whether the agent itself announced this machine.
    func isAuthenticated(_ agent: AgentID, on machine: MachineID) -> Bool {
        self.cache.withLock { $0.isAuthenticated(agent, on: machine) }
    }

    /// Seconds since anything was heard of the agent; `nil` for an unknown one.
    func secondsSinceHeard(_ agent: AgentID) -> UInt64? {
        let now = self.clock.now()
        return self.cache.withLock { $0.lastHeard(agent) }.map { UInt64(max(0, (now - $0).seconds)) }
    }

    /// What the cache accepted, refused by reason, and evicted since the start.
    var statistics: DiscoveryCache.Statistics { self.cache.withLock { $0.statistics } }
}
