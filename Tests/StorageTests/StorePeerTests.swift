// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Storage
import Testing

/// Peers on disk (spec 03 §14).
@Suite(.timeLimit(.minutes(1))) struct StorePeerTests {
    private static func row(_ number: UInt64, lastSeen: UInt64) -> PeerRow {
        PeerRow(
            peerID: PeerID(words: Words32(number, 0, 0, number)),
            addresses: [
                NetworkAddress(ipv4: 0x7F00_0001, port: UInt16(number)), NetworkAddress(ipv6High: 0, low: 1, port: 7),
            ],
            firstSeen: 10,
            lastSeen: lastSeen,
            successCount: 3,
            failureCount: .max,
            roundTripMilliseconds: 41
        )
    }

    @Test func peersSurviveAndComeBackLastSeenFirst() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        #expect(try await store.peers().isEmpty)
        let (old, new, gone) = (Self.row(1, lastSeen: 5), Self.row(2, lastSeen: 6), Self.row(3, lastSeen: 7))
        try await store.apply([PeerRowChange.save(old), .save(new), .save(gone)])
        var changed = old
        changed.addresses = []
        try await store.apply([PeerRowChange.save(changed), .remove(gone.peerID)])
        try await store.close()
        let reopened = try directory.open()
        #expect(try await reopened.peers() == [new, changed])
    }

    /// A writer that is cancelled finishes, and the shutdown that cancelled it can write and close.
    @Test func aCancelledWriterDisturbsNobody() async throws {
        let directory = try TemporaryDirectory()
        for _ in 0..<20 {
            let store = try directory.open()
            let changes = (1...200 as ClosedRange<UInt64>).map { PeerRowChange.save(Self.row($0, lastSeen: $0)) }
            let writer = Task { try await store.apply(changes) }
            await Task.yield()
            writer.cancel()
            try await store.apply([PeerRowChange.remove(Self.row(1, lastSeen: 1).peerID)])
            try await writer.value
            try await store.close()
        }
    }
}
