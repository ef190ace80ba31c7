// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What became of an imported contact file.
package struct ContactFileImportOutcome: Hashable, Sendable {
    /// Contacts that were added or changed.
    package var contactCount = 0
    /// Revocations that were added.
    package var revocationCount = 0
    /// Strangers without any decision of the owner that no longer fitted: the original records everybody it hears of.
    package var strangersLeftOut = 0
    /// Machines without a pin that no longer fitted.
    package var machinesLeftOut = 0
    /// Labels and reasons that were cut to their limit.
    package var textsCut = 0

    /// Creates an outcome of nothing.
    package init() {}
}

extension ContactBook {
    /// Takes over the decisions of a contact file, without undoing any of this book (spec 01 §10.2, F3, F11).
    ///
    /// Revocations and blocks of either side stay, the higher of two levels counts otherwise; pins are added. Labels, times
    /// and identity types of contacts that are here already stay. The own agent is no contact of itself. What carries no
    /// decision — strangers, unpinned machines — is left out where it does not fit; a decision that does not fit is an error.
    ///
    /// - Returns: What was taken over.
    package mutating func importFile(
        _ contacts: [Contact],
        revocations: [Revocation],
        localAgent: AgentID,
        now: UInt64,
        into changes: inout [ContactChange]
    ) throws(ContactError) -> ContactFileImportOutcome {
        var outcome = ContactFileImportOutcome()
        for revocation in revocations where revocation.agentID != localAgent {
            try self.importRevocation(revocation, now: now, &outcome, into: &changes)
        }
        let others = contacts.filter { $0.agentID != localAgent }
        // Decisions first, so that strangers get what room is left; among strangers the ones seen last.
        let strangers = others.filter { !$0.isDecided }.sorted { ($0.lastSeen ?? 0) > ($1.lastSeen ?? 0) }
        for contact in others.filter(\.isDecided) {
            try self.importContact(contact, now: now, &outcome, into: &changes)
        }
        for contact in strangers {
            guard self[contact.agentID] != nil || self.count < ContactLimits.contactCountMax else {
                outcome.strangersLeftOut += 1
                continue
            }
            try self.importContact(contact, now: now, &outcome, into: &changes)
        }
        return outcome
    }

    private mutating func importRevocation(
        _ revocation: Revocation,
        now: UInt64,
        _ outcome: inout ContactFileImportOutcome,
        into changes: inout [ContactChange]
    ) throws(ContactError) {
        guard !self.isRevoked(revocation.agentID) else { return }
        let reason = Self.cut(revocation.reason, to: ContactLimits.reasonByteCountMax, &outcome)
        try self.revoke(
            revocation.agentID,
            reason: reason,
            by: revocation.revokerID,
            at: revocation.timestamp,
            createsContact: false,
            now: now,
            into: &changes
        )
        outcome.revocationCount += 1
    }

    private mutating func importContact(
        _ imported: Contact,
        now: UInt64,
        _ outcome: inout ContactFileImportOutcome,
        into changes: inout [ContactChange]
    ) throws(ContactError) {
        let before = changes.count
        let existing = self[imported.agentID]
        let (machines, leftOut) = try Self.machines(of: imported, besides: existing?.machines ?? [])
        outcome.machinesLeftOut += leftOut
        let label = imported.label.map { Self.cut($0, to: ContactLimits.labelByteCountMax, &outcome) }
        try self.edit(imported.agentID, now: imported.addedAt, into: &changes) {
            (contact: inout Contact) throws(ContactError) in
            contact.machines = machines
            contact.label = contact.label ?? label
            contact.lastSeen = max(contact.lastSeen, imported.lastSeen)
            let isBlocked = existing?.trustLevel == .blocked || imported.trustLevel == .blocked
            contact.setTrust(isBlocked ? .blocked : max(contact.trustLevel, imported.trustLevel))
            // A contact pinned on either side is pinned; the original's type counts only for somebody new.
            if existing == nil || imported.identityType == .pinned { contact.identityType = imported.identityType }
            if contact.identityType == .anonymous, contact.trustLevel >= .known { contact.identityType = .known }
        }
        if changes.count > before { outcome.contactCount += 1 }
    }

    /// The machines of both sides: every pin, and the unpinned ones seen last.
    private static func machines(
        of imported: Contact,
        besides existing: [MachineRecord]
    ) throws(ContactError) -> (machines: [MachineRecord], leftOut: Int) {
        var merged = existing
        for machine in imported.machines {
            if let index = merged.firstIndex(where: { $0.machineID == machine.machineID }) {
                merged[index].isPinned = merged[index].isPinned || machine.isPinned
                merged[index].lastSeen = max(merged[index].lastSeen, machine.lastSeen)
            } else {
                var machine = machine
                if let label = machine.label, label.utf8.count > ContactLimits.labelByteCountMax { machine.label = nil }
                merged.append(machine)
            }
        }
        guard merged.count(where: \.isPinned) <= ContactLimits.pinnedMachineCountMax else {
            throw .pinnedMachineCountOverLimit(ContactLimits.pinnedMachineCountMax)
        }
        let kept = merged.filter { !$0.isPinned }.sorted { $0.lastSeen > $1.lastSeen }
            .prefix(ContactLimits.unpinnedMachineCountMax).map(\.machineID)
        let keptIDs = Set(kept)
        let result = merged.filter { $0.isPinned || keptIDs.contains($0.machineID) }
        return (result, merged.count - result.count)
    }

    /// The text, cut between two characters where it is too long.
    private static func cut(_ text: String, to limit: Int, _ outcome: inout ContactFileImportOutcome) -> String {
        guard text.utf8.count > limit else { return text }
        outcome.textsCut += 1
        var result = ""
        for character in text {
            guard result.utf8.count + character.utf8.count <= limit else { break }
            result.append(character)
        }
        return result
    }
}

extension Contact {
    /// Whether the owner has decided anything about the agent, as opposed to only having heard of it.
    fileprivate var isDecided: Bool {
        self.trustLevel != .unknown || self.label != nil || self.identityType == .pinned || self.hasPinnedMachine
    }
}

/// The later of two times, either of which may be missing.
private func max(_ first: UInt64?, _ second: UInt64?) -> UInt64? {
    guard let first else { return second }
    guard let second else { return first }
    return Swift.max(first, second)
}
