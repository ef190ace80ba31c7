// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Node
internal import Primitives
internal import Synchronization

/// Sends every inbound message to the lane of its class, by its first byte (spec 02 §9.5).
///
/// Called on the transport's thread: decides, offers, counts, and never waits. Pub/sub repairs itself, so a full lane
/// drops the newest; a direct message over its peer's share is dropped too, so that nobody can stall the others.
final class MessageRouter: Sendable {
    /// Pub/sub messages for the gossip service: 10,000 messages (spec 04 §8), 64 MiB.
    let pubSub = Lane<InboundMessage>(
        limits: QueueLimits(count: pubSubCapacity, byteCount: 64 << 20),
        overflow: .dropNewest,
        measure: { $0.bytes.count }
    )
    /// Requests for messages and digests of what somebody has (IWANT, ANTI_ENTROPY): 1,024 messages, 8 MiB.
    ///
    /// Beside the others, because who asks waits half a second and then asks somebody else: behind thousands of messages every
    /// answer would come too late, and the repair of an overload would be more load.
    let requests = Lane<InboundMessage>(
        limits: QueueLimits(count: 1024, byteCount: 8 << 20),
        overflow: .dropNewest,
        measure: { $0.bytes.count }
    )
    /// Direct messages: 10,000 in all (spec 08 §2), 64 MiB.
    let direct = Lane<InboundMessage>(
        limits: QueueLimits(count: 10_000, byteCount: 64 << 20),
        overflow: .dropNewest,
        measure: { $0.bytes.count }
    )

    /// Presence: 4,000 messages (spec 04 §8), 64 MiB.
    ///
    /// Beacons repeat themselves, so a full lane drops the newest.
    let bulk = Lane<InboundMessage>(
        limits: QueueLimits(count: bulkCapacity, byteCount: 64 << 20),
        overflow: .dropNewest,
        measure: { $0.bytes.count }
    )

    /// Membership for the gossip service: 4,000 messages (spec 04 §3.3), 8 MiB.
    ///
    /// Probes repeat themselves, so a full lane drops the newest.
    let membership = Lane<InboundMessage>(
        limits: QueueLimits(count: membershipCapacity, byteCount: 8 << 20),
        overflow: .dropNewest,
        measure: { $0.bytes.count }
    )

    private static let pubSubCapacity = 10_000
    private static let membershipCapacity = 4_000
    private static let bulkCapacity = 4_000
    private let counters = Mutex(
        InboundCounters(
            pubSubCapacity: pubSubCapacity,
            membershipCapacity: membershipCapacity,
            bulkCapacity: bulkCapacity
        )
    )
    private let shares = Mutex(PeerShares(countMax: 1024, byteCountMax: 16 << 20))
    private let clock: SystemClock

    init(clock: SystemClock) { self.clock = clock }

    /// Takes a message from the transport.
    func route(_ bytes: [UInt8], from peer: PeerID) {
        guard let kind = bytes.first.flatMap(MessageClass.init(rawValue:)) else {
            self.counters.withLock { $0.unknownClassTotal += 1 }
            return
        }
        let message = InboundMessage(bytes: bytes, peer: peer, receivedAt: self.clock.now())
        switch kind {
        case .pubSub where self.isShed(message): self.counters.withLock { $0.arrived(kind, .full, from: peer) }
        case .pubSub where Self.isRequest(message): self.route(message, kind, to: self.requests)
        case .pubSub: self.route(message, kind, to: self.pubSub)
        case .bulk: self.route(message, kind, to: self.bulk)
        case .membership: self.route(message, kind, to: self.membership)
        case .direct: self.routeDirect(message)
        }
    }

    private func route(_ message: InboundMessage, _ kind: MessageClass, to lane: Lane<InboundMessage>) {
        let arrival: PumpStatistics.Arrival =
            switch lane.offer(message) {
            case .accepted, .acceptedDroppingOldest: .enqueued(depth: lane.statistics.queuedCount)
            case .refused: .full
            case .finished, .cancelled: .closed
            }
        self.counters.withLock { $0.arrived(kind, arrival, from: message.peer) }
    }

    /// Near the end of the queue only messages themselves get in: what IHAVE, IWANT and digests say is repeated (spec 04 §20
    /// F-20).
    private func isShed(_ message: InboundMessage) -> Bool {
        self.pubSub.statistics.queuedCount >= Self.pubSubCapacity / 10 * 9
            && message.bytes.count > Self.kindOffset && message.bytes[Self.kindOffset] != MessageKind.eager.rawValue
    }

    private static func isRequest(_ message: InboundMessage) -> Bool {
        guard message.bytes.count > Self.kindOffset else { return false }
        let kind = message.bytes[Self.kindOffset]
        return kind == MessageKind.iWant.rawValue || kind == MessageKind.antiEntropy.rawValue
    }

    /// Where the kind stands: type byte, version, topic, message id (spec 04 §5.1).
    private static let kindOffset = 66

    private func routeDirect(_ message: InboundMessage) {
        let byteCount = message.bytes.count
        if self.shares.withLock({ $0.take(byteCount: byteCount, for: message.peer) }) {
            if self.direct.offer(message).isAccepted { return }
            self.shares.withLock { $0.give(byteCount: byteCount, of: message.peer) }
        }
        self.counters.withLock { $0.directDroppedTotal += 1 }
    }

    /// A direct message left its lane.
    func directTaken(_ message: InboundMessage) {
        self.shares.withLock { $0.give(byteCount: message.bytes.count, of: message.peer) }
    }

    /// A pub/sub message left its lane.
    func pubSubTaken(_ message: InboundMessage, now: Instant) {
        let depth = self.pubSub.statistics.queuedCount
        self.counters.withLock { $0.pubSub.left(dwell: now - message.receivedAt, depth: depth) }
    }

    /// A membership message left its lane.
    func membershipTaken(_ message: InboundMessage, now: Instant) {
        let depth = self.membership.statistics.queuedCount
        self.counters.withLock { $0.membership.left(dwell: now - message.receivedAt, depth: depth) }
    }

    /// A presence message left its lane.
    func bulkTaken(_ message: InboundMessage, now: Instant) {
        let depth = self.bulk.statistics.queuedCount
        self.counters.withLock { $0.bulk.left(dwell: now - message.receivedAt, depth: depth) }
    }

    /// The last connection to the peer ended.
    func forget(_ peer: PeerID) { self.counters.withLock { $0.forget(peer) } }

    /// The counters now.
    var statistics: InboundCounters { self.counters.withLock { $0 } }

    /// Ends the lanes; what is queued is still delivered.
    func finish() {
        self.pubSub.finish()
        self.requests.finish()
        self.membership.finish()
        self.bulk.finish()
        self.direct.finish()
    }
}
