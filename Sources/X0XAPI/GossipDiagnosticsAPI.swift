// SPDX-License-Identifier: MIT OR Apache-2.0

/// `GET /diagnostics/gossip` (spec 11 §7.5, 04 §14): counters since the start of the daemon.
///
/// A counter without a counterpart in this implementation stays in place as 0 or as an empty list.
package struct GossipDiagnosticsResponse: Codable, Hashable, Sendable {
    package var statistics = Statistics()
    package var stages = Stages()
    package var dispatcher = Dispatcher()
    package var receivePump = ReceivePump()
    /// What the trust gate of each path let in and refused; an addition of this implementation (spec 01 §12).
    package var trust: [String: TrustCounters] = [:]
    package var overlay = Overlay()
    /// An addition of this implementation.
    package var presence = Presence()

    package init() {}

    enum CodingKeys: String, CodingKey {
        case statistics = "stats"
        case stages = "pubsub_stages"
        case dispatcher
        case receivePump = "recv_pump"
        case trust
        case overlay
        case presence
    }
}

extension GossipDiagnosticsResponse {
    /// One path by which something of another agent reaches the daemon, such as `pub_sub` or `direct_raw`.
    package struct TrustCounters: Codable, Hashable, Sendable {
        package var admitted: UInt64 = 0
        /// Sender blocked or revoked.
        package var blocked: UInt64 = 0
        /// Sender pinned to other machines.
        package var machineMismatch: UInt64 = 0
        /// Sender not proven, on a path that asks for it.
        package var unverified: UInt64 = 0
        /// Sender not trusted enough for the path.
        package var notTrusted: UInt64 = 0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case admitted
            case blocked
            case machineMismatch = "machine_mismatch"
            case unverified
            case notTrusted = "not_trusted"
        }
    }

    package struct Statistics: Codable, Hashable, Sendable {
        package var publishTotal: UInt64 = 0
        package var publishFailed: UInt64 = 0
        package var incomingTotal: UInt64 = 0
        package var incomingDecoded: UInt64 = 0
        package var incomingDecodeFailed: UInt64 = 0
        package var deliveredToSubscriber: UInt64 = 0
        package var slowSubscriberDropped: UInt64 = 0
        package var subscriberChannelClosed: UInt64 = 0
        package var inFlightDecode: Int64 = 0
        /// Must be 0 at rest.
        package var decodeToDeliveryDrops: Int64 = 0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case publishTotal = "publish_total"
            case publishFailed = "publish_failed"
            case incomingTotal = "incoming_total"
            case incomingDecoded = "incoming_decoded"
            case incomingDecodeFailed = "incoming_decode_failed"
            case deliveredToSubscriber = "delivered_to_subscriber"
            case slowSubscriberDropped = "slow_subscriber_dropped"
            case subscriberChannelClosed = "subscriber_channel_closed"
            case inFlightDecode = "in_flight_decode"
            case decodeToDeliveryDrops = "decode_to_delivery_drops"
        }
    }

    package struct MessageKinds: Codable, Hashable, Sendable {
        package var eager: UInt64 = 0
        package var ihave: UInt64 = 0
        package var iwant: UInt64 = 0
        package var antiEntropy: UInt64 = 0
        package var other: UInt64 = 0
        package var decodeFailed: UInt64 = 0
        package var prune: UInt64 = 0
        package var graft: UInt64 = 0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case eager
            case ihave
            case iwant
            case antiEntropy = "anti_entropy"
            case other
            case decodeFailed = "decode_failed"
            case prune
            case graft
        }
    }

    package struct StageTimer: Codable, Hashable, Sendable {
        package var count: UInt64 = 0
        package var totalNanoseconds: UInt64 = 0
        package var maximumNanoseconds: UInt64 = 0
        package var over1SecondCount: UInt64 = 0
        package var over5SecondsCount: UInt64 = 0
        package var over30SecondsCount: UInt64 = 0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case count
            case totalNanoseconds = "total_ns"
            case maximumNanoseconds = "max_ns"
            case over1SecondCount = "over_1s_count"
            case over5SecondsCount = "over_5s_count"
            case over30SecondsCount = "over_30s_count"
        }
    }

    package struct SuppressedPeer: Codable, Hashable, Sendable {
        /// First 8 bytes, 16 hex digits.
        package var peerID = ""
        /// First 8 bytes, 16 hex digits.
        package var topic = ""
        package var suppressedUntilUnixMilliseconds: UInt64 = 0
        package var suppressedForMilliseconds: UInt64 = 0
        package var recentTimeoutCount: UInt64 = 0
        package var recentTimeoutRatePerSecond = 0.0
        package var affectedTopicsCount: UInt64 = 0
        package var cooldownMilliseconds: UInt64 = 0
        /// `cooldown`, `recovery_ready` or `recovery_probe`.
        package var state = "cooldown"
        package var recoveryProbeInFlight = false

        package init() {}

        enum CodingKeys: String, CodingKey {
            case peerID = "peer_id"
            case topic
            case suppressedUntilUnixMilliseconds = "suppressed_until_unix_ms"
            case suppressedForMilliseconds = "suppressed_for_ms"
            case recentTimeoutCount = "recent_timeout_count"
            case recentTimeoutRatePerSecond = "recent_timeout_rate_per_sec"
            case affectedTopicsCount = "affected_topics_count"
            case cooldownMilliseconds = "cooldown_ms"
            case state
            case recoveryProbeInFlight = "recovery_probe_in_flight"
        }
    }

    package struct PeerScore: Codable, Hashable, Sendable {
        /// First 8 bytes, 16 hex digits.
        package var peerID = ""
        /// First 8 bytes, 16 hex digits.
        package var topic = ""
        /// `eager`, `lazy`, `cooled`, `recovery_ready`, `recovery_probe` or `excluded`.
        package var role = "eager"
        package var score = 0.0
        package var iwantResponseRate = 0.0
        package var recency = 0.0
        package var sendHealth = 0.0
        package var outboundSendSuccesses: UInt64 = 0
        package var outboundSendTimeouts: UInt64 = 0
        package var coolingEvents: UInt64 = 0
        package var recoveryProbes: UInt64 = 0
        package var recoverySuccesses: UInt64 = 0
        package var eagerEligible = true

        package init() {}

        enum CodingKeys: String, CodingKey {
            case peerID = "peer_id"
            case topic
            case role
            case score
            case iwantResponseRate = "iwant_response_rate"
            case recency
            case sendHealth = "send_health"
            case outboundSendSuccesses = "outbound_send_successes"
            case outboundSendTimeouts = "outbound_send_timeouts"
            case coolingEvents = "cooling_events"
            case recoveryProbes = "recovery_probes"
            case recoverySuccesses = "recovery_successes"
            case eagerEligible = "eager_eligible"
        }
    }

    package struct Stages: Codable, Hashable, Sendable {
        package var messageKinds = MessageKinds()
        package var decode = StageTimer()
        package var verify = StageTimer()
        package var dedupeLockAcquire = StageTimer()
        package var dedupeCheck = StageTimer()
        package var eagerFanout = StageTimer()
        package var republish = StageTimer()
        package var republishPerPeerTimeout: UInt64 = 0
        package var outboundBudgetExhausted: UInt64 = 0
        package var suppressedPeers: [SuppressedPeer] = []
        package var suppressionCleanupIntervalMilliseconds: UInt64 = 0
        package var suppressionCleanupGrowthRatePerSecond = 0.0
        package var suppressionCleanupEntries: UInt64 = 0
        package var suppressionCleanupLastRemoved: UInt64 = 0
        /// Sorted by peer, then topic.
        package var peerScores: [PeerScore] = []

        package init() {}

        enum CodingKeys: String, CodingKey {
            case messageKinds = "message_kinds"
            case decode
            case verify
            case dedupeLockAcquire = "dedupe_lock_acquire"
            case dedupeCheck = "dedupe_check"
            case eagerFanout = "eager_fanout"
            case republish
            case republishPerPeerTimeout = "republish_per_peer_timeout"
            case outboundBudgetExhausted = "outbound_budget_exhausted"
            case suppressedPeers = "suppressed_peers"
            case suppressionCleanupIntervalMilliseconds = "suppression_cleanup_interval_ms"
            case suppressionCleanupGrowthRatePerSecond = "suppression_cleanup_growth_rate_per_sec"
            case suppressionCleanupEntries = "suppression_cleanup_entries"
            case suppressionCleanupLastRemoved = "suppression_cleanup_last_removed"
            case peerScores = "peer_scores"
        }
    }
}
