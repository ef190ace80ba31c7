// SPDX-License-Identifier: MIT OR Apache-2.0

import ContactsFile
import X0XAPI
import X0XClient

/// What has to be asked of the daemon so that it knows what a contact file knows; nothing it decided itself is undone.
///
/// A plan made again after it was carried out is empty, so an import that was interrupted is simply repeated.
struct ContactImportPlan: Equatable, Sendable {
    /// One request.
    enum Step: Equatable, Sendable {
        case revoke(agent: String, reason: String)
        case add(agent: String, trust: String, label: String?)
        case addMachine(agent: String, machine: String, label: String?, pinned: Bool)
    }

    private(set) var steps: [Step] = []
    /// Contacts that are added or changed.
    private(set) var contactCount = 0
    /// Revocations that are added.
    private(set) var revocationCount = 0
    /// Agents of the file that are no contacts here and about which it holds no decision.
    private(set) var strangerCount = 0

    /// Compares a file with the book of the daemon.
    init(_ document: ContactsDocument, into book: ContactsResponse, ownAgent: String) {
        let known = Dictionary(book.contacts.map { ($0.agentID, $0) }) { first, _ in first }
        let revoked = Set((book.revocations ?? []).map(\.agentID))
        for revocation in document.revocations {
            let agent = hex(revocation.agentID)
            guard agent != ownAgent, !revoked.contains(agent) else { continue }
            self.steps.append(.revoke(agent: agent, reason: revocation.reason))
            self.revocationCount += 1
        }
        for contact in document.contacts where hex(contact.agentID) != ownAgent {
            self.add(contact, existing: known[hex(contact.agentID)])
        }
    }

    private mutating func add(_ contact: ContactsDocument.Contact, existing: ContactRecord?) {
        let agent = hex(contact.agentID)
        guard existing != nil || contact.isDecided else {
            self.strangerCount += 1
            return
        }
        let before = self.steps.count
        let trust = Self.higher(contact.trustLevel.lowercased(), existing?.trustLevel)
        let label = existing?.label == nil ? contact.label : nil
        if trust != existing?.trustLevel || label != nil {
            self.steps.append(.add(agent: agent, trust: trust, label: label))
        }
        for machine in contact.machines {
            let record = existing?.machines?.first { $0.machineID == hex(machine.machineID) }
            // A machine counts as pinned where the contact itself is pinned; the original keeps stale marks otherwise.
            let isPinned = machine.pinned && contact.identityType.lowercased() == "pinned"
            guard record == nil || (isPinned && record?.isPinned == false) else { continue }
            self.steps.append(
                .addMachine(
                    agent: agent,
                    machine: hex(machine.machineID),
                    label: record?.label == nil ? machine.label : nil,
                    pinned: isPinned
                )
            )
        }
        if self.steps.count > before { self.contactCount += 1 }
    }

    /// The level both sides can live with: blocked if one side blocks, else the higher one.
    private static func higher(_ imported: String, _ existing: String?) -> String {
        guard let existing, existing != imported else { return imported }
        if existing == "blocked" || imported == "blocked" { return "blocked" }
        let order = ["unknown", "known", "trusted"]
        // A level nobody knows is passed on as it is: the daemon refuses it by name.
        guard let new = order.firstIndex(of: imported), let old = order.firstIndex(of: existing) else {
            return imported
        }
        return order[max(new, old)]
    }
}

extension ContactImportPlan.Step {
    /// Makes the request.
    func perform(with client: X0XClient) async throws(X0XClientError) {
        switch self {
        case .revoke(let agent, let reason): try await client.revokeContact(agent, reason: reason)
        case .add(let agent, let trust, let label): try await client.addContact(agent, trust: trust, label: label)
        case .addMachine(let agent, let machine, let label, let pinned):
            try await client.addMachine(machine, ofContact: agent, label: label, pinned: pinned)
        }
    }
}

extension ContactsDocument {
    /// The document of a whole book.
    init(_ book: ContactsResponse) throws(X0XClientError) {
        self.init()
        for contact in book.contacts {
            var machines: [Machine] = []
            for machine in contact.machines ?? [] {
                machines.append(
                    Machine(
                        machineID: try bytes(machine.machineID),
                        label: machine.label,
                        firstSeen: machine.firstSeen,
                        lastSeen: machine.lastSeen,
                        pinned: machine.isPinned
                    )
                )
            }
            self.contacts.append(
                Contact(
                    agentID: try bytes(contact.agentID),
                    trustLevel: contact.trustLevel,
                    label: contact.label,
                    addedAt: contact.addedAt,
                    lastSeen: contact.lastSeen,
                    identityType: contact.identityType,
                    machines: machines
                )
            )
        }
        for revocation in book.revocations ?? [] {
            var revoker: [UInt8]?
            if let id = revocation.revokerID { revoker = try bytes(id) }
            self.revocations.append(
                Revocation(
                    agentID: try bytes(revocation.agentID),
                    reason: revocation.reason,
                    timestamp: revocation.timestamp,
                    revokerID: revoker
                )
            )
        }
    }
}

extension ContactsDocument.Contact {
    /// Whether the file holds a decision about the agent, as opposed to only a trace of it.
    fileprivate var isDecided: Bool {
        self.trustLevel.lowercased() != "unknown" || self.label != nil || self.machines.contains(where: \.pinned)
    }
}

/// 64 lower-case digits of an id.
private func hex(_ id: [UInt8]) -> String {
    id.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
}

/// The bytes of an id as the daemon writes it.
private func bytes(_ hex: String) throws(X0XClientError) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    guard digits.count == 64, hex.count == 64 else {
        throw X0XClientError(.invalidResponse, "an id in the answer is not 64 hex digits")
    }
    return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
