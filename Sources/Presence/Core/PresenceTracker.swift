// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Who is online, in the simplest honest form: an agent is online while a verified announcement of it is fresh, or
/// while the machine it is bound to is connected (spec 05, P-13).
///
/// A pure machine. Each agent gets one online action per appearance and one offline action per disappearance; the
/// own agent is always online and gets none. Beacons (spec 05 §1–4) will be a third kind of evidence.
package struct PresenceTracker: Sendable {
    /// A sign of life, or of its end.
    package enum Event: Hashable, Sendable {
        /// A verified and accepted announcement of the agent arrived.
        case announced(AgentID)
        /// The agent runs on the machine, said by the agent itself; replaces an earlier machine.
        case bound(AgentID, to: MachineID)
        /// The agent has no verified machine any more.
        case unbound(AgentID)
        /// An authenticated connection to the machine is up.
        case machineConnected(MachineID)
        /// The last connection to the machine ended.
        case machineDisconnected(MachineID, isFarewell: Bool)
        /// The agent may not be shown any more, such as a blocked one.
        case removed(AgentID)
    }

    /// A change others may want to know.
    package enum Action: Hashable, Sendable {
        /// The agent appeared; `isReachable`: its machine is connected now.
        case online(AgentID, isReachable: Bool)
        /// The agent disappeared.
        case offline(AgentID)
    }

    /// Settings of the tracker.
    package struct Configuration: Sendable {
        /// How long an announcement proves presence; default 900 s, three heartbeats (spec 01 §5.3).
        package var announcementLifetime: Nanoseconds
        /// How often ended lifetimes are looked for; default 10 s (spec 05 §7).
        package var pollInterval: Nanoseconds
        /// Agents tracked; the one unheard for longest makes room.
        package var agentCountMax: Int
        /// Connected machines tracked; more than the transport allows connections.
        package var machineCountMax: Int

        /// The defaults of the specification.
        package init(
            announcementLifetime: Nanoseconds = .seconds(900),
            pollInterval: Nanoseconds = .seconds(10),
            agentCountMax: Int = 16_384,
            machineCountMax: Int = 16_384
        ) {
            precondition(announcementLifetime > .zero && pollInterval > .zero, "time must pass")
            precondition(agentCountMax > 0 && machineCountMax > 0, "a tracker without room tracks nothing")
            self.announcementLifetime = announcementLifetime
            self.pollInterval = pollInterval
            self.agentCountMax = agentCountMax
            self.machineCountMax = machineCountMax
        }
    }

    private struct Agent: Sendable {
        /// When the newest sign of life came, a connection that ended included.
        var heardAt: Instant
        /// Whether ``heardAt`` still counts; a farewell ends it.
        var isHeard: Bool
        var machine: MachineID?
        var isReportedOnline = false
    }

    private let configuration: Configuration
    private let localAgent: AgentID
    private var agents: [AgentID: Agent] = [:]  // ≤ configuration.agentCountMax, the own agent excluded
    private var agentsByMachine: [MachineID: Set<AgentID>] = [:]  // the inverse of Agent.machine
    private var connectedMachines: Set<MachineID> = []  // ≤ configuration.machineCountMax
    private var nextPollAt = Instant.epoch
    /// Agents forgotten because the table was full.
    package private(set) var evictedCount: UInt64 = 0

    /// Creates a tracker that knows nobody but the own agent.
    package init(configuration: Configuration, localAgent: AgentID) {
        self.configuration = configuration
        self.localAgent = localAgent
    }

    /// Takes in one event.
    package mutating func handle(_ event: Event, now: Instant, into actions: inout [Action]) {
        switch event {
        case .announced(let agent):
            self.note(agent, now: now, into: &actions) { $0.isHeard = true }
        case .bound(let agent, let machine):
            self.bind(agent, to: machine, now: now, into: &actions)
        case .unbound(let agent):
            self.unlink(agent)
            self.report(agent, now: now, into: &actions)
        case .machineConnected(let machine):
            guard self.connectedMachines.count < self.configuration.machineCountMax else { return }
            self.connectedMachines.insert(machine)
            for agent in self.agents(on: machine) { self.report(agent, now: now, into: &actions) }
        case .machineDisconnected(let machine, let isFarewell):
            self.disconnected(machine, isFarewell: isFarewell, now: now, into: &actions)
        case .removed(let agent):
            self.remove(agent, into: &actions)
        }
        self.assertInvariants()
    }

    /// When ``handleTimeout(now:into:)`` should be called next.
    package var nextDeadline: Instant { self.nextPollAt }

    /// Reports agents whose announcements grew old; early and repeated calls change nothing.
    package mutating func handleTimeout(now: Instant, into actions: inout [Action]) {
        guard now >= self.nextPollAt else { return }
        self.nextPollAt = now + self.configuration.pollInterval
        for agent in self.agents.keys.sorted() {
            self.report(agent, now: now, into: &actions)
            if let entry = self.agents[agent], !self.isOnline(entry, now: now), entry.machine == nil {
                self.agents[agent] = nil
            }
        }
        self.assertInvariants()
    }

    // MARK: Queries

    /// Whether the agent is online at `now`.
    package func isOnline(_ agent: AgentID, now: Instant) -> Bool {
        if agent == self.localAgent { return true }
        return self.agents[agent].map { self.isOnline($0, now: now) } ?? false
    }

    /// The agents online at `now`, the own one included, sorted.
    package func onlineAgents(now: Instant) -> [AgentID] {
        let others = self.agents.lazy.filter { self.isOnline($0.value, now: now) }.map(\.key)
        return ([self.localAgent] + others).sorted()
    }

    /// Whether the machine the agent is bound to is connected.
    package func isReachable(_ agent: AgentID) -> Bool {
        guard let machine = self.agents[agent]?.machine else { return false }
        return self.connectedMachines.contains(machine)
    }

    private func isOnline(_ agent: Agent, now: Instant) -> Bool {
        if let machine = agent.machine, self.connectedMachines.contains(machine) { return true }
        return agent.isHeard && now - agent.heardAt < self.configuration.announcementLifetime
    }

    private func agents(on machine: MachineID) -> [AgentID] { (self.agentsByMachine[machine] ?? []).sorted() }

    // MARK: Changes

    private mutating func bind(_ agent: AgentID, to machine: MachineID, now: Instant, into actions: inout [Action]) {
        guard agent != self.localAgent else { return }
        if self.agents[agent]?.machine != machine {
            self.unlink(agent)
            self.agentsByMachine[machine, default: []].insert(agent)
        }
        self.note(agent, now: now, into: &actions) { $0.machine = machine }
    }

    /// Creates or changes the entry of an agent, then reports what that means.
    private mutating func note(
        _ agent: AgentID,
        now: Instant,
        into actions: inout [Action],
        _ change: (inout Agent) -> Void
    ) {
        guard agent != self.localAgent else { return }
        var entry = self.agents[agent] ?? Agent(heardAt: now, isHeard: false)
        let wasHeard = entry.isHeard
        change(&entry)
        if entry.isHeard || wasHeard { entry.heardAt = now }
        self.agents[agent] = entry
        self.report(agent, now: now, into: &actions)
        if self.agents.count > self.configuration.agentCountMax { self.evict(keeping: agent, into: &actions) }
    }

    private mutating func disconnected(
        _ machine: MachineID,
        isFarewell: Bool,
        now: Instant,
        into actions: inout [Action]
    ) {
        guard self.connectedMachines.remove(machine) != nil else { return }
        for agent in self.agents(on: machine) {
            if isFarewell {
                self.agents[agent]?.isHeard = false  // it said it goes; an announcement from before means nothing now
            }
            self.report(agent, now: now, into: &actions)
        }
    }

    /// Emits the difference between what is true and what was reported.
    private mutating func report(_ agent: AgentID, now: Instant, into actions: inout [Action]) {
        guard let entry = self.agents[agent] else { return }
        let isOnline = self.isOnline(entry, now: now)
        guard isOnline != entry.isReportedOnline else { return }
        self.agents[agent]?.isReportedOnline = isOnline
        actions.append(isOnline ? .online(agent, isReachable: self.isReachable(agent)) : .offline(agent))
    }

    private mutating func remove(_ agent: AgentID, into actions: inout [Action]) {
        self.unlink(agent)
        guard let entry = self.agents.removeValue(forKey: agent) else { return }
        if entry.isReportedOnline { actions.append(.offline(agent)) }
    }

    private mutating func unlink(_ agent: AgentID) {
        guard let machine = self.agents[agent]?.machine else { return }
        self.agents[agent]?.machine = nil
        self.agentsByMachine[machine]?.remove(agent)
        if self.agentsByMachine[machine]?.isEmpty == true { self.agentsByMachine[machine] = nil }
    }

    private mutating func evict(keeping kept: AgentID, into actions: inout [Action]) {
        let victim = self.agents.lazy.filter { $0.key != kept }
            .min { ($0.value.heardAt, $0.key) < ($1.value.heardAt, $1.key) }?.key
        guard let victim else { return }
        self.remove(victim, into: &actions)
        self.evictedCount += 1
    }

    private func assertInvariants() {
        assert(self.agents.count <= self.configuration.agentCountMax)
        assert(self.connectedMachines.count <= self.configuration.machineCountMax)
        assert(self.agentsByMachine.values.reduce(0) { $0 + $1.count } <= self.agents.count)
        assert(self.agents[self.localAgent] == nil, "the own agent is not tracked")
    }
}
