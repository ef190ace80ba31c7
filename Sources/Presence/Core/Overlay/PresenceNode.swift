// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
package import Primitives

/// Beacons and friend-of-a-friend queries of one machine (spec 05 §1–6): a value that knows no clock, key or socket.
///
/// It keeps the newest verified record of each machine, makes the own one, and passes queries on. Who of the agents is
/// online follows from its signs of life in ``PresenceTracker``.
///
/// Every message is judged by the standing of the peer the transport proved before a byte of it is read, and what a record
/// says is believed only after its signature was checked. Sends and checks are actions; nothing here waits.
package struct PresenceNode: Sendable {
    /// A transport peer.
    struct Peer: Sendable {
        /// A beacon on its way; until it ends no other is sent.
        var beaconInFlight: PresenceRequestID?
        /// Left out of the fan-out until then, because a beacon to it timed out (spec 05 §3).
        var pausedUntil = Instant.epoch
    }

    /// A walk of somebody else, or of this node, remembered so that it is handled once.
    struct SeenQuery: Sendable {
        /// Who passed it on; `nil` for own ones.
        var from: PeerID?
        /// Whom it was passed on to: from them, and only from them, answers are relayed.
        var forwardedTo: [PeerID]
        var relayedResponseCount = 0
        var relayedByteCount = 0
    }

    /// An own walk that waits for answers.
    struct PendingQuery: Sendable {
        var deadline: Instant
        var wanted: PeerID?
        /// Answers taken in, and those of them that are verified and merged.
        var receivedCount = 0
        var mergedCount = 0
        var records: [PeerID: PresenceRecord] = [:]  // ≤ responseCountMax × responseRecordCountMax
    }

    /// What is being verified, and what happens with it then.
    enum Verification: Sendable {
        case beacon(sender: PeerID, PresenceRecord, RecordProof)
        case response(PresenceQueryID, from: PeerID, known: [PresenceQueryResponse.Entry], unknown: [Candidate])
    }

    /// A record of an answer whose signature is not checked yet.
    struct Candidate: Sendable {
        let entry: PresenceQueryResponse.Entry
        let proof: RecordProof
    }

    let configuration: PresenceConfiguration
    let localPeer: PeerID
    let publicKey: [UInt8]

    var peers: [PeerID: Peer] = [:]  // ≤ configuration.peerCountMax
    var budgets: PeerBudgets
    var seenQueries: ExpiringCache<PresenceQueryID, SeenQuery>
    var pendingQueries: [PresenceQueryID: PendingQuery] = [:]  // ≤ configuration.pendingQueryCountMax
    var verifications: [PresenceRequestID: Verification] = [:]  // ≤ configuration.verificationCountMax
    var sendsInFlight: Set<PresenceRequestID> = []  // ≤ configuration.sendCountMax
    var beaconsInFlight: [PresenceRequestID: PeerID] = [:]  // one per peer
    var signing: (id: PresenceRequestID, record: PresenceRecord)?
    var ownRecord: PresenceRecord?
    var lastSequence: UInt64 = 0
    var isBeaconing = false
    var nextBeaconAt = Instant.distantFuture
    var random: SplitMix64
    /// The newest record of each machine, the own one excluded.
    package internal(set) var records: RecordTable
    private var counters = PresenceStatistics()
    private var nextSweepAt: Instant
    private var lastRequest: UInt64 = 0

    private static let sweepInterval = Nanoseconds.seconds(30)
    /// How long a query is remembered (P-5).
    private static let seenLifetime = Nanoseconds.seconds(30)

    /// Creates a node that neither beacons nor knows anybody.
    package init(
        configuration: PresenceConfiguration,
        localPeer: PeerID,
        publicKey: [UInt8],
        seed: UInt64,
        now: Instant
    ) {
        self.configuration = configuration
        self.localPeer = localPeer
        self.publicKey = publicKey
        self.budgets = PeerBudgets(beaconInterval: configuration.beaconInterval)
        self.seenQueries = ExpiringCache(capacity: configuration.seenQueryCountMax, lifetime: Self.seenLifetime)
        self.records = RecordTable(countMax: configuration.recordCountMax)
        self.random = SplitMix64(seed: seed)
        self.nextSweepAt = now + Self.sweepInterval
    }

    /// Takes in one event.
    package mutating func handle(
        _ event: PresenceNodeEvent,
        at moment: PresenceMoment,
        into actions: inout [PresenceAction]
    ) {
        switch event {
        case .peerConnected(let peer): self.connected(peer, moment, into: &actions)
        case .peerDisconnected(let peer): self.disconnected(peer)
        case .messageReceived(let bytes, let peer): self.received(bytes, from: peer, moment, into: &actions)
        case .verified(let id, let results): self.verified(id, results, moment, into: &actions)
        case .hintsCollected(let hints): self.makeBeacon(hints, moment, into: &actions)
        case .signed(let id, let signature): self.signed(id, signature, moment, into: &actions)
        case .sendFinished(let id, let isTimeout): self.sendFinished(id, isTimeout: isTimeout, now: moment.now)
        case .queryStarted(let id, let timeToLive, let timeout, let wanted):
            self.startQuery(id, timeToLive: timeToLive, timeout: timeout, wanted: wanted, moment, into: &actions)
        case .queryCancelled(let id): self.pendingQueries[id] = nil
        case .machineForgotten(let peer): self.records.remove(peer)
        }
        self.assertInvariants()
    }

    /// When ``handleTimeout(at:into:)`` should be called next.
    package var nextDeadline: Instant {
        let queries = self.pendingQueries.values.lazy.map(\.deadline).min() ?? .distantFuture
        return min(self.nextSweepAt, self.isBeaconing ? self.nextBeaconAt : .distantFuture, queries)
    }

    /// Does what is due; early and repeated calls change nothing.
    package mutating func handleTimeout(at moment: PresenceMoment, into actions: inout [PresenceAction]) {
        if self.isBeaconing, moment.now >= self.nextBeaconAt { self.beaconDue(moment, into: &actions) }
        let overdue = self.pendingQueries.filter { $0.value.deadline <= moment.now }.keys.sorted()
        for id in overdue { self.finishQuery(id, moment, into: &actions) }
        if moment.now >= self.nextSweepAt {
            self.nextSweepAt = moment.now + Self.sweepInterval
            self.seenQueries.sweep(now: moment.now)
            self.records.sweep(wallTime: moment.wallTime)
            self.budgets.sweep(now: moment.now)
        }
        self.assertInvariants()
    }

    /// What happened so far.
    package var statistics: PresenceStatistics {
        var statistics = self.counters
        statistics.recordsEvicted = self.records.evictedCount
        return statistics
    }

    /// Entries held now, by table: what a test of the bounds looks at.
    package var heldEntryCount: Int {
        self.records.count + self.budgets.count + self.seenQueries.count + self.pendingQueries.count
            + self.verifications.count + self.sendsInFlight.count
    }

    // MARK: Shared by the extensions

    mutating func count(_ change: (inout PresenceStatistics) -> Void) { change(&self.counters) }

    mutating func drop(_ reason: PresenceDropReason, into actions: inout [PresenceAction]) {
        self.counters.dropped[reason, default: 0] += 1
        actions.append(.drop(reason))
    }

    mutating func newRequestID() -> PresenceRequestID {
        self.lastRequest += 1
        return PresenceRequestID(number: self.lastRequest)
    }

    /// Sends a message that is not a beacon; over the cap it is dropped.
    mutating func send(_ message: PresenceMessage, to peer: PeerID, into actions: inout [PresenceAction]) -> Bool {
        guard self.sendsInFlight.count < self.configuration.sendCountMax else {
            self.drop(.overloaded, into: &actions)
            return false
        }
        let id = self.newRequestID()
        self.sendsInFlight.insert(id)
        actions.append(.send(id, to: peer, message.transportBytes))
        return true
    }

    /// Up to `count` connected, unblocked peers without `excluded`, at random.
    mutating func randomPeers(_ count: Int, without excluded: [PeerID], _ moment: PresenceMoment) -> [PeerID] {
        var candidates = self.peers.keys.sorted().filter { !excluded.contains($0) && moment.standing($0) != .blocked }
        candidates.shuffle(using: &self.random)
        return Array(candidates.prefix(count))
    }

    private mutating func connected(_ peer: PeerID, _ moment: PresenceMoment, into actions: inout [PresenceAction]) {
        guard self.peers[peer] == nil, peer != self.localPeer else { return }
        guard self.peers.count < self.configuration.peerCountMax else { return self.drop(.overloaded, into: &actions) }
        self.peers[peer] = Peer()
        // A new neighbour should not have to wait for the next tick.
        if self.isBeaconing, let record = self.ownRecord, record.expires > moment.wallTime.seconds {
            self.sendBeacon(record, to: [peer], moment, into: &actions)
        }
    }

    private mutating func disconnected(_ peer: PeerID) {
        // A beacon still in flight keeps its slot until it ends, so that ids are answered once.
        self.peers[peer] = nil
    }

    private mutating func sendFinished(_ id: PresenceRequestID, isTimeout: Bool, now: Instant) {
        self.sendsInFlight.remove(id)
        guard let peer = self.beaconsInFlight.removeValue(forKey: id) else { return }
        guard self.peers[peer]?.beaconInFlight == id else { return }
        self.peers[peer]?.beaconInFlight = nil
        if isTimeout { self.peers[peer]?.pausedUntil = now + self.configuration.beaconInterval }
    }

    private func assertInvariants() {
        assert(self.peers.count <= self.configuration.peerCountMax)
        assert(self.peers[self.localPeer] == nil && self.records[self.localPeer] == nil, "a node is no peer of itself")
        assert(self.records.count <= self.configuration.recordCountMax)
        assert(self.pendingQueries.count <= self.configuration.pendingQueryCountMax)
        assert(self.verifications.count <= self.configuration.verificationCountMax)
        assert(self.sendsInFlight.count <= self.configuration.sendCountMax)
    }
}
