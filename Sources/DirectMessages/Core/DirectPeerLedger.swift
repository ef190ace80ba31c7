// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What went to and came from one agent since the start (spec 11 §7.5, `per_peer`).
package struct DirectPeerStatistics: Equatable, Sendable {
    package var sendSucceeded: UInt64 = 0
    package var sendFailed: UInt64 = 0
    package var receiveCount: UInt64 = 0
    /// When the last message was sent or tried.
    package var lastSend: UnixMillis?
    package var lastReceive: UnixMillis?
    /// The path of the last successful send.
    package var lastPath: DirectPath?

    /// Creates counters at zero.
    package init() {}

    fileprivate var lastUse: UInt64 { max(self.lastSend?.milliseconds ?? 0, self.lastReceive?.milliseconds ?? 0) }
}

/// The counters of the agents this node exchanged direct messages with; the longest idle one makes room.
package struct DirectPeerLedger: Sendable {
    /// Agents remembered.
    package static let countMax = 1024

    /// By agent; ≤ countMax.
    package private(set) var peers: [AgentID: DirectPeerStatistics] = [:]

    /// Creates an empty ledger.
    package init() {}

    /// A send ended; `path` is nil when it failed.
    package mutating func sent(to agent: AgentID, over path: DirectPath?, at now: UnixMillis) {
        self.change(agent) { peer in
            peer.lastSend = now
            if let path {
                peer.sendSucceeded += 1
                peer.lastPath = path
            } else {
                peer.sendFailed += 1
            }
        }
    }

    /// A message was delivered.
    package mutating func received(from agent: AgentID, at now: UnixMillis) {
        self.change(agent) { peer in
            peer.lastReceive = now
            peer.receiveCount += 1
        }
    }

    private mutating func change(_ agent: AgentID, _ update: (inout DirectPeerStatistics) -> Void) {
        update(&self.peers[agent, default: DirectPeerStatistics()])
        guard self.peers.count > Self.countMax else { return }
        // Rare, and a thousand entries; ids break ties, so that the same history leaves the same ledger.
        let oldest = self.peers.min { ($0.value.lastUse, $0.key) < ($1.value.lastUse, $1.key) }
        if let oldest { self.peers[oldest.key] = nil }
    }
}
