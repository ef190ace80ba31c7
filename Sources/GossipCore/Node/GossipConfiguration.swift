// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Who a node is.
package struct GossipIdentity: Sendable {
    /// The transport identity.
    package let peerID: PeerID
    /// Public key of the machine: travels with every gossip header (spec 04 §20 F-3 recommends it over a throw-away key).
    package let machinePublicKey: [UInt8]
    package let agentID: AgentID
    package let agentPublicKey: [UInt8]

    /// Creates an identity.
    package init(peerID: PeerID, machinePublicKey: [UInt8], agentID: AgentID, agentPublicKey: [UInt8]) {
        self.peerID = peerID
        self.machinePublicKey = machinePublicKey
        self.agentID = agentID
        self.agentPublicKey = agentPublicKey
    }
}

/// The constants of the overlay: spec 04 §7.2 where interoperation gains from it, §20 where the original is improved on.
///
/// Worst-case memory: `cacheByteCountMax` + `pendingByteCountMax` + `peerCountMax` × `sendQueueByteCountMax` for payloads,
/// about 20 MB of ids, and under 1 KB per topic.
package struct GossipConfiguration: Sendable {
    /// Sizes of keys and signatures.
    package var scheme = SignatureScheme.mlDSA65

    /// HyParView and SWIM; without them every connected peer is a neighbour.
    package var membership: MembershipConfiguration?

    // Tree (spec 04 §7.3, §7.4, §20 F-6)

    /// Peers a new topic pushes to before traffic has shaped a tree; the original's minimum degree.
    package var eagerDegreeInitial = 6
    /// Below this a pruned or cooled peer is replaced at once; 1 leaves a tree, its repair is IHAVE and IWANT.
    package var eagerDegreeMin = 1
    /// Above this the worst peers become lazy (spec 04 §7.2).
    package var eagerDegreeMax = 12
    /// Maintenance does not promote a pruned peer again for this long, unless nobody else is left.
    package var pruneHold = Nanoseconds.seconds(60)
    /// Duplicates in a row after which an edge that once brought new messages is redundant.
    package var pruneDuplicateCount = 3
    /// The time those duplicates must span: longer than a message takes through the network.
    package var pruneDuplicateSpan = Nanoseconds.seconds(1)
    /// At most one request to stop pushing per peer and topic in this time.
    package var pruneNoticeInterval = Nanoseconds.seconds(1)
    /// Messages in a row one peer must announce before our parent brings them until it is asked to push.
    package var optimizationCount = 3
    /// At most one peer per topic is asked in this time to push because it announced a message before our parent brought it.
    package var optimizationInterval = Nanoseconds.seconds(1)
    /// Period of degree maintenance and of its opportunistic swap (at most every second pass).
    package var maintenanceInterval = Nanoseconds.seconds(30)
    /// Least time between two opportunistic swaps of a topic.
    package var opportunisticGraftInterval = Nanoseconds.seconds(60)

    // Announcing and repair (spec 04 §7.3, §20 F-5, F-12, F-23)

    /// Delay that gathers ids into one IHAVE.
    package var announceInterval = Nanoseconds.milliseconds(100)
    /// Lazy peers that hear one IHAVE, chosen at random.
    package var announcePeerCountMax = 8
    /// How long an announced message may still come along the tree before it is asked for.
    package var graftDelay = Nanoseconds.milliseconds(100)
    /// Each node waits longer by a fixed random time below this, so that one node of a cut-off part asks first and the
    /// others get the message from it.
    package var graftDelaySpread = Nanoseconds.milliseconds(100)
    /// How long an IWANT may go unanswered before the next advertiser is asked.
    package var graftRetryDelay = Nanoseconds.milliseconds(500)
    /// Requests per missing message.
    package var graftAttemptCountMax = 3
    /// Period of anti-entropy per topic.
    package var antiEntropyInterval = Nanoseconds.seconds(30)
    /// Topics reconciled per round; a round continues where the last one ended.
    package var antiEntropyTopicCountMax = 64
    /// Topics reconciled with a new neighbour, the most recently active ones; few, because whoever reconnects all the time
    /// makes us sign each.
    package var reconcileTopicCountMax = 16
    /// How long after one connection took over from another the topics are compared with the peer: the old one has ended.
    package var replacedConnectionDelay = Nanoseconds.seconds(2)
    /// Bytes served on request per peer and second.
    package var serveBytesPerSecond = 262_144
    /// Bytes served on request to a peer in one go after a quiet time.
    package var serveBurstByteCount = 4_194_304

    // Memory

    /// Messages kept for repair per topic.
    package var cacheCountPerTopicMax = 2048
    /// Bytes of messages kept for repair, all topics together.
    package var cacheByteCountMax = 33_554_432
    /// How long a message is kept, served and asked for: the longest the original keeps one (60 s and its slowest cleaner
    /// pass), so that a partition of a minute heals.
    package var cacheLifetime = Nanoseconds.seconds(180)
    /// How long an id and a payload hash are known; far longer than any copy circulates (spec 04 §20 F-4).
    package var seenLifetime = Nanoseconds.seconds(3600)
    /// Ids known at once.
    package var seenCountMax = 32_768
    /// Idle time after which an unsubscribed topic is forgotten.
    package var topicIdleLifetime = Nanoseconds.seconds(600)
    /// Topics known at once, subscribed ones included; the least recently active relayed one makes room.
    package var topicCountMax = 4096
    /// Period of the pass that forgets what is too old.
    package var sweepInterval = Nanoseconds.seconds(10)
    /// Connected peers; the transport's own cap is lower.
    package var peerCountMax = 1024
    /// Missing messages tracked at once.
    package var missingCountMax = 8192
    /// Missing messages first announced by one peer.
    package var missingCountPerPeerMax = 1024

    // Signatures

    /// Messages whose signatures are being checked.
    package var verificationCountMax = 1024
    /// The share of one peer in `verificationCountMax`.
    package var verificationCountPerPeerMax = 256
    /// Bytes of messages whose signatures are being checked.
    package var pendingByteCountMax = 67_108_864
    /// Payloads with a wrong signature remembered, so that they are not checked again.
    package var rejectedCountMax = 4096
    /// How long they are remembered.
    package var rejectedLifetime = Nanoseconds.seconds(600)
    /// Signatures being made.
    package var signingCountMax = 1024
    /// The share of control messages in `signingCountMax`, so that no peer can provoke so many that nobody can publish.
    package var controlSigningCountMax = 512

    /// Bytes of a published message as it travels; more than the transport carries is never useful.
    package var messageByteCountMax = PubSubMessage.byteCountMax

    // Sending (spec 04 §7.6, §20 F-7, F-9)

    /// Time limit of one send.
    package var sendTimeLimit = Nanoseconds.milliseconds(750)
    /// Sends running at once per peer.
    package var sendCountInFlightMax = 32
    /// Messages waiting per peer and priority.
    package var sendQueueCountMax = 1024
    /// Bytes waiting per peer.
    package var sendQueueByteCountMax = 8_388_608

    /// Reads a clock for the stage timers of the diagnostics, and for nothing else; `nil` leaves them empty.
    package var stopwatch: (@Sendable () -> Instant)?

    /// Creates the production values.
    package init() {}

    /// Stops a program whose constants contradict each other.
    func checkRelations() {
        precondition(1 <= self.eagerDegreeMin && self.eagerDegreeMin <= self.eagerDegreeInitial, "degrees out of order")
        precondition(self.eagerDegreeInitial <= self.eagerDegreeMax, "degrees out of order")
        precondition(self.cacheLifetime < self.seenLifetime, "a message must be known for longer than it is served")
        precondition(self.serveBurstByteCount > 0 && self.graftAttemptCountMax > 0, "repair is switched off")
        precondition(self.sendCountInFlightMax > 0 && self.topicCountMax > 0, "a node that cannot send")
    }
}
