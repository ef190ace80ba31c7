// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// How a record was tied to the machine it is about (P-1).
package enum RecordProof: Hashable, Sendable {
    /// The machine's own key signed it: anybody can check that, so it may be passed on.
    case bound
    /// Some key signed it, and the transport proved that the machine itself sent it: how originals beacon.
    case transport
}

/// The newest record of each machine (spec 05 §4, rule 4), bounded and swept (P-5).
package struct RecordTable: Sendable {
    /// A stored record.
    package struct Entry: Sendable {
        package let record: PresenceRecord
        package let proof: RecordProof
        /// When it was stored, monotonic.
        package let storedAt: Instant
        /// Whether the machine itself delivered it.
        package let isDirect: Bool

        /// Hearsay makes room first.
        fileprivate var rank: Int { self.isDirect ? 1 : 0 }
    }

    /// What is known about a machine from records alone.
    package enum Status: Hashable, Sendable {
        case online
        case offline
        case unknown
    }

    private let countMax: Int
    private var entries: [PeerID: Entry] = [:]  // ≤ countMax, about 5.4 KB each
    /// Records not stored, or removed early, because the table was full.
    package private(set) var evictedCount: UInt64 = 0

    /// How long an expired record is remembered, for its sequence number.
    private static let graceSeconds: UInt64 = 600

    /// Creates an empty table.
    package init(countMax: Int) {
        precondition(countMax > 0, "a table without room is not a table")
        self.countMax = countMax
    }

    /// Number of stored records, expired ones included until they are swept.
    package var count: Int { self.entries.count }

    /// The stored record of a machine, of any age.
    package subscript(peer: PeerID) -> Entry? { self.entries[peer] }

    /// The machines with an unexpired record, sorted.
    package func livePeers(wallTime: UnixMillis) -> [PeerID] {
        self.entries.lazy.filter { $0.value.record.expires > wallTime.seconds }.map(\.key).sorted()
    }

    /// Online with an unexpired record, offline with an expired one.
    package func status(of peer: PeerID, wallTime: UnixMillis) -> Status {
        guard let entry = self.entries[peer] else { return .unknown }
        return wallTime.seconds < entry.record.expires ? .online : .offline
    }

    /// Whether the record would replace what is stored: nothing is, a higher sequence number, or a restart.
    package func accepts(_ record: PresenceRecord, of peer: PeerID) -> Bool {
        guard let stored = self.entries[peer]?.record else { return true }
        if record.sequence > stored.sequence { return true }
        let (newer, overflow) = stored.since.addingReportingOverflow(PresenceLimits.restartSeconds)
        return !overflow && record.since > newer
    }

    /// Stores a verified record if it is news; returns whether it was stored.
    ///
    /// A full table first forgets what has expired. Then a machine that speaks for itself displaces the oldest hearsay,
    /// or else the oldest record; hearsay displaces nothing.
    @discardableResult
    package mutating func store(
        _ record: PresenceRecord,
        of peer: PeerID,
        proof: RecordProof,
        isDirect: Bool,
        now: Instant,
        wallTime: UnixMillis
    ) -> Bool {
        guard self.accepts(record, of: peer) else { return false }
        if self.entries[peer] == nil, self.entries.count >= self.countMax {
            self.entries = self.entries.filter { $0.value.record.expires > wallTime.seconds }
            if self.entries.count >= self.countMax {
                self.evictedCount += 1
                guard isDirect, let victim = self.victim else { return false }
                self.entries[victim] = nil
            }
        }
        self.entries[peer] = Entry(record: record, proof: proof, storedAt: now, isDirect: isDirect)
        return true
    }

    /// Removes records that expired ten minutes ago.
    package mutating func sweep(wallTime: UnixMillis) {
        self.entries = self.entries.filter { $0.value.record.expires &+ Self.graceSeconds > wallTime.seconds }
    }

    /// Forgets a machine, such as one that was blocked.
    package mutating func remove(_ peer: PeerID) { self.entries[peer] = nil }

    private var victim: PeerID? {
        self.entries.min {
            ($0.value.rank, $0.value.storedAt, $0.key) < ($1.value.rank, $1.value.storedAt, $1.key)
        }?.key
    }
}
