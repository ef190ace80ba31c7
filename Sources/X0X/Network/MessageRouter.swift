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
    /// Direct messages: 10,000 in all (spec 08 §2), 64 MiB.
    let direct = Lane<InboundMessage>(
        limits: QueueLimits(count: 10_000, byteCount: 64 << 20),
        overflow: .dropNewest,
        measure: { $0.bytes.count }
    )

    private static let pubSubCapacity = 10_000
    private let counters = Mutex(InboundCounters(pubSubCapacity: pubSubCapacity))
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
        case .pubSub:
            let arrival: PumpStatistics.Arrival =
                switch self.pubSub.offer(message) {
                case .accepted, .acceptedDroppingOldest: .enqueued(depth: self.pubSub.statistics.queuedCount)
                case .refused: .full
                case .finished, .cancelled: .closed
                }
            self.counters.withLock { $0.arrived(kind, arrival, from: peer) }
        case .membership, .bulk:
            // No service handles these classes yet; a closed queue is what their counters say.
            self.counters.withLock { $0.arrived(kind, .closed, from: peer) }
        case .direct: self.routeDirect(message)
        }
    }

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

    /// The last connection to the peer ended.
    func forget(_ peer: PeerID) { self.counters.withLock { $0.forget(peer) } }

    /// The counters now.
    var statistics: InboundCounters { self.counters.withLock { $0 } }

    /// Ends the lanes; what is queued is still delivered.
    func finish() {
        self.pubSub.finish()
        self.direct.finish()
    }
}
