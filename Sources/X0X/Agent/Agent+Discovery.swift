// SPDX-License-Identifier: MIT OR Apache-2.0

package import Discovery
package import Primitives
internal import Trust

// Discovery (spec 01 §7.4, spec 11 §7.9).
extension Agent {
    /// Agents heard within the time to live, or all of any age; sorted by id, blocked ones left out.
    package func discoveredAgents(unfiltered: Bool) async -> [DiscoveredAgent] {
        let book = self.contactService.snapshot.book
        return self.discovery.agents(unfiltered: unfiltered).filter { !book.isBlocked($0.agentID) }
    }

    /// One agent, of any age; `nil` when nothing is known or it is blocked.
    package func discoveredAgent(_ id: AgentID) async -> DiscoveredAgent? {
        guard !self.contactService.snapshot.book.isBlocked(id) else { return nil }
        return self.discovery.agent(id)
    }

    /// An agent from the cache, of any age, or found by searching at most `limit`; `nil` for a blocked one.
    package func findAgent(_ id: AgentID, within limit: Nanoseconds) async -> DiscoveredAgent? {
        guard !self.contactService.snapshot.book.isBlocked(id) else { return nil }
        return await self.lookups.agent(id, within: limit)
    }

    /// Machines heard within the time to live, or all of any age; sorted by id.
    package func discoveredMachines(unfiltered: Bool) async -> [DiscoveredMachine] {
        self.discovery.machines(unfiltered: unfiltered)
    }

    /// A machine from the cache, of any age, or found by searching at most `limit`.
    package func findMachine(_ id: MachineID, within limit: Nanoseconds) async -> DiscoveredMachine? {
        await self.lookups.machine(id, within: limit)
    }

    /// The machine of an agent, of any age; `nil` for a blocked agent.
    package func machine(of agent: AgentID) async -> DiscoveredMachine? {
        guard !self.contactService.snapshot.book.isBlocked(agent) else { return nil }
        return self.discovery.machine(of: agent)
    }

    /// The agents of a user who consented, heard within the time to live; sorted by id, blocked ones left out.
    package func agents(of user: UserID) async -> [DiscoveredAgent] {
        let book = self.contactService.snapshot.book
        return self.discovery.agents(of: user).filter { !book.isBlocked($0.agentID) }
    }

    /// The machines on which agents of a user run who consented; sorted by id.
    package func machines(of user: UserID) async -> [DiscoveredMachine] { self.discovery.machines(of: user) }

    /// What discovery accepted, refused and evicted since the start.
    package func discoveryStatistics() async -> DiscoveryCache.Statistics { self.discovery.statistics }

    /// Connects to an agent over the addresses known for it (spec 01 §9).
    package func connect(to agent: AgentID) async -> ConnectOutcome {
        await self.connector.connect(to: agent, within: AgentConnector.attemptLimit).outcome
    }

    /// How the last attempt to connect to an agent, or to the machine it runs on, ended; `nil` when there was none.
    package func lastDialAttempt(of agent: AgentID) async -> DialAttempt? {
        let machine = self.discovery.agent(agent)?.knownMachineID
        return self.dialer.history.last(of: [.agent(agent)] + (machine.map { [.machine($0)] } ?? []))
    }

    /// Connects to a machine over the addresses known for it (spec 01 §9, spec 11 §7.10).
    package func connect(toMachine machine: MachineID) async -> ConnectOutcome {
        await self.connector.connect(toMachine: machine, within: AgentConnector.attemptLimit)
    }
}
