// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Connectivity
internal import DirectMessages
internal import Discovery
package import Identity
internal import Node
internal import Presence
package import Primitives
package import Trust

// Contacts (spec 01 §10, spec 11 §7.8): every change is on disk before its method returns.
extension Agent {
    /// All contacts, sorted by id.
    package func contacts() async -> [Contact] { self.contactService.snapshot.book.contacts }

    /// Adds a contact or changes the level and label of a known one; everything else of it stays.
    ///
    /// - Returns: Whether the contact is new.
    /// - Throws: `ContactError`, or the error of the disk; nothing has changed then.
    package func addContact(_ id: AgentID, trust: TrustLevel, label: String?) async throws -> Bool {
        let now = self.clock.wallTime().seconds
        let isNew = try await self.contactService.mutate { book, changes in
            try book.add(id, trust: trust, label: label, now: now, into: &changes)
        }
        await self.trustChanged(of: id)
        return isNew
    }

    /// Sets the level of an agent, creating the contact if it is missing.
    package func setTrust(_ id: AgentID, _ level: TrustLevel) async throws {
        let now = self.clock.wallTime().seconds
        try await self.contactService.mutate { book, changes in
            try book.setTrust(level, of: id, now: now, into: &changes)
        }
        await self.trustChanged(of: id)
    }

    /// Changes any of level, identity type and label at once; nothing given changes nothing.
    package func updateContact(
        _ id: AgentID,
        trust: TrustLevel?,
        identityType: IdentityType?,
        label: String?
    ) async throws {
        guard trust != nil || identityType != nil || label != nil else { return }
        let now = self.clock.wallTime().seconds
        try await self.contactService.mutate { book, changes in
            _ = try book.update(id, trust: trust, identityType: identityType, label: label, now: now, into: &changes)
        }
        await self.trustChanged(of: id)
    }

    /// Removes a contact; `false` when there was none.
    package func removeContact(_ id: AgentID) async throws -> Bool {
        try await self.contactService.mutate { book, changes in book.remove(id, into: &changes) != nil }
    }

    /// The trust evaluator's answer (spec 01 §11).
    package func evaluateTrust(agent: AgentID, machine: MachineID) async -> TrustDecision {
        self.contactService.snapshot.book.decision(for: agent, on: machine)
    }

    /// Makes the agent of a card a contact, and its addresses hints for dialling (spec 11 §7.2).
    ///
    /// The own card is accepted and ignored. An import never lowers a level and never lifts `blocked`; it never replaces
    /// what the agent itself announced.
    ///
    /// - Throws: `IdentityError` for a card whose signature is wrong, `ContactError`, or the error of the disk.
    package func importCard(_ card: AgentCard, trust: TrustLevel) async throws -> CardImportOutcome {
        _ = try card.authenticity()
        let now = self.clock.wallTime().seconds
        let localAgent = self.identity.agentID
        let outcome = try await self.contactService.mutate { book, changes in
            try book.importCard(card, requesting: trust, localAgent: localAgent, now: now, into: &changes)
        }
        if card.agentID != localAgent, outcome.trustLevel != .blocked { self.discovery.importCard(card) }
        await self.trustChanged(of: card.agentID)
        return outcome
    }

    /// An agent that is refused from now on leaves discovery and the direct-message registry at once, and a blocked one
    /// loses the connections that nobody else uses (spec 01 §12).
    func trustChanged(of agent: AgentID) async {
        self.discovery.trustChanged()
        let book = self.contactService.snapshot.book
        let record = self.discovery.agent(agent)
        let machine = record?.knownMachineID
        let decision = machine.map { book.decision(for: agent, on: $0) } ?? book.decision(for: agent)
        guard decision.isReject else { return }
        if let machine {
            // Discovery forgets the agent, the contact remembers its machine: so its beacons are known as its own. What
            // somebody else claimed about it is not remembered.
            if record?.binding != .claimed { self.activity.note(agent, on: machine) }
            await self.activity.write()
            await self.overlay.forget(machine)
        }
        if decision == .rejectBlocked {
            await self.disconnectMachines(of: agent, also: record?.binding == .claimed ? nil : machine)
        }
        self.discovery.forget(agent)
        self.rendezvous.forget(agent)
        self.presence.note(.removed(agent))
        await self.direct.forget(agent)
    }

    /// Closes the connections to machines on which only refused agents are known.
    private func disconnectMachines(of agent: AgentID, also announced: MachineID?) async {
        let recorded = self.contactService.snapshot.book[agent]?.machines.map(\.machineID) ?? []
        for machine in Set(recorded + [announced].compactMap(\.self)).sorted()
        where self.presenceTrust.standing(of: machine) == .blocked {
            await self.network.peers.disconnect(machine)
        }
    }
}
