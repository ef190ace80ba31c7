// SPDX-License-Identifier: MIT OR Apache-2.0

/// What membership did since the node was created.
package struct MembershipStatistics: Equatable, Sendable {
    /// Messages that were decoded.
    package var received: UInt64 = 0
    package var sent: UInt64 = 0
    package var bytesSent: UInt64 = 0
    /// Joins of others taken, and joins of our own sent.
    package var joinsReceived: UInt64 = 0
    package var joinsSent: UInt64 = 0
    /// Peers that became neighbours, and neighbours that are none any more.
    package var neighborsGained: UInt64 = 0
    package var neighborsLost: UInt64 = 0
    /// Neighbours that had to make room.
    package var evictions: UInt64 = 0
    /// Requests to be a neighbour we refused, and ours that were refused.
    package var refusals: UInt64 = 0
    package var refused: UInt64 = 0
    /// Requests without answer in time.
    package var unanswered: UInt64 = 0
    /// Contacts that could not be reached.
    package var connectFailures: UInt64 = 0
    package var shufflesSent: UInt64 = 0
    package var shufflesMerged: UInt64 = 0
    package var probesSent: UInt64 = 0
    package var suspicions: UInt64 = 0
    /// Suspects that spoke, or were heard by others.
    package var refutations: UInt64 = 0
    package var indirectAcks: UInt64 = 0
    package var deaths: UInt64 = 0
    /// Neighbours given up because only others reach them.
    package var unusableLinks: UInt64 = 0
    /// Answers nobody had asked for, and variants that make no sense here.
    package var unexpected: UInt64 = 0

    /// Creates zero counters.
    package init() {}
}
