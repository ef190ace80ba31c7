// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GRDB

/// The tables, as a list of migrations that only ever grows.
///
/// A released migration is never edited: databases out there have run it as it was. `MigrationTests` keeps a copy of
/// each released schema and upgrades it.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1", migrate: Self.createVersion1)
        migrator.registerMigration("v2 peers", migrate: Self.createPeers)
        return migrator
    }

    /// Peers to find the network again with (spec 03 §14); addresses are separated by spaces.
    private static func createPeers(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE peer (
                    peer_id BLOB NOT NULL PRIMARY KEY CHECK (length(peer_id) = 32),
                    addresses TEXT NOT NULL,
                    first_seen INTEGER NOT NULL,
                    last_seen INTEGER NOT NULL,
                    success_count INTEGER NOT NULL,
                    failure_count INTEGER NOT NULL,
                    round_trip_ms INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                """
        )
    }

    /// Contacts, their machines, revocations (spec 01 §10) and settings.
    ///
    /// Times are Unix seconds. A revocation does not refer to a contact: it stays when the contact is removed.
    private static func createVersion1(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE contact (
                    agent_id BLOB NOT NULL PRIMARY KEY CHECK (length(agent_id) = 32),
                    trust_level TEXT NOT NULL CHECK (trust_level IN ('blocked', 'unknown', 'known', 'trusted')),
                    identity_type TEXT NOT NULL CHECK (identity_type IN ('anonymous', 'known', 'trusted', 'pinned')),
                    label TEXT,
                    added_at INTEGER NOT NULL,
                    last_seen INTEGER
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE contact_machine (
                    agent_id BLOB NOT NULL REFERENCES contact (agent_id) ON DELETE CASCADE,
                    machine_id BLOB NOT NULL CHECK (length(machine_id) = 32),
                    position INTEGER NOT NULL,
                    label TEXT,
                    first_seen INTEGER NOT NULL,
                    last_seen INTEGER NOT NULL,
                    is_pinned INTEGER NOT NULL CHECK (is_pinned IN (0, 1)),
                    PRIMARY KEY (agent_id, machine_id)
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE revocation (
                    agent_id BLOB NOT NULL PRIMARY KEY CHECK (length(agent_id) = 32),
                    reason TEXT NOT NULL,
                    timestamp INTEGER NOT NULL,
                    revoker_id BLOB CHECK (length(revoker_id) = 32)
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE setting (
                    key TEXT NOT NULL PRIMARY KEY,
                    value BLOB NOT NULL CHECK (length(value) <= 65536)
                ) STRICT, WITHOUT ROWID;
                """
        )
    }
}
