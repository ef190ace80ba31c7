// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Foundation
internal import GRDB
package import Primitives

/// A stored peer: where it was reached, and how well (spec 03 §14).
package struct PeerRow: Hashable, Sendable {
    /// The peer; the key.
    package var peerID: PeerID
    /// Newest first.
    package var addresses: [NetworkAddress]
    /// Unix seconds.
    package var firstSeen: UInt64
    /// Unix seconds of the last connection; 0 if there was none.
    package var lastSeen: UInt64
    package var successCount: UInt32
    package var failureCount: UInt32
    package var roundTripMilliseconds: UInt32

    /// Creates a row with plain fields.
    package init(
        peerID: PeerID,
        addresses: [NetworkAddress],
        firstSeen: UInt64,
        lastSeen: UInt64,
        successCount: UInt32,
        failureCount: UInt32,
        roundTripMilliseconds: UInt32
    ) {
        self.peerID = peerID
        self.addresses = addresses
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.successCount = successCount
        self.failureCount = failureCount
        self.roundTripMilliseconds = roundTripMilliseconds
    }
}

/// One change to the stored peers.
package enum PeerRowChange: Hashable, Sendable {
    case save(PeerRow)
    case remove(PeerID)
}

// Peers. How many there may be is the peer book's rule; the rows are read once, at start.

extension Store {
    /// All peers, the last seen first.
    package func peers() async throws(StorageError) -> [PeerRow] {
        try await self.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM peer ORDER BY last_seen DESC, peer_id").map(PeerRow.init)
        }
    }

    /// Stores changes in one transaction: after a failure none of them is stored.
    package func apply(_ changes: [PeerRowChange]) async throws(StorageError) {
        guard !changes.isEmpty else { return }
        try await self.write { database in
            for change in changes {
                switch change {
                case .save(let peer): try peer.save(in: database)
                case .remove(let peer):
                    try database.execute(sql: "DELETE FROM peer WHERE peer_id = ?", arguments: [Data(peer.bytes)])
                }
            }
        }
    }
}

extension PeerRow {
    fileprivate init(_ row: Row) throws {
        guard let data = row["peer_id"] as Data?, let id = PeerID(bytes: [UInt8](data)) else {
            throw StorageError.invalidRow(table: "peer")
        }
        // An address this program cannot read is one it cannot dial.
        let addresses = (row["addresses"] as String).split(separator: " ").compactMap { NetworkAddress(String($0)) }
        self.init(
            peerID: id,
            addresses: addresses,
            firstSeen: UInt64(max(0, row["first_seen"] as Int64)),
            lastSeen: UInt64(max(0, row["last_seen"] as Int64)),
            successCount: UInt32(clamping: row["success_count"] as Int64),
            failureCount: UInt32(clamping: row["failure_count"] as Int64),
            roundTripMilliseconds: UInt32(clamping: row["round_trip_ms"] as Int64)
        )
    }

    fileprivate func save(in database: Database) throws {
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO peer
                    (peer_id, addresses, first_seen, last_seen, success_count, failure_count, round_trip_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                Data(self.peerID.bytes), self.addresses.map(\.description).joined(separator: " "),
                Int64(clamping: self.firstSeen), Int64(clamping: self.lastSeen), Int64(self.successCount),
                Int64(self.failureCount), Int64(self.roundTripMilliseconds),
            ]
        )
    }
}
