// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Counters of a node since its creation; the core's part of `GET /diagnostics/gossip` (spec 04 §14).
package struct GossipStatistics: Equatable, Sendable {
    package var messageKinds = MessageKindStatistics()
    /// Dropped things by reason.
    package var drops = DropStatistics()
    /// Time to decode messages; empty without a stopwatch.
    package var decode = StageTimer()
    /// Time from a decoded message to what is done with it, up to the request to check its signatures.
    package var dedupeCheck = StageTimer()
    /// Time from a verification request to its answer: signatures of messages that were not duplicates.
    package var verify = StageTimer()
    /// Signatures handed out to be checked: one of the envelope and one of the header per message that is not known.
    package var signatureChecks: UInt64 = 0
    /// Time from queueing a message for a peer to the end of its send.
    package var republish = StageTimer()
    /// Sends that hit the time limit.
    package var republishPerPeerTimeout: UInt64 = 0
    /// Sends given up because the peer's queue was full.
    package var outboundBudgetExhausted: UInt64 = 0
    /// Messages handed to `deliver`.
    package var delivered: UInt64 = 0
    /// Messages this node accepted from peers, subscribed or not.
    package var accepted: UInt64 = 0
    /// EAGER messages queued for peers: publishes, forwards and repair.
    package var eagerSent: UInt64 = 0
    /// IHAVE messages queued for peers.
    package var iHaveSent: UInt64 = 0
    /// IWANT messages queued for peers.
    package var iWantSent: UInt64 = 0
    /// ANTI_ENTROPY messages queued for peers.
    package var antiEntropySent: UInt64 = 0
    /// Requests to stop pushing, queued for peers.
    package var pruneNoticesSent: UInt64 = 0
    /// Requests to push, queued for peers whose announcements were faster than our parent.
    package var graftNoticesSent: UInt64 = 0
    /// Accepted messages whose id was known with another payload: somebody reused an id.
    package var messageIDConflicts: UInt64 = 0
    /// Messages accepted after they had been asked for.
    package var recovered: UInt64 = 0
    /// Cached messages evicted by a cap before their time.
    package var cacheEvictions: UInt64 = 0
    /// Topics forgotten to make room.
    package var topicEvictions: UInt64 = 0
    /// Bytes queued for peers.
    package var bytesSent: UInt64 = 0

    /// Creates zero counters.
    package init() {}
}

/// Inbound messages by kind, and moves between the peer sets.
package struct MessageKindStatistics: Equatable, Sendable {
    package var eager: UInt64 = 0
    package var iHave: UInt64 = 0
    package var iWant: UInt64 = 0
    package var antiEntropy: UInt64 = 0
    package var other: UInt64 = 0
    /// Undecodable messages and control payloads.
    package var decodeFailed: UInt64 = 0
    /// Local moves from eager to lazy.
    package var prune: UInt64 = 0
    /// Local moves from lazy to eager.
    package var graft: UInt64 = 0

    mutating func count(_ kind: MessageKind) {
        switch kind {
        case .eager: self.eager += 1
        case .iHave: self.iHave += 1
        case .iWant: self.iWant += 1
        case .antiEntropy: self.antiEntropy += 1
        case .ping, .ack, .find, .presence, .shuffle: self.other += 1
        }
    }
}

/// How often each ``DropReason`` happened.
package struct DropStatistics: Equatable, Sendable {
    /// Indexed by raw value, which is the place in the declaration.
    private var counts: [UInt64] = Array(repeating: 0, count: DropReason.allCases.count)

    /// Creates zero counters.
    package init() {}

    /// The count of one reason.
    package subscript(reason: DropReason) -> UInt64 { self.counts[reason.rawValue] }

    mutating func count(_ reason: DropReason) { self.counts[reason.rawValue] += 1 }
}

/// A stage timer of spec 04 §14.
package struct StageTimer: Equatable, Sendable {
    package private(set) var count: UInt64 = 0
    package private(set) var totalNanoseconds: UInt64 = 0
    package private(set) var maxNanoseconds: UInt64 = 0
    package private(set) var overOneSecondCount: UInt64 = 0
    package private(set) var overFiveSecondsCount: UInt64 = 0
    package private(set) var overThirtySecondsCount: UInt64 = 0

    /// Creates an empty timer.
    package init() {}

    /// Records one passage; negative spans count as zero.
    package mutating func record(_ elapsed: Nanoseconds) {
        let nanoseconds = UInt64(max(0, elapsed.count))
        self.count += 1
        self.totalNanoseconds &+= nanoseconds
        self.maxNanoseconds = max(self.maxNanoseconds, nanoseconds)
        if nanoseconds > 1_000_000_000 { self.overOneSecondCount += 1 }
        if nanoseconds > 5_000_000_000 { self.overFiveSecondsCount += 1 }
        if nanoseconds > 30_000_000_000 { self.overThirtySecondsCount += 1 }
    }
}
