// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Which agents are online, from everything that proves it (spec 05 §7, P-3, P-13).
///
/// An agent is online while one of these holds:
///  * the machine the agent itself named is connected;
///  * that machine beacons: its last beacon is younger than the adaptive timeout, or a verified record of it is unexpired;
///  * a verified announcement of the agent is younger than its lifetime. One that is older than the loss of the machine's
///    connection does not outlive its beacons: when both are gone the machine is, whatever it announced before. A machine
///    of which no beacon came has the fallback timeout from the loss on.
///
/// A pure machine. Each agent gets one online action per appearance and one offline action per disappearance; the own agent
/// is always online and gets none.
package struct PresenceTracker: Sendable {
    /// How a connection ended, as far as it says something about the machine.
    package enum Departure: Hashable, Sendable {
        /// The machine said that it goes.
        case farewell
        /// It fell silent, or lost its state.
        case lost
        /// Somebody did not need the connection any more; the machine may be fine.
        case closed
    }

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
        case machineDisconnected(MachineID, Departure)
        /// A verified record of the machine that is news; one the machine itself sent counts as a beacon.
        case beaconed(MachineID, isDirect: Bool, expiresAt: Instant)
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
    package struct Configuration: Hashable, Sendable {
        /// How long an announcement proves presence; default 900 s, three heartbeats (spec 01 §5.3).
        package var announcementLifetime: Nanoseconds
        /// The shortest time between two looks for ended lifetimes; default 1 s (spec 11 §7.4).
        package var pollInterval: Nanoseconds
        /// How long beacons may be absent.
        package var detector: DetectorConfiguration
        /// Agents tracked; the one unheard for longest makes room.
        package var agentCountMax: Int
        /// Machines tracked that are connected or beacon; more than the transport allows connections.
        package var machineCountMax: Int

        /// The defaults of the specification.
        package init(
            announcementLifetime: Nanoseconds = .seconds(900),
            pollInterval: Nanoseconds = .seconds(1),
            detector: DetectorConfiguration = DetectorConfiguration(),
            agentCountMax: Int = 16_384,
            machineCountMax: Int = 16_384
        ) {
            precondition(announcementLifetime > .zero && pollInterval > .zero, "time must pass")
            precondition(agentCountMax > 0 && machineCountMax > 0, "a tracker without room tracks nothing")
            self.announcementLifetime = announcementLifetime
            self.pollInterval = pollInterval
            self.detector = detector
            self.agentCountMax = agentCountMax
            self.machineCountMax = machineCountMax
        }
    }

    private struct Agent: Sendable {
        /// The last sign of life; decides who makes room.
        var heardAt: Instant
        /// When the newest announcement that still counts came.
        var announcedAt: Instant?
        var machine: MachineID?
        var isReportedOnline = false
    }

    private struct Machine: Sendable {
        var isConnected = false
        /// When the connection was lost, unless there is a new one.
        var lostAt: Instant?
        /// Arrivals of beacons the machine itself sent.
        var beacons = ArrivalWindow()
        /// The end of the newest record.
        var recordExpiresAt = Instant.epoch
    }

    private let configuration: Configuration
    private let localAgent: AgentID
    private var agents: [AgentID: Agent] = [:]  // ≤ configuration.agentCountMax, the own agent excluded
    private var agentsByMachine: [MachineID: Set<AgentID>] = [:]  // the inverse of Agent.machine
    private var machines: [MachineID: Machine] = [:]  // ≤ configuration.machineCountMax
    private var nextPollAt = Instant.distantFuture
    private var lastPollAt = Instant.epoch
    /// Agents forgotten because the table was full.
    package private(set) var evictedCount: UInt64 = 0
    /// Signs of machines ignored because the table was full.
    package private(set) var refusedMachineCount: UInt64 = 0

    /// Creates a tracker that knows nobody but the own agent.
    package init(configuration: Configuration, localAgent: AgentID) {
        self.configuration = configuration
        self.localAgent = localAgent
    }

    /// Takes in one event.
    package mutating func handle(_ event: Event, now: Instant, into actions: inout [Action]) {
        switch event {
        case .announced(let agent):
            self.note(agent, now: now, into: &actions) { $0.announcedAt = now }
        case .bound(let agent, let machine):
            self.bind(agent, to: machine, now: now, into: &actions)
        case .unbound(let agent):
            self.unlink(agent)
            self.report(agent, now: now, into: &actions)
        case .machineConnected(let machine):
            self.note(machine, now: now, into: &actions) {
                $0.isConnected = true
                $0.lostAt = nil
            }
        case .machineDisconnected(let machine, let departure):
            self.disconnected(machine, departure, now: now, into: &actions)
        case .beaconed(let machine, let isDirect, let expiresAt):
            self.note(machine, now: now, into: &actions) {
                if isDirect { $0.beacons.record(now) }
                $0.recordExpiresAt = max($0.recordExpiresAt, expiresAt)
            }
        case .removed(let agent):
            self.remove(agent, into: &actions)
        }
        self.assertInvariants()
    }

    /// When ``handleTimeout(now:into:)`` should be called next.
    package var nextDeadline: Instant { self.nextPollAt }

    /// Reports agents whose last sign of life grew too old; early and repeated calls change nothing.
    package mutating func handleTimeout(now: Instant, into actions: inout [Action]) {
        guard now >= self.nextPollAt else { return }
        self.nextPollAt = .distantFuture
        self.lastPollAt = now
        for agent in self.agents.keys.sorted() {
            self.report(agent, now: now, into: &actions)
            guard let entry = self.agents[agent], !entry.isReportedOnline, entry.machine == nil else { continue }
            self.agents[agent] = nil
        }
        // After all agents were looked at: until then a lost machine ends the announcements of each of them.
        self.machines = self.machines.filter { $0.value.isConnected || self.lossEnd($0.value) > now }
        self.assertInvariants()
    }

    // MARK: Queries

    /// Whether the agent is online at `now`.
    package func isOnline(_ agent: AgentID, now: Instant) -> Bool {
        if agent == self.localAgent { return true }
        return self.agents[agent].map { now < self.presenceEnd($0) } ?? false
    }

    /// The agents online at `now`, the own one included, sorted.
    package func onlineAgents(now: Instant) -> [AgentID] {
        let others = self.agents.lazy.filter { now < self.presenceEnd($0.value) }.map(\.key)
        return ([self.localAgent] + others).sorted()
    }

    /// Whether the machine the agent is bound to is connected.
    package func isReachable(_ agent: AgentID) -> Bool {
        guard let machine = self.agents[agent]?.machine else { return false }
        return self.machines[machine]?.isConnected ?? false
    }

    /// How regularly the machine beacons, 0…1 (spec 05 §6).
    package func regularity(of machine: MachineID) -> Double { self.machines[machine]?.beacons.regularity ?? 0.5 }

    /// Machines with an entry.
    package var machineCount: Int { self.machines.count }

    // MARK: Lifetimes

    /// Until when the agent is online if nothing else is heard.
    private func presenceEnd(_ agent: Agent) -> Instant {
        let machine = agent.machine.flatMap { self.machines[$0] }
        if machine?.isConnected ?? false { return .distantFuture }
        let beaconsEnd = machine.map { self.beaconsEnd($0) } ?? .epoch
        guard let announcedAt = agent.announcedAt else { return beaconsEnd }
        if let machine, let lostAt = machine.lostAt, announcedAt <= lostAt { return self.lossEnd(machine) }
        return max(beaconsEnd, announcedAt + self.configuration.announcementLifetime)
    }

    private func beaconsEnd(_ machine: Machine) -> Instant {
        guard let last = machine.beacons.last else { return machine.recordExpiresAt }
        return max(machine.recordExpiresAt, last + machine.beacons.timeout(self.configuration.detector))
    }

    /// Until when a machine whose connection was lost may be there nevertheless.
    private func lossEnd(_ machine: Machine) -> Instant {
        guard let lostAt = machine.lostAt, machine.beacons.count == 0 else { return self.beaconsEnd(machine) }
        return max(machine.recordExpiresAt, lostAt + self.configuration.detector.fallbackTimeout)
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
        var entry = self.agents[agent] ?? Agent(heardAt: now)
        change(&entry)
        entry.heardAt = now
        self.agents[agent] = entry
        self.report(agent, now: now, into: &actions)
        if self.agents.count > self.configuration.agentCountMax { self.evict(keeping: agent, into: &actions) }
    }

    /// Creates or changes the entry of a machine, then reports what that means for the agents on it.
    private mutating func note(
        _ machine: MachineID,
        now: Instant,
        into actions: inout [Action],
        _ change: (inout Machine) -> Void
    ) {
        if self.machines[machine] == nil, self.machines.count >= self.configuration.machineCountMax {
            self.refusedMachineCount += 1
            return
        }
        change(&self.machines[machine, default: Machine()])
        self.askForPoll(at: self.machines[machine].map { self.beaconsEnd($0) } ?? .distantFuture, now: now)
        for agent in self.agents(on: machine) {
            self.agents[agent]?.heardAt = now
            self.report(agent, now: now, into: &actions)
        }
    }

    private mutating func disconnected(
        _ machine: MachineID,
        _ departure: Departure,
        now: Instant,
        into actions: inout [Action]
    ) {
        guard self.machines[machine]?.isConnected ?? false else { return }
        self.machines[machine]?.isConnected = false
        switch departure {
        case .farewell:
            // It said that it goes: what it announced and beaconed before means nothing now.
            self.machines[machine] = nil
            for agent in self.agents(on: machine) { self.agents[agent]?.announcedAt = nil }
        case .lost: self.machines[machine]?.lostAt = now
        case .closed: break
        }
        self.askForPoll(at: self.machines[machine].map { self.lossEnd($0) } ?? .distantFuture, now: now)
        for agent in self.agents(on: machine) { self.report(agent, now: now, into: &actions) }
    }

    /// Emits the difference between what is true and what was reported.
    private mutating func report(_ agent: AgentID, now: Instant, into actions: inout [Action]) {
        guard let entry = self.agents[agent] else { return }
        let end = self.presenceEnd(entry)
        let isOnline = now < end
        if isOnline { self.askForPoll(at: end, now: now) }
        guard isOnline != entry.isReportedOnline else { return }
        self.agents[agent]?.isReportedOnline = isOnline
        // Gone for now: an announcement from before must not bring it back.
        if !isOnline { self.agents[agent]?.announcedAt = nil }
        actions.append(isOnline ? .online(agent, isReachable: self.isReachable(agent)) : .offline(agent))
    }

    /// Wants a look at `end`, but not sooner than an interval after the last one.
    private mutating func askForPoll(at end: Instant, now: Instant) {
        guard end < .distantFuture else { return }
        let soonest = self.lastPollAt + self.configuration.pollInterval
        self.nextPollAt = min(self.nextPollAt, max(end, soonest))
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
        assert(self.machines.count <= self.configuration.machineCountMax)
        assert(self.agentsByMachine.values.reduce(0) { $0 + $1.count } <= self.agents.count)
        assert(self.agents[self.localAgent] == nil, "the own agent is not tracked")
    }
}
