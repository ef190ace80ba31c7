// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// Getting what was lost while a peer could not be sent to: when a cool-down ends, and when one connection took over from
/// another (spec 04 §7.6, §20 F-4).
extension GossipNode {
    /// Another connection to a peer took over; what was on its way over the old one may be lost.
    ///
    /// Compared a little later, when the old connection has brought what it still can, and once however often it happens
    /// until then.
    mutating func connectionReplaced(_ peer: PeerID, now: Instant) {
        guard self.peers[peer] != nil else { return }
        self.comparisons[peer] = self.comparisons[peer] ?? now + self.configuration.replacedConnectionDelay
    }

    /// When the next comparison is due.
    var nextComparisonAt: Instant? { self.comparisons.values.min() }

    mutating func compareReplaced(now: Instant, into actions: inout [GossipAction]) {
        guard let due = self.nextComparisonAt, due <= now else { return }
        for peer in self.comparisons.filter({ $0.value <= now }).keys.sorted() {
            self.comparisons[peer] = nil
            self.reconcile(with: peer, now: now, into: &actions)
        }
    }

    /// The probe after a cool-down is a list of what there is.
    ///
    /// If it gets through, the peer asks for what it missed, and tells what we miss. Without it a quiet topic would never
    /// recover.
    mutating func probeCooled(now: Instant, into actions: inout [GossipAction]) {
        for topic in self.topics.keys.sorted() {
            for peer in self.topics[topic]?.tree.peersToProbe(now: now) ?? [] {
                self.sendDigest(of: topic, to: peer, now: now, into: &actions)
            }
        }
    }
}
