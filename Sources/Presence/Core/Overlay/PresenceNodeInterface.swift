// SPDX-License-Identifier: MIT OR Apache-2.0

package import GossipCore
package import Primitives

/// Names a request of a presence node until its answer comes.
package struct PresenceRequestID: Hashable, Sendable {
    /// Unique within the node.
    package let number: UInt64
}

/// What happens to a presence node.
package enum PresenceNodeEvent: Sendable {
    /// A connection to the peer is ready.
    case peerConnected(PeerID)
    /// The last connection to the peer ended.
    case peerDisconnected(PeerID)
    /// A whole message of the bulk stream, class byte included.
    case messageReceived([UInt8], from: PeerID)
    /// The answer to ``PresenceAction/verify(_:_:)``: one result per check.
    case verified(PresenceRequestID, [Bool])
    /// The answer to ``PresenceAction/collectHints``: what may be told to others.
    case hintsCollected([NetworkAddress])
    /// The answer to ``PresenceAction/sign(_:_:)``; `nil` when it failed.
    case signed(PresenceRequestID, signature: [UInt8]?)
    /// The answer to ``PresenceAction/send(_:to:_:)``, whatever came of it.
    case sendFinished(PresenceRequestID, isTimeout: Bool)
    /// A walk begins; the id is 32 fresh random bytes. It ends early when `wanted` is found.
    case queryStarted(PresenceQueryID, timeToLive: UInt8, timeout: Nanoseconds, wanted: PeerID?)
    /// Nobody waits for the walk any more.
    case queryCancelled(PresenceQueryID)
    /// The machine may not be known any more, such as that of a blocked agent.
    case machineForgotten(PeerID)
}

/// What a presence node wants done.
package enum PresenceAction: Equatable, Sendable {
    /// Send a transport message; answer with `sendFinished`, at the latest after the time limit.
    case send(PresenceRequestID, to: PeerID, [UInt8])
    /// Say which addresses may be told now; answer with `hintsCollected`.
    case collectHints
    /// Sign with the machine key; answer with `signed`.
    case sign(PresenceRequestID, [UInt8])
    /// Check signatures, each by itself; answer with `verified`.
    case verify(PresenceRequestID, [SignatureCheck])
    /// A machine proved to be alive.
    case alive(PeerID, PresenceSign)
    /// A walk ended; the entries are verified, unexpired, sorted by machine.
    case queryFinished(PresenceQueryID, [PresenceQueryResponse.Entry])
    /// A beacon is on its way to so many peers.
    case beaconSent(peerCount: Int)
    /// Something was not processed; already counted.
    case drop(PresenceDropReason)
}

/// What a verified record says about its machine.
package struct PresenceSign: Hashable, Sendable {
    /// Creation, Unix seconds on the sender's clock.
    package let since: UInt64
    /// When the record ends, in this node's monotonic time.
    package let expiresAt: Instant
    /// Whether the machine itself sent it; otherwise somebody passed it on.
    package let isDirect: Bool

    /// Creates a sign of life.
    package init(since: UInt64, expiresAt: Instant, isDirect: Bool) {
        self.since = since
        self.expiresAt = expiresAt
        self.isDirect = isDirect
    }
}

/// Why a message, a record or a send was dropped.
package enum PresenceDropReason: String, Hashable, Sendable, CaseIterable {
    /// From, or about, a machine whose agents are blocked. Checked before anything else.
    case blocked
    /// Not a presence message.
    case malformed
    /// About another topic than the global one.
    case foreignTopic
    /// About this node itself.
    case own
    /// A known record or query came again.
    case duplicate
    /// Older than what is stored.
    case stale
    /// The peer sends more than its budget.
    case rateLimited
    /// Created too far from now, expired, or valid for too long.
    case implausibleTime
    /// No signature, or not one of ML-DSA-65.
    case unsigned
    /// Signed by a key that is not the machine's, and not sent by the machine itself.
    case unbound
    /// The signature is wrong.
    case invalidSignature
    /// An answer nobody asked for.
    case unsolicited
    /// An answer whose asker may not see it.
    case withheld
    /// Too many checks, sends or walks at once, or a full table.
    case overloaded
}

/// Counters of a presence node since its creation.
package struct PresenceStatistics: Hashable, Sendable {
    package var beaconsMade: UInt64 = 0
    package var beaconSends: UInt64 = 0
    /// Peers left out of a beacon because the last one to them had not ended or had timed out.
    package var beaconSendsSkipped: UInt64 = 0
    package var beaconsAccepted: UInt64 = 0
    package var signingFailures: UInt64 = 0
    package var queriesStarted: UInt64 = 0
    package var queriesAnswered: UInt64 = 0
    package var queriesForwarded: UInt64 = 0
    package var responsesMerged: UInt64 = 0
    package var responsesRelayed: UInt64 = 0
    package var recordsEvicted: UInt64 = 0
    /// Records of others that were not read, because an answer was longer than the caps.
    package var recordsOmitted: UInt64 = 0
    package var dropped: [PresenceDropReason: UInt64] = [:]

    /// Creates zero counters.
    package init() {}
}

/// Settings of a presence node.
package struct PresenceConfiguration: Equatable, Sendable {
    /// Time between beacons; default 30 s.
    ///
    /// Records live three times as long (spec 05 §3).
    package var beaconInterval: Nanoseconds
    /// Whether this node beacons at all.
    package var isBeaconing = true
    /// Machines with a stored record.
    package var recordCountMax = 2048
    /// Connected peers tracked; more than the transport allows.
    package var peerCountMax = 1024
    /// Walks of other nodes remembered, for 30 s each.
    package var seenQueryCountMax = 4096
    /// Own walks at once.
    package var pendingQueryCountMax = 16
    /// Signature checks asked for and not answered.
    package var verificationCountMax = 256
    /// Sends asked for and not answered, beacons excluded (those have one slot per peer).
    package var sendCountMax = 256
    /// Peers a query goes to at each hop, and answers that end a walk (spec 05 §6).
    package var fanOut = 3
    /// Answers of one walk merged, or relayed for one walk of somebody else.
    package var responseCountMax = 64
    /// Sizes of signatures; a simulation may use a shorter double.
    package var scheme = SignatureScheme.mlDSA65

    /// Creates the settings for a beacon interval.
    package init(beaconInterval: Nanoseconds = .seconds(30)) {
        precondition(beaconInterval > .zero, "time must pass")
        self.beaconInterval = beaconInterval
    }

    /// A send that has not ended after this has failed (spec 05 §3).
    package static let sendTimeLimit = Nanoseconds.seconds(15)
}
