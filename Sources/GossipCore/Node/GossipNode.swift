// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// The gossip overlay of one node as a value: Plumtree over the connected peers (spec 04 §5–7).
///
/// The way of a message: `messageReceived` → decode and cheap checks → `verify` → `verified` → `deliver`, then `send` to the
/// eager peers and an IHAVE to some lazy ones. The way of a publish: `publish` → `sign` (agent) → `deliver` → `sign` (machine)
/// → `send` → `published`. Nothing is forwarded, cached or remembered before its signatures are checked.
///
/// The shell calls ``handle(_:now:into:)`` for every event, performs the actions in order, and calls
/// ``handleTimeout(now:into:)`` at ``nextDeadline``. A run follows from the seed and the events alone.
package struct GossipNode: Sendable {
    let identity: GossipIdentity
    let configuration: GossipConfiguration
    var random: SplitMix64
    var lastRequestID: UInt64 = 0

    /// Connected peers; at most `peerCountMax`.
    var peers: [PeerID: PeerState] = [:]
    /// The keys of `peers`, sorted: the order of everything that depends on order.
    var sortedPeers: [PeerID] = []
    /// At most `topicCountMax`.
    var topics: [TopicID: TopicState] = [:]
    /// Topics with something to announce, in the order they got it; each at most once.
    var dirtyTopics: [TopicID] = []
    var cache: MessageCache
    var seen: SeenMessages
    var missing: MissingMessages
    /// Messages whose signatures are being checked.
    var verifications: VerificationTable
    /// What was found wrong, so that it is not checked again.
    var rejected: RejectedMessages
    /// What is done when a signature arrives; at most `signingCountMax`.
    var signings: [RequestID: SigningPurpose] = [:]
    /// How many of `signings` are for control messages.
    var controlSigningCount = 0
    /// The peer of each running send; at most `peerCountMax` × `sendCountInFlightMax`.
    var sends: [RequestID: PeerID] = [:]

    /// Who the neighbours are; `nil` when that is everybody.
    var membership: Membership?

    /// Peers to compare topics with, and when; connected peers, so bounded.
    var comparisons: [PeerID: Instant] = [:]
    var announceAt: Instant?
    var maintenanceAt: Instant
    var antiEntropyAt: Instant
    var sweepAt: Instant
    /// The topic at which the next anti-entropy round starts.
    var antiEntropyCursor: TopicID?

    /// Counters since creation.
    package internal(set) var statistics = GossipStatistics()

    /// Creates a node without peers.
    ///
    /// - Parameters:
    ///   - identity: Who the node is.
    ///   - configuration: Its constants.
    ///   - seed: Where all its random choices come from; not a secret, but not the same for two nodes.
    ///   - now: The current time; periodic work starts at a random point of its period after it.
    package init(identity: GossipIdentity, configuration: GossipConfiguration, seed: UInt64, now: Instant) {
        configuration.checkRelations()
        self.identity = identity
        self.configuration = configuration
        var random = SplitMix64(seed: seed)
        self.maintenanceAt = now + jitter(configuration.maintenanceInterval, using: &random)
        self.antiEntropyAt = now + jitter(configuration.antiEntropyInterval, using: &random)
        self.sweepAt = now + jitter(configuration.sweepInterval, using: &random)
        let graftDelay = configuration.graftDelay + jitter(configuration.graftDelaySpread, using: &random)
        self.missing = MissingMessages(configuration: configuration, graftDelay: graftDelay)
        self.membership = configuration.membership.map {
            Membership(localPeer: identity.peerID, configuration: $0, seed: random.next())
        }
        self.random = random
        self.cache = MessageCache(
            countPerTopicMax: configuration.cacheCountPerTopicMax,
            byteCountMax: configuration.cacheByteCountMax,
            lifetime: configuration.cacheLifetime
        )
        self.seen = SeenMessages(countMax: configuration.seenCountMax, lifetime: configuration.seenLifetime)
        self.verifications = VerificationTable(configuration: configuration)
        self.rejected = RejectedMessages(
            countMax: configuration.rejectedCountMax,
            lifetime: configuration.rejectedLifetime
        )
    }

    /// Takes one event and appends what follows from it.
    package mutating func handle(_ event: GossipEvent, now: Instant, into actions: inout [GossipAction]) {
        switch event {
        case .peerConnected(let peer): self.peerConnected(peer, now: now, into: &actions)
        case .connectionReplaced(let peer): self.connectionReplaced(peer, now: now)
        case .peerDisconnected(let peer): self.peerDisconnected(peer, now: now, into: &actions)
        case .connectFailed(let peer):
            self.withMembership(now: now, into: &actions) { $0.connectFailed(peer, now: now, into: &$1) }
        case .join(let seeds): self.withMembership(now: now, into: &actions) { $0.join(seeds, now: now, into: &$1) }
        case .messageReceived(let bytes, let peer): self.messageReceived(bytes, from: peer, now: now, into: &actions)
        case .subscribed(let topic): self.subscribed(topic, now: now, into: &actions)
        case .unsubscribed(let topic): self.unsubscribed(topic, now: now)
        case .publish(let request): self.publish(request, now: now, into: &actions)
        case .signed(let id, let signature): self.signed(id, signature: signature, now: now, into: &actions)
        case .verified(let id, let verdict): self.verified(id, verdict, now: now, into: &actions)
        case .sendFinished(let id, let outcome): self.sendFinished(id, outcome, now: now, into: &actions)
        }
        self.assertInvariants()
    }

    /// Does what is due; early and repeated calls change nothing.
    package mutating func handleTimeout(now: Instant, into actions: inout [GossipAction]) {
        if let announceAt = self.announceAt, announceAt <= now { self.flushAnnouncements(now: now, into: &actions) }
        self.requestMissing(now: now, into: &actions)
        if self.maintenanceAt <= now { self.maintainDegrees(now: now) }
        if self.antiEntropyAt <= now { self.startAntiEntropy(now: now, into: &actions) }
        self.compareReplaced(now: now, into: &actions)
        if self.sweepAt <= now {
            self.sweep(now: now)
            self.probeCooled(now: now, into: &actions)
        }
        if let deadline = self.membership?.nextDeadline, deadline <= now {
            self.withMembership(now: now, into: &actions) { $0.handleTimeout(now: now, into: &$1) }
        }
        self.assertInvariants()
    }

    /// When ``handleTimeout(now:into:)`` is wanted next.
    package var nextDeadline: Instant? {
        var earliest = min(self.maintenanceAt, self.antiEntropyAt, self.sweepAt)
        if let announceAt = self.announceAt { earliest = min(earliest, announceAt) }
        if let comparisonAt = self.nextComparisonAt { earliest = min(earliest, comparisonAt) }
        if let missingAt = self.missing.nextDeadline { earliest = min(earliest, missingAt) }
        if let membershipAt = self.membership?.nextDeadline { earliest = min(earliest, membershipAt) }
        return earliest
    }

    mutating func nextRequestID() -> RequestID {
        self.lastRequestID += 1
        return RequestID(self.lastRequestID)
    }

    mutating func drop(_ reason: DropReason, from peer: PeerID?, into actions: inout [GossipAction]) {
        self.statistics.drops.count(reason)
        actions.append(.drop(reason, from: peer))
    }

    /// Bounds and cross-references that hold after every input.
    private func assertInvariants() {
        assert(self.peers.count == self.sortedPeers.count, "the sorted peers are not the peers")
        assert(self.peers.count <= self.configuration.peerCountMax, "more peers than allowed")
        assert(self.topics.count <= self.configuration.topicCountMax, "more topics than allowed")
        assert(self.signings.count <= self.configuration.signingCountMax, "more signatures than allowed")
        assert(self.missing.count <= self.configuration.missingCountMax, "more missing messages than allowed")
        assert(self.cache.byteCount <= self.configuration.cacheByteCountMax, "the cache is too large")
        assert(self.dirtyTopics.isEmpty == (self.announceAt == nil), "dirty topics without a deadline, or the reverse")
    }
}

private func jitter(_ period: Nanoseconds, using random: inout SplitMix64) -> Nanoseconds {
    period > .zero ? Nanoseconds(Int64.random(in: 0..<period.count, using: &random)) : .zero
}
