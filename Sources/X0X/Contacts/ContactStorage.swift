// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives
internal import Storage
internal import Trust

/// Carries contacts between the book, which knows the rules, and the database, which knows rows.
enum ContactStorage {
    /// Reads the whole book, once, at start.
    static func load(from store: Store) async throws -> ContactBook {
        let contacts = try await store.contacts().map(Self.contact)
        let revocations = try await store.revocations().map { row in
            Revocation(
                agentID: row.agentID,
                reason: row.reason,
                timestamp: row.timestamp,
                revokerID: row.revokerID
            )
        }
        return ContactBook(contacts: contacts, revocations: revocations)
    }

    /// Stores changes, and a mark that they are stored, in one transaction; durable when it returns.
    static func persist(_ changes: [ContactChange], remembering mark: SettingKey? = nil, in store: Store) async throws {
        try await store.apply(changes.map(Self.row), remembering: mark)
    }

    private static func contact(_ row: ContactRow) throws -> Contact {
        guard let trustLevel = TrustLevel(rawValue: row.trustLevel),
            let identityType = IdentityType(rawValue: row.identityType)
        else { throw StorageError.invalidRow(table: "contact") }
        return Contact(
            agentID: row.agentID,
            trustLevel: trustLevel,
            label: row.label,
            addedAt: row.addedAt,
            lastSeen: row.lastSeen,
            identityType: identityType,
            machines: row.machines.map { machine in
                MachineRecord(
                    machineID: machine.machineID,
                    label: machine.label,
                    firstSeen: machine.firstSeen,
                    lastSeen: machine.lastSeen,
                    isPinned: machine.isPinned
                )
            }
        )
    }

    private static func row(_ change: ContactChange) -> ContactRowChange {
        switch change {
        case .saved(let contact): .save(Self.row(contact))
        case .removed(let agent): .remove(agent)
        case .revoked(let revocation):
            .revoke(
                RevocationRow(
                    agentID: revocation.agentID,
                    reason: revocation.reason,
                    timestamp: revocation.timestamp,
                    revokerID: revocation.revokerID
                )
            )
        }
    }

    private static func row(_ contact: Contact) -> ContactRow {
        ContactRow(
            agentID: contact.agentID,
            trustLevel: contact.trustLevel.rawValue,
            identityType: contact.identityType.rawValue,
            label: contact.label,
            addedAt: contact.addedAt,
            lastSeen: contact.lastSeen,
            machines: contact.machines.map { machine in
                ContactMachineRow(
                    machineID: machine.machineID,
                    label: machine.label,
                    firstSeen: machine.firstSeen,
                    lastSeen: machine.lastSeen,
                    isPinned: machine.isPinned
                )
            }
        )
    }
}
