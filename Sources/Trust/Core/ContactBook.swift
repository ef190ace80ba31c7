// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What a mutation of the book asks its owner to persist, in order, before the caller is answered.
package enum ContactChange: Hashable, Sendable {
    /// Insert or replace the row of this contact and its machines.
    case saved(Contact)
    /// Delete the row; a revocation of the agent stays.
    case removed(AgentID)
    /// Insert the revocation.
    case revoked(Revocation)
}

/// Why a mutation was refused; the book is unchanged.
package enum ContactError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The book is full.
    case contactCountOverLimit(Int)
    /// The list of revocations is full.
    case revocationCountOverLimit(Int)
    /// A contact has all the pinned machines it may have.
    case pinnedMachineCountOverLimit(Int)
    /// A label is too long.
    case labelTooLong(limit: Int)
    /// A reason is too long.
    case reasonTooLong(limit: Int)

    package var description: String {
        switch self {
        case .contactCountOverLimit(let limit): "the contact store is full (\(limit) contacts)"
        case .revocationCountOverLimit(let limit): "the revocation list is full (\(limit) entries)"
        case .pinnedMachineCountOverLimit(let limit): "a contact may have at most \(limit) pinned machines"
        case .labelTooLong(let limit): "label is longer than \(limit) bytes"
        case .reasonTooLong(let limit): "reason is longer than \(limit) bytes"
        }
    }
}

/// The contacts and revocations of this node (spec 01 §10): a value without I/O.
///
/// Every mutating operation appends what must be persisted; a mutation that changes nothing appends nothing.
/// The revoked set is consulted on every path that creates or changes an entry, so a revoked agent is always blocked.
package struct ContactBook: Equatable, Sendable {
    private var contactsByID: [AgentID: Contact] = [:]  // ≤ ContactLimits.contactCountMax
    private var revocationsByID: [AgentID: Revocation] = [:]  // ≤ ContactLimits.revocationCountMax
    /// Which contacts a machine is recorded for; as large as the machine lists of all contacts (spec 01 F36).
    private var agentsByMachine: [MachineID: Set<AgentID>] = [:]

    /// Creates an empty book.
    package init() {}

    /// Creates a book from stored rows; the rules apply to them too, so a stored contact of a revoked agent is blocked.
    package init(contacts: [Contact], revocations: [Revocation]) {
        for revocation in revocations where self.revocationsByID[revocation.agentID] == nil {
            self.revocationsByID[revocation.agentID] = revocation
        }
        for contact in contacts {
            var contact = contact
            self.enforceRevocation(on: &contact)
            self.put(contact)
        }
    }

    // MARK: Queries

    /// The contact of an agent.
    package subscript(agent: AgentID) -> Contact? { self.contactsByID[agent] }

    /// Number of contacts.
    package var count: Int { self.contactsByID.count }

    /// All contacts, sorted by id.
    package var contacts: [Contact] { self.contactsByID.values.sorted { $0.agentID < $1.agentID } }

    /// All revocations, sorted by id.
    package var revocations: [Revocation] { self.revocationsByID.values.sorted { $0.agentID < $1.agentID } }

    /// The revocation of an agent.
    package func revocation(of agent: AgentID) -> Revocation? { self.revocationsByID[agent] }

    /// Whether an agent is revoked.
    package func isRevoked(_ agent: AgentID) -> Bool { self.revocationsByID[agent] != nil }

    /// The level of an agent; unknown for strangers, blocked for revoked ones.
    package func trustLevel(of agent: AgentID) -> TrustLevel {
        self.isRevoked(agent) ? .blocked : self.contactsByID[agent]?.trustLevel ?? .unknown
    }

    /// Whether nothing from or to this agent may pass.
    package func isBlocked(_ agent: AgentID) -> Bool { self.trustLevel(of: agent) == .blocked }

    /// The contacts a machine is recorded for, sorted.
    package func agents(on machine: MachineID) -> [AgentID] { self.agentsByMachine[machine, default: []].sorted() }

    // MARK: The one way in

    /// Creates or changes the entry of `agent` with `body`, under the rules of the book.
    ///
    /// - Returns: Whether the entry is new.
    @discardableResult
    mutating func edit(
        _ agent: AgentID,
        now: UInt64,
        into changes: inout [ContactChange],
        _ body: (inout Contact) throws(ContactError) -> Void
    ) throws(ContactError) -> Bool {
        let existing = self.contactsByID[agent]
        if existing == nil, self.contactsByID.count >= ContactLimits.contactCountMax {
            throw .contactCountOverLimit(ContactLimits.contactCountMax)
        }
        var contact = existing ?? Contact(agentID: agent, addedAt: now)
        try body(&contact)
        self.enforceRevocation(on: &contact)
        if contact != existing {
            self.put(contact)
            changes.append(.saved(contact))
        }
        return existing == nil
    }

    /// Removes a contact and returns it; a revocation stays.
    @discardableResult
    package mutating func remove(_ agent: AgentID, into changes: inout [ContactChange]) -> Contact? {
        guard let contact = self.contactsByID.removeValue(forKey: agent) else { return nil }
        self.unlink(contact)
        changes.append(.removed(agent))
        return contact
    }

    /// Revokes an agent for good: blocked now and whenever it is added again; a second call changes nothing.
    package mutating func revoke(
        _ agent: AgentID,
        reason: String,
        by revoker: AgentID?,
        now: UInt64,
        into changes: inout [ContactChange]
    ) throws(ContactError) {
        guard self.revocationsByID[agent] == nil else { return }
        guard reason.utf8.count <= ContactLimits.reasonByteCountMax else {
            throw .reasonTooLong(limit: ContactLimits.reasonByteCountMax)
        }
        guard self.revocationsByID.count < ContactLimits.revocationCountMax else {
            throw .revocationCountOverLimit(ContactLimits.revocationCountMax)
        }
        let revocation = Revocation(agentID: agent, reason: reason, timestamp: now, revokerID: revoker)
        self.revocationsByID[agent] = revocation
        changes.append(.revoked(revocation))
        // A full book still revokes: the evaluator looks at the revoked set first.
        if self.contactsByID[agent] != nil || self.contactsByID.count < ContactLimits.contactCountMax {
            try self.edit(agent, now: now, into: &changes) { (_: inout Contact) throws(ContactError) in }
        }
    }

    private func enforceRevocation(on contact: inout Contact) {
        if self.isRevoked(contact.agentID) { contact.trustLevel = .blocked }
    }

    private mutating func put(_ contact: Contact) {
        if let old = self.contactsByID.updateValue(contact, forKey: contact.agentID) { self.unlink(old) }
        for machine in contact.machines { self.agentsByMachine[machine.machineID, default: []].insert(contact.agentID) }
    }

    private mutating func unlink(_ contact: Contact) {
        for machine in contact.machines {
            self.agentsByMachine[machine.machineID]?.remove(contact.agentID)
            if self.agentsByMachine[machine.machineID]?.isEmpty == true {
                self.agentsByMachine[machine.machineID] = nil
            }
        }
    }
}
