// SPDX-License-Identifier: MIT OR Apache-2.0

package import Discovery
internal import Identity
internal import Node
internal import Presence
package import Primitives
internal import Trust

// Presence (spec 05 §9, §10; spec 11 §7.4): everything here is answered from one tracker, and nothing here shows what the
// trust evaluator rejects.
extension Agent {
    /// The ids of the agents that are online, the own one included, sorted.
    package func presentAgents() async -> [AgentID] {
        self.presence.onlineAgents().filter { self.isShown($0) }
    }

    /// The agents that are online, sorted by id, with the addresses and times of their newest beacons.
    package func onlineAgents() async -> [DiscoveredAgent] {
        await self.withBeacons(self.presence.onlineAgents().compactMap { self.discovery.agent($0) })
            .filter { self.isShown($0) }
    }

    /// Asks friends of friends who is there; of the answers only contacts are shown (visibility Social).
    ///
    /// - Parameters:
    ///   - timeToLive: Hops, 1…5.
    ///   - timeout: The longest wait; three answers end it.
    /// - Returns: The agents, sorted by id.
    package func friendsOnline(timeToLive: UInt8, timeout: Nanoseconds) async -> [DiscoveredAgent] {
        let entries = await self.overlay.walk(timeToLive: timeToLive, timeout: timeout, wanted: nil)
        return self.agents(of: entries).filter { agent in
            self.gate.verdict(
                on: .presenceReferral,
                agent: agent.agentID,
                machine: agent.machineID,
                isVerified: agent.binding == .authenticated
            ).isAdmitted
        }
    }

    /// Looks an agent up: known of any age, else a walk; `nil` when nobody knows it or it is blocked.
    package func findPresence(
        of id: AgentID,
        timeToLive: UInt8,
        timeout: Nanoseconds
    ) async -> DiscoveredAgent? {
        guard self.isShown(id) else { return nil }
        if let agent = self.discovery.agent(id) { return await self.withBeacons([agent]).first { self.isShown($0) } }
        // A machine whose agent nobody knows is listed under its own id (spec 05 §5.1); an agent's announcement may
        // arrive while the walk goes on.
        let placeholder = MachineID(words: id.words)
        let entries = await self.overlay.walk(timeToLive: timeToLive, timeout: timeout, wanted: placeholder)
        if let agent = self.discovery.agent(id) { return self.isShown(agent) ? agent : nil }
        guard let entry = entries.first(where: { $0.peer == placeholder }), let beacon = self.beacon(entry),
            self.presenceTrust.standing(of: placeholder) != .blocked
        else { return nil }
        return DiscoveredAgent(
            agentID: beacon.placeholderAgentID,
            machineID: beacon.machineID,
            addresses: beacon.addresses,
            announcedAt: beacon.since,
            lastSeen: beacon.since
        )
    }

    /// Whether an agent is online, and what is known about it; no network traffic.
    package func presenceStatus(of id: AgentID) async -> (isOnline: Bool, agent: DiscoveredAgent?) {
        guard self.isShown(id), let known = self.discovery.agent(id), self.isShown(known) else { return (false, nil) }
        return (self.presence.isOnline(id), await self.withBeacons([known]).first)
    }

    /// Who is online now and every change from now on; the own agent is left out.
    package func presenceEvents() async throws(TooManyStreams) -> PresenceFeed {
        let local = self.identity.agentID
        do {
            return PresenceFeed(
                changes: try self.presence.changes.subscribe(capacity: PresenceService.feedCapacity),
                snapshot: {
                    let shown = self.presence.onlineAgents().filter { $0 != local && self.isShown($0) }
                    return Dictionary(uniqueKeysWithValues: shown.map { ($0, self.canBeReached($0)) })
                },
                filter: { change in
                    guard case .online(let agent, _) = change else { return change }
                    return self.isShown(agent) ? .online(agent, isReachable: self.canBeReached(agent)) : nil
                }
            )
        } catch {
            throw TooManyStreams()
        }
    }

    // MARK: - Visibility and beacons

    /// Visibility Network: everybody the evaluator does not reject, whatever machine it is on.
    private func isShown(_ id: AgentID) -> Bool {
        guard let agent = self.discovery.agent(id) else { return !self.contactService.snapshot.book.isBlocked(id) }
        return self.isShown(agent)
    }

    private func isShown(_ agent: DiscoveredAgent) -> Bool {
        !self.contactService.snapshot.book.decision(for: agent.agentID, on: agent.machineID).isReject
    }

    /// What `reachable` means in events: a connection, or an address to dial (spec 11 §7.4).
    private func canBeReached(_ agent: AgentID) -> Bool {
        self.presence.isReachable(agent) || !(self.discovery.agent(agent)?.addresses.isEmpty ?? true)
    }

    private func beacon(_ entry: PresenceQueryResponse.Entry) -> PresenceEntry? {
        PresenceEntry(entry, policy: self.addresses.policy, now: self.clock.wallTime())
    }

    /// Lays the newest unexpired records over what discovery knows.
    private func withBeacons(_ agents: [DiscoveredAgent]) async -> [DiscoveredAgent] {
        let entries = await self.overlay.entries(of: agents.map(\.machineID))
        return agents.map { agent in
            guard let entry = entries[agent.machineID], let beacon = self.beacon(entry) else { return agent }
            return agent.updated(by: beacon)
        }
    }

    /// The agents on the machines of a walk's answers; machines nobody knows an agent of are left out (spec 01 F27).
    private func agents(of entries: [PresenceQueryResponse.Entry]) -> [DiscoveredAgent] {
        var agents: [AgentID: DiscoveredAgent] = [:]  // ≤ agents on the machines of one walk's answers
        for entry in entries {
            guard let beacon = self.beacon(entry) else { continue }
            for agent in self.discovery.agents(on: entry.peer) { agents[agent.agentID] = agent.updated(by: beacon) }
        }
        return agents.values.sorted { $0.agentID < $1.agentID }
    }
}

extension DiscoveredAgent {
    /// The record with what a beacon of its machine says: addresses if it has any, and the later time.
    fileprivate func updated(by beacon: PresenceEntry) -> DiscoveredAgent {
        var agent = self
        if !beacon.addresses.isEmpty { agent.addresses = beacon.addresses }
        agent.lastSeen = max(agent.lastSeen, beacon.since)
        return agent
    }
}
