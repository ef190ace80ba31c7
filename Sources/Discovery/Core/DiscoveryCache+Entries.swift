// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Identity
internal import Primitives

// The other ways entries come and go (spec 01 §7, F17, F19).

extension DiscoveryCache {
    /// The address worked and goes to the front; who answered is never taken as a new binding (spec 01 F17).
    mutating func machineReached(_ machine: MachineID, at address: NetworkAddress, _ clock: Clock) {
        guard var record = self.machines[machine]?.record else { return }
        record.addresses = self.union([address], record.addresses)
        record.lastSeen = clock.seconds
        self.machines[machine]?.record = record
        self.machines[machine]?.heardAt = clock.now
    }

    mutating func forget(_ agent: AgentID, into actions: inout [Action]) {
        guard let entry = self.agents.removeValue(forKey: agent) else { return }
        self.unlink(agent, from: entry.record.machineID)
        if entry.record.binding == .authenticated { actions.append(.unbind(agent)) }
    }

    mutating func sweep(exempt: Set<AgentID>, _ clock: Clock, into actions: inout [Action]) {
        let oldest = clock.now - self.configuration.retention
        let gone = self.agents.filter { agent, entry in
            entry.heardAt < oldest && !exempt.contains(agent) && agent != self.localAgent
        }
        for agent in gone.keys.sorted() { self.forget(agent, into: &actions) }
        let local = self.localMachine
        self.machines = self.machines.filter { machine, entry in
            entry.heardAt >= oldest || machine == local || !entry.record.agentIDs.isEmpty
        }
        self.users = self.users.filter { $0.value.heardAt >= oldest }
    }

    // MARK: Tables

    /// Inserts or replaces an agent, keeping the link lists of its old and new machine right.
    mutating func store(_ record: DiscoveredAgent, isContact: Bool, _ clock: Clock, into actions: inout [Action]) {
        if let old = self.agents[record.agentID]?.record, old.machineID != record.machineID {
            self.unlink(record.agentID, from: old.machineID)
            if old.binding == .authenticated, record.binding < .authenticated {
                actions.append(.unbind(record.agentID))
            }
        }
        self.agents[record.agentID] = Entry(record: record, heardAt: clock.now, isContact: isContact)
        let kept: Set<AgentID> = [record.agentID, self.localAgent]
        for victim in self.victims(in: self.agents, limit: self.configuration.agentCountMax, keeping: kept) {
            self.forget(victim, into: &actions)
            self.countEvicted()
        }
    }

    /// Merges what was said about a machine into its record (spec 01 §7.2).
    mutating func mergeMachine(_ incoming: DiscoveredMachine, isContact: Bool = false, _ clock: Clock) {
        guard incoming.machineID != .zero else { return }
        var record = self.machines[incoming.machineID]?.record ?? incoming
        record.addresses = self.union(incoming.addresses, record.addresses)
        if incoming.announcedAt >= record.announcedAt {
            record.announcedAt = incoming.announcedAt
            if !incoming.machinePublicKey.isEmpty { record.machinePublicKey = incoming.machinePublicKey }
            record.reachability.update(from: incoming.reachability)
        }
        record.lastSeen = max(record.lastSeen, incoming.lastSeen)
        record.agentIDs = self.links(record.agentIDs, adding: incoming.agentIDs)
        record.userIDs = self.users(of: record)
        let wasContact = self.machines[incoming.machineID]?.isContact ?? false
        self.machines[incoming.machineID] = Entry(
            record: record,
            heardAt: clock.now,
            isContact: isContact || wasContact
        )
        let kept: Set<MachineID> = [incoming.machineID, self.localMachine]
        for victim in self.victims(in: self.machines, limit: self.configuration.machineCountMax, keeping: kept) {
            self.machines[victim] = nil
            self.countEvicted()
        }
    }

    /// Who makes room when a table is over its limit: strangers before contacts, the longest unheard first.
    ///
    /// A sixteenth of the table goes at once, so that a flood of strangers costs one sort per thousand entries.
    func victims<ID: Identifier32, Record>(
        in table: [ID: Entry<Record>],
        limit: Int,
        keeping kept: Set<ID>
    ) -> [ID] {
        guard table.count > limit else { return [] }
        let order = table.map { (id: $0.key, heardAt: $0.value.heardAt, rank: $0.value.isContact ? 1 : 0) }
            .sorted { ($0.rank, $0.heardAt, $0.id) < ($1.rank, $1.heardAt, $1.id) }
        return order.lazy.map(\.id).filter { !kept.contains($0) }.prefix(table.count - limit + limit / 16).map(\.self)
    }

    private mutating func unlink(_ agent: AgentID, from machine: MachineID) {
        guard var record = self.machines[machine]?.record else { return }
        record.agentIDs.removeAll { $0 == agent }
        record.userIDs = self.users(of: record)
        self.machines[machine]?.record = record
    }

    /// The humans of a machine are those its agents disclose now: who withdraws the consent is gone (spec 01 F12), and
    /// somebody else's word links no human to a machine (F1).
    private func users(of machine: DiscoveredMachine) -> [UserID] {
        let agents = machine.agentIDs.compactMap { self.agents[$0]?.record }
        return Set(agents.filter { $0.binding == .authenticated }.compactMap(\.userID)).sorted()
    }

    /// The first list followed by what only the second has, within the cap.
    func union(_ first: [NetworkAddress], _ second: [NetworkAddress]) -> [NetworkAddress] {
        Array((first + second.filter { !first.contains($0) }).prefix(self.configuration.addressCountMax))
    }

    private func links<ID: Identifier32>(_ existing: [ID], adding new: [ID]) -> [ID] {
        let room = self.configuration.linkCountMax
        return Array(Set(existing).union(new)).sorted().prefix(room).map(\.self)
    }
}

extension Reachability {
    /// Takes over each known option, and both hint lists even when empty.
    fileprivate mutating func update(from newer: Reachability) {
        self.natType = newer.natType ?? self.natType
        self.canReceiveDirect = newer.canReceiveDirect ?? self.canReceiveDirect
        self.isRelay = newer.isRelay ?? self.isRelay
        self.isCoordinator = newer.isCoordinator ?? self.isCoordinator
        self.reachableVia = newer.reachableVia
        self.relayCandidates = newer.relayCandidates
    }
}
