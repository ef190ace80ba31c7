// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Foundation
internal import GRDB
internal import Primitives

// Contacts and revocations. How many there may be is the contact book's rule; the rows are read once, at start.

extension Store {
    /// All contacts with their machines, by id.
    package func contacts() async throws(StorageError) -> [ContactRow] {
        try await self.read { database in
            var machines: [AgentID: [ContactMachineRow]] = [:]
            let machineRows = try Row.fetchCursor(
                database,
                sql: "SELECT * FROM contact_machine ORDER BY agent_id, position, machine_id"
            )
            while let row = try machineRows.next() {
                let agent: AgentID = try identifier(row, "agent_id", table: "contact_machine")
                machines[agent, default: []].append(try ContactMachineRow(row))
            }
            var contacts: [ContactRow] = []
            let contactRows = try Row.fetchCursor(database, sql: "SELECT * FROM contact ORDER BY agent_id")
            while let row = try contactRows.next() {
                var contact = try ContactRow(row)
                contact.machines = machines[contact.agentID] ?? []
                contacts.append(contact)
            }
            return contacts
        }
    }

    /// All revocations, by id.
    package func revocations() async throws(StorageError) -> [RevocationRow] {
        try await self.read { database in
            var revocations: [RevocationRow] = []
            let rows = try Row.fetchCursor(database, sql: "SELECT * FROM revocation ORDER BY agent_id")
            while let row = try rows.next() { revocations.append(try RevocationRow(row)) }
            return revocations
        }
    }

    /// Stores changes in their order, in one transaction: after a failure none of them is stored.
    ///
    /// `mark` becomes a setting without contents in the same transaction: proof that the changes were stored.
    package func apply(
        _ changes: [ContactRowChange],
        remembering mark: SettingKey? = nil
    ) async throws(StorageError) {
        guard !changes.isEmpty || mark != nil else { return }
        try await self.write { database in
            for change in changes {
                switch change {
                case .save(let contact):
                    try contact.save(in: database)
                case .remove(let agent):
                    try database.execute(
                        sql: "DELETE FROM contact WHERE agent_id = ?",
                        arguments: [Data(agent.bytes)]
                    )
                case .revoke(let revocation):
                    try revocation.insert(in: database)
                }
            }
            if let mark { try Self.set([], of: mark, in: database) }
        }
    }
}

extension ContactRow {
    fileprivate init(_ row: Row) throws {
        self.init(
            agentID: try identifier(row, "agent_id", table: "contact"),
            trustLevel: row["trust_level"],
            identityType: row["identity_type"],
            label: row["label"],
            addedAt: seconds(row["added_at"]),
            lastSeen: (row["last_seen"] as Int64?).map(seconds)
        )
    }

    fileprivate func save(in database: Database) throws {
        let key = Data(self.agentID.bytes)
        try database.execute(
            sql: """
                INSERT INTO contact (agent_id, trust_level, identity_type, label, added_at, last_seen)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (agent_id) DO UPDATE SET
                    trust_level = excluded.trust_level, identity_type = excluded.identity_type,
                    label = excluded.label, added_at = excluded.added_at, last_seen = excluded.last_seen
                """,
            arguments: [
                key, self.trustLevel, self.identityType, self.label, Int64(clamping: self.addedAt),
                self.lastSeen.map { Int64(clamping: $0) },
            ]
        )
        try database.execute(sql: "DELETE FROM contact_machine WHERE agent_id = ?", arguments: [key])
        for (position, machine) in self.machines.enumerated() {
            try database.execute(
                sql: """
                    INSERT INTO contact_machine
                        (agent_id, machine_id, position, label, first_seen, last_seen, is_pinned)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    key, Data(machine.machineID.bytes), position, machine.label, Int64(clamping: machine.firstSeen),
                    Int64(clamping: machine.lastSeen), machine.isPinned,
                ]
            )
        }
    }
}

extension ContactMachineRow {
    fileprivate init(_ row: Row) throws {
        self.init(
            machineID: try identifier(row, "machine_id", table: "contact_machine"),
            label: row["label"],
            firstSeen: seconds(row["first_seen"]),
            lastSeen: seconds(row["last_seen"]),
            isPinned: row["is_pinned"]
        )
    }
}

extension RevocationRow {
    fileprivate init(_ row: Row) throws {
        let revoker: AgentID? =
            row.hasNull(atIndex: 3) ? nil : try identifier(row, "revoker_id", table: "revocation")
        self.init(
            agentID: try identifier(row, "agent_id", table: "revocation"),
            reason: row["reason"],
            timestamp: seconds(row["timestamp"]),
            revokerID: revoker
        )
    }

    fileprivate func insert(in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO revocation (agent_id, reason, timestamp, revoker_id) VALUES (?, ?, ?, ?)
                ON CONFLICT (agent_id) DO NOTHING
                """,
            arguments: [
                Data(self.agentID.bytes), self.reason, Int64(clamping: self.timestamp),
                self.revokerID.map { Data($0.bytes) },
            ]
        )
    }
}

/// The 32-byte id in a column.
private func identifier<ID: Identifier32>(_ row: Row, _ column: String, table: String) throws -> ID {
    guard let data = row[column] as Data?, let id = ID(bytes: [UInt8](data)) else {
        throw StorageError.invalidRow(table: table)
    }
    return id
}

/// Stored seconds; a negative time, which this program never writes, reads as zero.
private func seconds(_ value: Int64) -> UInt64 { UInt64(max(0, value)) }
