// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// How much of a shared queue each peer occupies, so that one peer cannot fill it for all.
struct PeerShares: Sendable {
    private struct Share {
        var count = 0
        var byteCount = 0
    }

    private var shares: [PeerID: Share] = [:]  // peers with something queued, so bounded by the queue
    let countMax: Int
    let byteCountMax: Int

    init(countMax: Int, byteCountMax: Int) {
        self.countMax = countMax
        self.byteCountMax = byteCountMax
    }

    /// Takes room for one element; `false` when the peer has used its share.
    mutating func take(byteCount: Int, for peer: PeerID) -> Bool {
        var share = self.shares[peer] ?? Share()
        guard share.count < self.countMax, byteCount <= self.byteCountMax - share.byteCount else { return false }
        share.count += 1
        share.byteCount += byteCount
        self.shares[peer] = share
        return true
    }

    /// Gives the room of one element back.
    mutating func give(byteCount: Int, of peer: PeerID) {
        guard var share = self.shares[peer] else { return }
        share.count -= 1
        share.byteCount -= byteCount
        self.shares[peer] = share.count > 0 ? share : nil
    }
}
