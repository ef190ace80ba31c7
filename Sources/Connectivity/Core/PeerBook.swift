// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// A peer this node was connected to or heard of, and what is known about reaching it (spec 03 §14.3).
package struct KnownPeer: Hashable, Sendable {
    package let id: PeerID
    /// Where it was reached or said to be, newest first; at most ``PeerBook/addressCountMax``.
    package var addresses: [NetworkAddress]
    /// Unix seconds.
    package var firstSeen: UInt64
    /// The last connection of our own, Unix seconds; what others say does not raise it.
    package var lastSeen: UInt64
    package var successCount: UInt32
    package var failureCount: UInt32
    /// Weighted average in milliseconds; 0 before the first connection.
    package var roundTripMilliseconds: UInt32

    /// Creates a record.
    package init(
        id: PeerID,
        addresses: [NetworkAddress],
        firstSeen: UInt64,
        lastSeen: UInt64,
        successCount: UInt32 = 0,
        failureCount: UInt32 = 0,
        roundTripMilliseconds: UInt32 = 0
    ) {
        self.id = id
        self.addresses = addresses
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.successCount = successCount
        self.failureCount = failureCount
        self.roundTripMilliseconds = roundTripMilliseconds
    }

    /// How promising a dial is, 0…1: success 40 %, round trip 25 %, freshness 15 % with a half-life of a day (spec 03
    /// §14.3; the term for capabilities is 0, nobody is asked for any yet).
    package func quality(now: UInt64) -> Double {
        let attempts = Double(self.successCount) + Double(self.failureCount)
        let success = attempts == 0 ? 0.5 : Double(self.successCount) / attempts
        let roundTrip =
            self.roundTripMilliseconds == 0 ? 0.5 : 1 - min(Double(self.roundTripMilliseconds) / 1000, 1)
        let age = Double(now > self.lastSeen ? now - self.lastSeen : 0)
        return min(1, max(0, 0.4 * success + 0.25 * roundTrip + 0.15 * powerOfHalf(age / 86_400)))
    }
}

