// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let directDiagnostics = Endpoint<NoBody, DirectDiagnosticsResponse>(
        .get,
        "/diagnostics/dm",
        command: "diagnostics dm",
        .network,
        "Show the counters of direct messages"
    )
}

/// `GET /diagnostics/dm` (spec 11 §7.5).
package struct DirectDiagnosticsResponse: Codable, Hashable, Sendable {
    /// Counters since the start of the daemon.
    package struct Statistics: Codable, Hashable, Sendable {
        package var outgoingSendTotal: UInt64 = 0
        package var outgoingSendSucceeded: UInt64 = 0
        package var outgoingSendFailed: UInt64 = 0
        package var outgoingPathLoopback: UInt64 = 0
        package var outgoingPathRawQUIC: UInt64 = 0
        package var outgoingPathGossipInbox: UInt64 = 0
        package var incomingEnvelopesTotal: UInt64 = 0
        package var incomingDecodeFailed: UInt64 = 0
        package var incomingSignatureFailed: UInt64 = 0
        package var incomingTrustRejected: UInt64 = 0
        package var incomingDeliveredToSubscribe: UInt64 = 0
        package var subscriberEventsEvicted: UInt64 = 0
        /// The same value under its older name.
        package var subscriberChannelLagged: UInt64 = 0
        package var subscriberChannelClosed: UInt64 = 0

        package init() {}

        enum CodingKeys: String, CodingKey {
            case outgoingSendTotal = "outgoing_send_total"
            case outgoingSendSucceeded = "outgoing_send_succeeded"
            case outgoingSendFailed = "outgoing_send_failed"
            case outgoingPathLoopback = "outgoing_path_loopback"
            case outgoingPathRawQUIC = "outgoing_path_raw_quic"
            case outgoingPathGossipInbox = "outgoing_path_gossip_inbox"
            case incomingEnvelopesTotal = "incoming_envelopes_total"
            case incomingDecodeFailed = "incoming_decode_failed"
            case incomingSignatureFailed = "incoming_signature_failed"
            case incomingTrustRejected = "incoming_trust_rejected"
            case incomingDeliveredToSubscribe = "incoming_delivered_to_subscribe"
            case subscriberEventsEvicted = "subscriber_events_evicted"
            case subscriberChannelLagged = "subscriber_channel_lagged"
            case subscriberChannelClosed = "subscriber_channel_closed"
        }
    }

    package struct Peer: Codable, Hashable, Sendable {
        @Nullable package var averageRoundTripMilliseconds: UInt64?
        @Nullable package var lastSendMillisecondsAgo: UInt64?
        @Nullable package var lastReceiveMillisecondsAgo: UInt64?
        package var sendSucceeded: UInt64 = 0
        package var sendFailed: UInt64 = 0
        package var receiveCount: UInt64 = 0
        /// `loopback`, `gossip_inbox`, `raw_quic`, `raw_quic_acked` or `unknown`.
        package var preferredPath = "unknown"

        package init() {
            self._averageRoundTripMilliseconds = Nullable(wrappedValue: nil)
            self._lastSendMillisecondsAgo = Nullable(wrappedValue: nil)
            self._lastReceiveMillisecondsAgo = Nullable(wrappedValue: nil)
        }

        enum CodingKeys: String, CodingKey {
            case averageRoundTripMilliseconds = "avg_rtt_ms"
            case lastSendMillisecondsAgo = "last_send_ms_ago"
            case lastReceiveMillisecondsAgo = "last_recv_ms_ago"
            case sendSucceeded = "send_succeeded"
            case sendFailed = "send_failed"
            case receiveCount = "recv_count"
            case preferredPath = "preferred_path"
        }
    }

    package var statistics = Statistics()
    /// By agent id.
    package var perPeer: [String: Peer] = [:]
    package var subscriberCount: UInt64 = 0
    /// Messages that may wait for one subscriber.
    package var subscriberCapacity: UInt64 = 8192

    package init() {}

    enum CodingKeys: String, CodingKey {
        case statistics = "stats"
        case perPeer = "per_peer"
        case subscriberCount = "subscriber_count"
        case subscriberCapacity = "subscriber_capacity"
    }
}
