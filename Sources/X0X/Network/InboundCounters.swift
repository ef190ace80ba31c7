// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore
internal import Node
internal import Primitives

/// Counters of inbound messages, behind the router's lock.
package struct InboundCounters: Sendable {
    /// Peers counted one by one; more share nothing and are not counted.
    package static let peerCountMax = 1024

    var pubSub: PumpStatistics
    var membership: PumpStatistics
    var bulk: PumpStatistics
    var perPeer: [PeerID: GossipDiagnostics.PeerCounts] = [:]  // ≤ peerCountMax
    /// Messages whose first byte names no class.
    var unknownClassTotal: UInt64 = 0
    /// Direct messages refused because the lane or the peer's share of it was full.
    var directDroppedTotal: UInt64 = 0

    init(pubSubCapacity: Int, bulkCapacity: Int) {
        self.pubSub = PumpStatistics(capacity: pubSubCapacity)
        self.membership = PumpStatistics(capacity: 1)
        self.bulk = PumpStatistics(capacity: bulkCapacity)
    }

    mutating func arrived(_ kind: MessageClass, _ arrival: PumpStatistics.Arrival, from peer: PeerID) {
        var counts = self.perPeer[peer]
        if counts == nil, self.perPeer.count < Self.peerCountMax { counts = GossipDiagnostics.PeerCounts() }
        let isFull = if case .full = arrival { true } else { false }
        switch kind {
        case .pubSub:
            self.pubSub.arrived(arrival)
            counts?.pubSubProduced += 1
            if isFull { counts?.pubSubDroppedFull += 1 }
        case .membership:
            self.membership.arrived(arrival)
            counts?.membershipProduced += 1
            if isFull { counts?.membershipDroppedFull += 1 }
        case .bulk:
            self.bulk.arrived(arrival)
            counts?.bulkProduced += 1
            if isFull { counts?.bulkDroppedFull += 1 }
        case .direct: break
        }
        if let counts { self.perPeer[peer] = counts }
    }

    /// Forgets the counts of a peer that is gone, so that strangers cannot fill the table for good.
    mutating func forget(_ peer: PeerID) { self.perPeer[peer] = nil }
}
