// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Identity
internal import Primitives
internal import Trust

// How announcements change the cache (spec 01 §6).

extension DiscoveryCache {
    mutating func identityAnnounced(
        _ fields: IdentityAnnouncement,
        sender: AgentID,
        _ decision: TrustDecision,
        _ clock: Clock,
        into actions: inout [Action]
    ) {
        guard !decision.isReject else { return self.drop(.rejectedByTrust, into: &actions) }
        let isAuthentic = sender == fields.agentID
        guard fields.agentID != self.localAgent || (fields.machineID == self.localMachine && isAuthentic) else {
            return self.drop(.impersonatesLocal, into: &actions)
        }
        if let reason = self.lateness(of: fields.announcedAt, clock) { return self.drop(reason, into: &actions) }
        let existing = self.agents[fields.agentID]?.record
        if let existing, let reason = self.objection(to: fields, isAuthentic: isAuthentic, existing: existing) {
            return self.drop(reason, into: &actions)
        }
        let addresses = self.filtered(fields.addresses)
        // What was known about this machine; another machine inherits nothing.
        let before = existing?.machineID == fields.machineID ? existing : nil
        let record = DiscoveredAgent(
            agentID: fields.agentID,
            machineID: fields.machineID,
            userID: fields.userID,
            addresses: addresses,
            announcedAt: fields.announcedAt,
            lastSeen: clock.seconds,
            machinePublicKey: fields.machinePublicKey,
            reachability: fields.reachability,
            binding: isAuthentic ? .authenticated : before?.binding ?? .claimed,
            cardCreatedAt: before?.cardCreatedAt
        )
        let isContact = decision == .accept || decision == .acceptWithFlag
        self.store(record, isContact: isContact, clock, into: &actions)
        self.mergeMachine(
            DiscoveredMachine(
                machineID: fields.machineID,
                addresses: addresses,
                announcedAt: fields.announcedAt,
                lastSeen: clock.seconds,
                machinePublicKey: fields.machinePublicKey,
                reachability: fields.reachability,
                agentIDs: [fields.agentID],
                userIDs: []
            ),
            isContact: isContact,
            clock
        )
        self.countAccepted()
        if fields.agentID != self.localAgent { actions.append(.observeMachine(fields.machineID, of: fields.agentID)) }
        if record.binding == .authenticated { actions.append(.bind(fields.agentID, to: fields.machineID)) }
        self.learn(addresses, of: fields.machineID, into: &actions)
    }

    mutating func machineAnnounced(
        _ fields: MachineAnnouncement,
        isExcluded: Bool,
        _ clock: Clock,
        into actions: inout [Action]
    ) {
        guard !isExcluded else { return self.drop(.rejectedByTrust, into: &actions) }
        if let reason = self.lateness(of: fields.announcedAt, clock) { return self.drop(reason, into: &actions) }
        if let existing = self.machines[fields.machineID]?.record, fields.announcedAt < existing.announcedAt {
            return self.drop(.stale, into: &actions)
        }
        let addresses = self.filtered(fields.addresses)
        self.mergeMachine(
            DiscoveredMachine(
                machineID: fields.machineID,
                addresses: addresses,
                announcedAt: fields.announcedAt,
                lastSeen: clock.seconds,
                machinePublicKey: fields.machinePublicKey,
                reachability: fields.reachability,
                agentIDs: [],
                userIDs: []
            ),
            clock
        )
        self.countAccepted()
        self.learn(addresses, of: fields.machineID, into: &actions)
    }

    mutating func userAnnounced(
        _ fields: UserAnnouncement,
        blockedAgents: Set<AgentID>,
        _ clock: Clock,
        into actions: inout [Action]
    ) {
        if let reason = self.lateness(of: fields.announcedAt, clock) { return self.drop(reason, into: &actions) }
        if let existing = self.users[fields.userID]?.record, fields.announcedAt <= existing.announcedAt {
            return self.drop(.stale, into: &actions)
        }
        let record = DiscoveredUser(
            userID: fields.userID,
            userPublicKey: fields.userPublicKey,
            agentIDs: fields.agentIDs.filter { !blockedAgents.contains($0) }.sorted(),
            announcedAt: fields.announcedAt,
            lastSeen: clock.seconds
        )
        self.users[fields.userID] = Entry(record: record, heardAt: clock.now, isContact: false)
        let limit = self.configuration.userCountMax
        for victim in self.victims(in: self.users, limit: limit, keeping: [fields.userID]) {
            self.users[victim] = nil
            self.countEvicted()
        }
        self.countAccepted()
    }

    /// Why the time in an announcement cannot be right, if so (spec 01 §6.5).
    private func lateness(of announcedAt: UInt64, _ clock: Clock) -> DropReason? {
        if announcedAt > clock.seconds + AnnouncementLimits.clockLeadSecondsMax { return .fromFuture }
        let age = clock.seconds - min(announcedAt, clock.seconds)
        return age > UInt64(self.configuration.retention.count / 1_000_000_000) ? .stale : nil
    }

    /// Why an announcement may not take the place of what is cached, if so (spec 01 F1, F14).
    ///
    /// A word of the agent itself wins over an unsigned card or a claim of another machine, whatever their times, and over
    /// a card it signed earlier; none of them wins over it. A claim does not redirect an agent whose card the owner
    /// imported. Otherwise the newer one counts.
    private func objection(
        to fields: IdentityAnnouncement,
        isAuthentic: Bool,
        existing: DiscoveredAgent
    ) -> DropReason? {
        let isOtherMachine = existing.machineID != fields.machineID && existing.machineID != .zero
        if isOtherMachine, !isAuthentic, existing.binding > .claimed || existing.cardCreatedAt != nil {
            return .unauthenticatedBinding
        }
        if isOtherMachine, existing.binding == .signedCard, fields.announcedAt < existing.cardCreatedAt ?? 0 {
            return .stale
        }
        if existing.isFromCard || (isOtherMachine && isAuthentic && existing.binding < .authenticated) { return nil }
        // The same announcement may come as a claim first and in its own envelope later.
        let isUpgrade = isAuthentic && existing.binding < .authenticated
        if isUpgrade { return fields.announcedAt < existing.announcedAt ? .stale : nil }
        return fields.announcedAt <= existing.announcedAt ? .stale : nil
    }

    func filtered(_ addresses: [NetworkAddress]) -> [NetworkAddress] {
        self.configuration.addressPolicy.filter(addresses, limit: self.configuration.addressCountMax)
    }

    private func learn(_ addresses: [NetworkAddress], of machine: MachineID, into actions: inout [Action]) {
        guard machine != self.localMachine, !addresses.isEmpty else { return }
        actions.append(.learnAddresses(addresses, of: machine))
    }
}