/// The peers a node remembers across restarts, so that it finds its network again without configured peers (spec 03 §14).
///
/// A value; whoever owns it stores what ``takeChanges()`` returns. At the cap the twentieth of lowest quality makes room.
package struct PeerBook: Sendable {
    /// Peers remembered; the original remembers 30,000.
    package static let countMax = 10_000
    /// Addresses of one peer.
    package static let addressCountMax = 10
    /// A peer without contact for longer is forgotten.
    package static let lifetimeSeconds: UInt64 = 7 * 86_400

    /// A difference between the book and its copy on disk.
    package enum Change: Hashable, Sendable {
        case save(KnownPeer)
        case remove(PeerID)
    }

    private let localPeer: PeerID
    private let countMax: Int
    private var peers: [PeerID: KnownPeer] = [:]  // ≤ countMax
    private var changed: Set<PeerID> = []  // peers in the book or just removed from it

    /// Opens a book with what was stored; entries over the cap are left out.
    package init(localPeer: PeerID, stored: [KnownPeer] = [], countMax: Int = PeerBook.countMax) {
        precondition(countMax > 0, "a book without pages")
        self.localPeer = localPeer
        self.countMax = countMax
        for peer in stored.prefix(countMax) where peer.id != localPeer { self.peers[peer.id] = peer }
    }

    /// Peers in the book.
    package var count: Int { self.peers.count }

    /// The record of a peer.
    package subscript(peer: PeerID) -> KnownPeer? { self.peers[peer] }

    // MARK: - What happens

    /// A connection to the peer came about; `now` in Unix seconds.
    package mutating func connected(
        to peer: PeerID,
        at address: NetworkAddress,
        roundTripMilliseconds roundTrip: UInt32,
        now: UInt64
    ) {
        self.update(peer, now: now) { entry in
            entry.addresses = Self.merged([address], entry.addresses)
            entry.lastSeen = max(entry.lastSeen, now)
            entry.successCount = min(entry.successCount, .max - 1) + 1
            guard roundTrip > 0 else { return }
            let average = UInt64(entry.roundTripMilliseconds)
            entry.roundTripMilliseconds = average == 0 ? roundTrip : UInt32((7 * average + UInt64(roundTrip)) / 8)
        }
    }

    /// Somebody proved to be the peer said where it is; that is no contact, so it does not make the entry look alive.
    package mutating func learned(_ addresses: [NetworkAddress], of peer: PeerID, now: UInt64) {
        guard !addresses.isEmpty else { return }
        self.update(peer, now: now) { $0.addresses = Self.merged(addresses, $0.addresses) }
    }

    /// None of the peer's addresses led to it.
    package mutating func failed(toReach peer: PeerID, now: UInt64) {
        guard self.peers[peer] != nil else { return }
        self.update(peer, now: now) { $0.failureCount = min($0.failureCount, .max - 1) + 1 }
    }

    /// Forgets peers without contact for a week.
    package mutating func forgetOld(now: UInt64) {
        for peer in self.peers.values
        where now > max(peer.lastSeen, peer.firstSeen)
            && now - max(peer.lastSeen, peer.firstSeen) > Self.lifetimeSeconds
        { self.remove(peer.id) }
    }

    // MARK: - Questions

    /// Peers worth a dial: nine tenths by quality, the rest at random among those never tried (spec 03 §14.3).
    package func candidates(
        _ count: Int,
        without excluded: Set<PeerID>,
        now: UInt64,
        using random: inout some RandomNumberGenerator
    ) -> [KnownPeer] {
        let ranked = self.peers.values.filter { !excluded.contains($0.id) && !$0.addresses.isEmpty }
            .map { (peer: $0, quality: $0.quality(now: now)) }
            .sorted { ($1.quality, $0.peer.id) < ($0.quality, $1.peer.id) }
            .map(\.peer)
        let wanted = min(count, ranked.count)
        let exploring = (wanted + 9) / 10
        var chosen = Array(ranked.prefix(wanted - exploring))
        var rest = Array(ranked.dropFirst(chosen.count))
        let untested = rest.filter { $0.successCount == 0 && $0.failureCount == 0 }
        let explored = (untested.isEmpty ? rest : untested).shuffled(using: &random).prefix(exploring)
        chosen += explored
        rest.removeAll { peer in explored.contains { $0.id == peer.id } }
        return chosen + rest.prefix(wanted - chosen.count)
    }

    /// What has to be written to make the stored copy equal, by peer; afterwards nothing is.
    package mutating func takeChanges() -> [Change] {
        defer { self.changed = [] }
        return self.changed.sorted().map { peer in self.peers[peer].map(Change.save) ?? .remove(peer) }
    }

    /// Changes that could not be written are due again.
    package mutating func putBack(_ changes: [Change]) {
        for change in changes {
            switch change {
            case .save(let peer): self.changed.insert(peer.id)
            case .remove(let peer): self.changed.insert(peer)
            }
        }
    }

    // MARK: - Storage

    private mutating func update(_ peer: PeerID, now: UInt64, _ change: (inout KnownPeer) -> Void) {
        guard peer != self.localPeer else { return }
        let known = self.peers[peer]
        if known == nil, self.peers.count >= self.countMax { self.makeRoom(now: now) }
        var entry = known ?? KnownPeer(id: peer, addresses: [], firstSeen: now, lastSeen: 0)
        change(&entry)
        guard entry != known else { return }
        self.peers[peer] = entry
        self.changed.insert(peer)
    }

    private mutating func makeRoom(now: UInt64) {
        let worst = self.peers.values.map { (id: $0.id, quality: $0.quality(now: now)) }
            .sorted { ($0.quality, $0.id) < ($1.quality, $1.id) }
        for entry in worst.prefix(max(1, self.countMax / 20)) { self.remove(entry.id) }
    }

    private mutating func remove(_ peer: PeerID) {
        guard self.peers.removeValue(forKey: peer) != nil else { return }
        self.changed.insert(peer)
    }

    /// The newer addresses, then the older ones, each once.
    private static func merged(_ newer: [NetworkAddress], _ older: [NetworkAddress]) -> [NetworkAddress] {
        var addresses: [NetworkAddress] = []
        for address in newer + older where addresses.count < Self.addressCountMax && !addresses.contains(address) {
            addresses.append(address)
        }
        return addresses
    }
}

/// `0.5 ^ exponent` for exponents of at least 0, to six digits.
private func powerOfHalf(_ exponent: Double) -> Double {
    guard exponent < 64 else { return 0 }
    var result = 1.0
    var (rest, base, weight) = (exponent, 0.5, 1.0)
    while rest >= 1 {
        result *= 0.5
        rest -= 1
    }
    // The binary digits of the fraction, each worth the square root of the one before.
    for _ in 0..<24 {
        weight /= 2
        base = base.squareRoot()
        if rest >= weight {
            result *= base
            rest -= weight
        }
    }
    return result
}
