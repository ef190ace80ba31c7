// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import GRDB
import Storage
import Testing

/// Every released schema, as it was released, must open with today's program and keep its data.
@Suite(.timeLimit(.minutes(1))) struct MigrationTests {
    /// A copy of the released schema 1, with one row in every table; never edited once released.
    private static let version1: String = """
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES ('v1');
        CREATE TABLE contact (
            agent_id BLOB NOT NULL PRIMARY KEY CHECK (length(agent_id) = 32),
            trust_level TEXT NOT NULL CHECK (trust_level IN ('blocked', 'unknown', 'known', 'trusted')),
            identity_type TEXT NOT NULL CHECK (identity_type IN ('anonymous', 'known', 'trusted', 'pinned')),
            label TEXT, added_at INTEGER NOT NULL, last_seen INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE contact_machine (
            agent_id BLOB NOT NULL REFERENCES contact (agent_id) ON DELETE CASCADE,
            machine_id BLOB NOT NULL CHECK (length(machine_id) = 32),
            position INTEGER NOT NULL, label TEXT, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
            is_pinned INTEGER NOT NULL CHECK (is_pinned IN (0, 1)), PRIMARY KEY (agent_id, machine_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE revocation (
            agent_id BLOB NOT NULL PRIMARY KEY CHECK (length(agent_id) = 32),
            reason TEXT NOT NULL, timestamp INTEGER NOT NULL, revoker_id BLOB CHECK (length(revoker_id) = 32)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE setting (
            key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL CHECK (length(value) <= 65536)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO contact VALUES
            (x'0000000000000001000000000000000000000000000000000000000000000001', 'blocked', 'known', 'old', 10, 20);
        INSERT INTO contact_machine VALUES
            (x'0000000000000001000000000000000000000000000000000000000000000001',
             x'0000000000000005000000000000000000000000000000000000000000000002', 0, NULL, 11, 12, 1);
        INSERT INTO revocation VALUES
            (x'0000000000000001000000000000000000000000000000000000000000000001', 'why', 30, NULL);
        INSERT INTO setting VALUES ('old.setting', x'0102');
        """

    /// What the peers of schema 2 add.
    private static let version2Peers: String = """
        CREATE TABLE peer (
            peer_id BLOB NOT NULL PRIMARY KEY CHECK (length(peer_id) = 32), addresses TEXT NOT NULL,
            first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, success_count INTEGER NOT NULL,
            failure_count INTEGER NOT NULL, round_trip_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    @Test func aDatabaseOfVersion1OpensAndKeepsItsData() async throws {
        let directory = try TemporaryDirectory()
        let queue = try DatabaseQueue(path: directory.databasePath)
        try await queue.write { try $0.execute(sql: Self.version1) }
        try queue.close()
        let store = try directory.open()
        let record = ContactMachineRow(machineID: machine(5), firstSeen: 11, lastSeen: 12, isPinned: true)
        let expected = ContactRow(
            agentID: agent(1),
            trustLevel: "blocked",
            identityType: "known",
            label: "old",
            addedAt: 10,
            lastSeen: 20,
            machines: [record]
        )
        #expect(try await store.contacts() == [expected])
        #expect(try await store.revocations() == [RevocationRow(agentID: agent(1), reason: "why", timestamp: 30)])
        #expect(try await store.value(of: SettingKey("old.setting")) == [1, 2])
    }

    /// The copy above is only worth something while it is what the program really creates.
    @Test func theCopyOfTheNewestSchemaIsFaithful() async throws {
        func schema(_ path: String) throws -> [String] {
            let queue = try DatabaseQueue(path: path)
            return try queue.read { database in
                try String.fetchAll(
                    database,
                    sql: "SELECT sql FROM sqlite_schema WHERE name NOT LIKE '%grdb%' AND sql IS NOT NULL ORDER BY name"
                )
                .map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
                .map { $0.replacing("( ", with: "(").replacing(" )", with: ")") }
            }
        }
        let created = try TemporaryDirectory()
        try await created.open().close()
        let copied = try TemporaryDirectory()
        try await DatabaseQueue(path: copied.databasePath).write {
            try $0.execute(sql: Self.version1 + Self.version2Peers)
        }
        #expect(try schema(created.databasePath) == schema(copied.databasePath))
    }
}
