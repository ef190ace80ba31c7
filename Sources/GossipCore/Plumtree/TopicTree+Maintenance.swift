// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

extension TopicTree {
    /// Keeps the number of eager peers within its bounds, by score (spec 04 §7.4).
    ///
    /// Above the maximum the worst become lazy; below the minimum the best become eager, pruned ones and bad ones only
    /// when nobody else is left; in between one bad eager peer may be swapped for a clearly better lazy one.
    mutating func maintain(connected: [PeerID], configuration: GossipConfiguration, now: Instant) -> Moves {
        var moves = Moves()
        moves.prunes += self.demoteSurplus(above: configuration.eagerDegreeMax, now: now)
        moves.grafts += self.promote(from: connected, upTo: configuration.eagerDegreeMin, now: now)
        let isDue = self.lastSwapConsidered.map { now - $0 >= configuration.opportunisticGraftInterval } ?? true
        if isDue, self.eager.count >= configuration.eagerDegreeMin, self.eager.count <= configuration.eagerDegreeMax {
            self.lastSwapConsidered = now
            if self.swapWorst(for: connected, now: now) {
                moves.prunes += 1
                moves.grafts += 1
            }
        }
        return moves
    }

    private mutating func demoteSurplus(above limit: Int, now: Instant) -> Int {
        guard self.eager.count > limit else { return 0 }
        let surplus = self.ranked(self.eager, now: now).suffix(self.eager.count - limit)
        for peer in surplus { self.removeEager(peer) }
        return surplus.count
    }

    /// Promotes the best lazy peers until `degree` are eager.
    private mutating func promote(from connected: [PeerID], upTo degree: Int, now: Instant) -> Int {
        guard self.eager.count < degree else { return 0 }
        let candidates = self.ranked(connected.filter { !self.isEager($0) && !self.isSuppressed($0) }, now: now)
        let good = candidates.filter {
            !self.isHeld($0, now: now) && self.score(of: $0, now: now) >= PeerScore.eagerMin
        }
        let rest = candidates.filter { !good.contains($0) }
        let promoted = (good + rest).prefix(degree - self.eager.count)
        for peer in promoted { self.insertEager(peer) }
        return promoted.count
    }

    private mutating func swapWorst(for connected: [PeerID], now: Instant) -> Bool {
        let lazy = connected.filter { !self.isEager($0) && !self.isSuppressed($0) && !self.isHeld($0, now: now) }
        guard let worst = self.ranked(self.eager, now: now).last, let best = self.ranked(lazy, now: now).first
        else { return false }
        let worstScore = self.score(of: worst, now: now)
        let bestScore = self.score(of: best, now: now)
        guard worstScore < PeerScore.eagerMin, bestScore >= PeerScore.eagerMin,
            bestScore - worstScore >= PeerScore.swapGainMin
        else { return false }
        self.removeEager(worst)
        self.insertEager(best)
        return true
    }

    /// Best first; equal scores by id, so that runs can be replayed.
    private func ranked(_ peers: [PeerID], now: Instant) -> [PeerID] {
        peers.map { (peer: $0, score: self.score(of: $0, now: now)) }
            .sorted { ($1.score, $0.peer) < ($0.score, $1.peer) }
            .map(\.peer)
    }
}
