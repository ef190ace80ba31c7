// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Identity
internal import Primitives

// What an imported card changes (spec 01 §13, F11; spec 11 §7.2).
//
// Statements about the machine of an agent have a strength, and a weaker one never takes the place of a stronger one:
//
//     unsigned card = announcement in somebody else's envelope  <  card the agent signed  <  the agent's own announcement
//
// Of two cards of the same strength the one made later counts, whatever the order of their imports; of an unsigned card
// and somebody else's announcement the one that was there first. What a card may not replace it may still add to:
// addresses of the same machine, behind those that are known. Every dial asks for the machine, so they lead nobody
// astray.

extension DiscoveryCache {
    private enum CardEffect {
        case replacesRecord
        case addsAddresses
        case refused(DropReason)
    }

    /// Takes over a card whose signature, if it has one, was checked.
    mutating func cardImported(_ card: AgentCard, isAgentBlocked: Bool, _ clock: Clock, into actions: inout [Action]) {
        guard card.agentID != self.localAgent, !isAgentBlocked else { return }
        guard card.machineID != nil || !card.addresses.isEmpty else { return }
        guard card.machineID != self.localMachine else { return self.drop(.impersonatesLocal, into: &actions) }
        let incoming = DiscoveredAgent(
            agentID: card.agentID,
            machineID: card.machineID ?? .zero,
            addresses: Array(card.addresses.prefix(self.configuration.addressCountMax)),
            announcedAt: clock.seconds,
            lastSeen: clock.seconds,
            binding: card.signature == nil ? .claimed : .signedCard,
            // A card from the future would win over every later one.
            cardCreatedAt: min(card.createdAt, clock.seconds)
        )
        guard let existing = self.agents[card.agentID]?.record else {
            return self.replace(with: incoming, clock, into: &actions)
        }
        switch Self.effect(of: incoming, on: existing) {
        case .replacesRecord: self.replace(with: incoming, clock, into: &actions)
        case .addsAddresses: self.merge(incoming, into: existing)
        case .refused(let reason): self.drop(reason, into: &actions)
        }
    }

    private static func effect(of card: DiscoveredAgent, on existing: DiscoveredAgent) -> CardEffect {
        let isSameMachine = card.machineID == existing.machineID || card.machineID == .zero
        // An announcement says more about its machine than any card, and a card without machine takes none away.
        if isSameMachine, !existing.isFromCard || card.machineID != existing.machineID { return .addsAddresses }
        if card.binding < existing.binding { return isSameMachine ? .addsAddresses : .refused(.unauthenticatedBinding) }
        if card.binding > existing.binding { return .replacesRecord }
        guard let existingCreatedAt = existing.cardCreatedAt else {
            // Somebody else's announcement, or a record of another origin without a machine.
            return existing.machineID == .zero ? .replacesRecord : .refused(.unauthenticatedBinding)
        }
        if card.cardCreatedAt ?? 0 < existingCreatedAt { return isSameMachine ? .addsAddresses : .refused(.stale) }
        // An unsigned card that a machine confirmed by announcing itself stays.
        let isConfirmed = existing.binding == .claimed && !existing.isFromCard
        return isConfirmed ? .refused(.unauthenticatedBinding) : .replacesRecord
    }

    private mutating func replace(with record: DiscoveredAgent, _ clock: Clock, into actions: inout [Action]) {
        self.store(record, isContact: true, clock, into: &actions)
        self.mergeMachine(
            DiscoveredMachine(
                machineID: record.machineID,
                addresses: record.addresses,
                announcedAt: 0,
                lastSeen: clock.seconds,
                agentIDs: [record.agentID]
            ),
            isContact: true,
            clock
        )
    }

    /// Addresses go behind the known ones; the agent's own signature makes a claim of the same machine more than that.
    private mutating func merge(_ card: DiscoveredAgent, into existing: DiscoveredAgent) {
        var record = existing
        record.addresses = self.union(existing.addresses, card.addresses)
        if card.machineID == existing.machineID, card.binding > existing.binding {
            record.binding = card.binding
            record.cardCreatedAt = card.cardCreatedAt
        } else if card.machineID == existing.machineID, card.binding == existing.binding {
            record.cardCreatedAt = max(existing.cardCreatedAt ?? 0, card.cardCreatedAt ?? 0)
        }
        self.agents[record.agentID]?.record = record
        guard let machine = self.machines[existing.machineID]?.record else { return }
        let addresses = self.union(machine.addresses, card.addresses)
        self.machines[existing.machineID]?.record.addresses = addresses
    }
}

extension DiscoveredAgent {
    /// Nobody announced the agent yet; only a card names it.
    var isFromCard: Bool { self.machinePublicKey.isEmpty }
}
