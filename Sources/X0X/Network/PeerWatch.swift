// SPDX-License-Identifier: MIT OR Apache-2.0

package import Node
package import Primitives
internal import Synchronization

/// A connection made, replaced or closed (spec 11 §7.6).
package struct PeerLifecycle: Hashable, Sendable {
    /// What happened.
    package enum Change: Hashable, Sendable {
        /// The first connection to the peer.
        case established(generation: UInt64)
        /// A newer connection took over.
        case replaced(old: UInt64, new: UInt64)
        /// The last connection ended.
        case closed(generation: UInt64, CloseReason)
    }

    package let peer: PeerID
    package let change: Change
    package let at: UnixMillis

    /// Creates the record.
    package init(peer: PeerID, change: Change, at: UnixMillis) {
        self.peer = peer
        self.change = change
        self.at = at
    }
}

/// What is known about the connection to one peer (spec 11 §7.6).
package struct PeerHealth: Hashable, Sendable {
    /// Whether a connection is live.
    package var isConnected: Bool
    /// The live connection or the last one; `nil` for a peer never seen.
    package var generation: UInt64?
    /// Why the last connection ended; `nil` while one is live and for a peer never seen.
    package var closeReason: CloseReason?
    /// Smoothed round-trip time of the live connection.
    package var roundTrip: Nanoseconds?
    /// How long ago the live connection received and sent its last packet.
    package var sinceReceived: Nanoseconds?
    package var sinceSent: Nanoseconds?

    /// Creates the record.
    package init(
        isConnected: Bool = false,
        generation: UInt64? = nil,
        closeReason: CloseReason? = nil,
        roundTrip: Nanoseconds? = nil,
        sinceReceived: Nanoseconds? = nil,
        sinceSent: Nanoseconds? = nil
    ) {
        self.isConnected = isConnected
        self.generation = generation
        self.closeReason = closeReason
        self.roundTrip = roundTrip
        self.sinceReceived = sinceReceived
        self.sinceSent = sinceSent
    }
}

/// The recent past of connections: tells a first connection from a replacement and remembers how the last one ended.
struct PeerHistory: Sendable {
    /// Peers remembered; connected ones are never forgotten before others.
    static let countMax = 1024

    private struct Entry: Sendable {
        var generation: UInt64
        /// `nil` while connected.
        var end: CloseReason?
        var changedAt: UnixMillis
    }

    private var entries: [PeerID: Entry] = [:]

    /// Takes a change in who is connected and says what it means.
    mutating func note(_ event: PeerEvent, at now: UnixMillis) -> PeerLifecycle {
        switch event {
        case .connected(let peer):
            let old = self.entries[peer.id]
            self.entries[peer.id] = Entry(generation: peer.generation, changedAt: now)
            self.trim()
            guard let old, old.end == nil else {
                return PeerLifecycle(peer: peer.id, change: .established(generation: peer.generation), at: now)
            }
            return PeerLifecycle(peer: peer.id, change: .replaced(old: old.generation, new: peer.generation), at: now)
        case .disconnected(let peer, let generation, let reason):
            self.entries[peer] = Entry(generation: generation, end: reason, changedAt: now)
            self.trim()
            return PeerLifecycle(peer: peer, change: .closed(generation: generation, reason), at: now)
        }
    }

    /// How the last connection to a peer ended, if there was one and it ended.
    func end(of peer: PeerID) -> (generation: UInt64, reason: CloseReason)? {
        self.entries[peer].flatMap { entry in entry.end.map { (entry.generation, $0) } }
    }

    private mutating func trim() {
        guard self.entries.count > Self.countMax else { return }
        let victim = self.entries.min { lhs, rhs in
            let left = (lhs.value.end == nil ? 1 : 0, lhs.value.changedAt.milliseconds)
            let right = (rhs.value.end == nil ? 1 : 0, rhs.value.changedAt.milliseconds)
            return left == right ? lhs.key < rhs.key : left < right
        }
        if let victim { self.entries[victim.key] = nil }
    }
}

/// Hands changes of connections to the clients of `GET /peers/events`, and remembers the last of each peer.
final class PeerWatch: Sendable {
    /// Changes that may wait for one client.
    static let feedCapacity = 4096
    /// Clients at once; the server has a lower cap.
    static let feedCountMax = 4096

    let changes = Broadcast<PeerLifecycle>(subscriberCountMax: feedCountMax)
    private let history = Mutex(PeerHistory())

    func note(_ event: PeerEvent, at now: UnixMillis) {
        self.changes.publish(self.history.withLock { $0.note(event, at: now) })
    }

    func end(of peer: PeerID) -> (generation: UInt64, reason: CloseReason)? {
        self.history.withLock { $0.end(of: peer) }
    }
}
