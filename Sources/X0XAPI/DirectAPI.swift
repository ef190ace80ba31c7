// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let connect = Endpoint<ConnectRequest, ConnectResponse>(
        .post,
        "/agents/connect",
        command: "direct connect",
        .direct,
        body: .json,
        "Connect to an agent"
    )

    package static let sendDirect = Endpoint<DirectSendRequest, DirectSendResponse>(
        .post,
        "/direct/send",
        command: "direct send",
        .direct,
        body: .json,
        failures: [404, 502, 504],
        "Send a message to one agent"
    )

    package static let directConnections = Endpoint<NoBody, DirectConnectionsResponse>(
        .get,
        "/direct/connections",
        command: "direct connections",
        .direct,
        "List the agents with a live connection"
    )

    package static let directEvents = Endpoint<NoBody, EventStream<DirectMessageEvent>>(
        .get,
        "/direct/events",
        command: "direct events",
        .direct,
        access: .tokenOrQuery,
        answer: .events,
        "Stream incoming direct messages"
    )
}

/// `POST /agents/connect` request (spec 11 §7.10).
package struct ConnectRequest: RequestBody, Hashable {
    package let agentID: String

    package init(agentID: String) {
        self.agentID = agentID
    }

    package static var fields: [String] { CodingKeys.allCases.map(\.rawValue) }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case agentID = "agent_id"
    }
}

package struct ConnectResponse: Codable, Hashable, Sendable {
    /// `Direct`, `Coordinated`, `AlreadyConnected`, `Unreachable` or `NotFound`.
    package let outcome: String
    @Nullable package var address: String?

    package init(outcome: String, address: String?) {
        self.outcome = outcome
        self.address = address
    }

    enum CodingKeys: String, CodingKey {
        case outcome
        case address = "addr"
    }
}

/// `POST /direct/send` request (spec 11 §7.10).
package struct DirectSendRequest: RequestBody, Hashable {
    package let agentID: String
    /// Standard base64 with padding.
    package let payload: String
    /// Probe the recipient's machine after the send, waiting at most so long (clamped to 100–30,000 ms).
    package let requireAcknowledgementMilliseconds: UInt64?

    package init(agentID: String, payload: String, requireAcknowledgementMilliseconds: UInt64? = nil) {
        self.agentID = agentID
        self.payload = payload
        self.requireAcknowledgementMilliseconds = requireAcknowledgementMilliseconds
    }

    package static var fields: [String] { CodingKeys.allCases.map(\.rawValue) }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case agentID = "agent_id"
        case payload
        case requireAcknowledgementMilliseconds = "require_ack_ms"
    }
}

package struct DirectSendResponse: Codable, Hashable, Sendable {
    /// The answer of the recipient's machine to the probe that was asked for.
    package struct Acknowledgement: Codable, Hashable, Sendable {
        package let ok: Bool
        package let roundTripMilliseconds: UInt64?
        package let error: String?

        package static func answered(roundTripMilliseconds: UInt64) -> Self {
            Self(ok: true, roundTripMilliseconds: roundTripMilliseconds, error: nil)
        }

        package static func failed(_ error: String) -> Self {
            Self(ok: false, roundTripMilliseconds: nil, error: error)
        }

        enum CodingKeys: String, CodingKey {
            case ok
            case roundTripMilliseconds = "rtt_ms"
            case error
        }
    }

    /// `loopback`, `gossip_inbox`, `raw_quic` or `raw_quic_acked`.
    package let path: String
    package let retriesUsed: UInt64
    /// 32 hex digits.
    package let requestID: String
    @Nullable package var acknowledgement: Acknowledgement?

    package init(path: String, retriesUsed: UInt64, requestID: String, acknowledgement: Acknowledgement?) {
        self.path = path
        self.retriesUsed = retriesUsed
        self.requestID = requestID
        self.acknowledgement = acknowledgement
    }

    enum CodingKeys: String, CodingKey {
        case path
        case retriesUsed = "retries_used"
        case requestID = "request_id"
        case acknowledgement = "require_ack"
    }
}

/// The `error` of a failed `POST /direct/send`, with its status (spec 08 §7.1).
package enum DirectSendFailure: String, CaseIterable, Sendable {
    case recipientRejected = "recipient_rejected"
    case recipientKeyUnavailable = "recipient_key_unavailable"
    case timeout = "timeout"
    case peerLikelyOffline = "peer_likely_offline"
    case peerDisconnected = "peer_disconnected"
    case localGossipUnavailable = "local_gossip_unavailable"
    case envelopeConstruction = "envelope_construction"
    case payloadTooLarge = "payload_too_large"
    case noConnectivity = "no_connectivity"
    case publishFailed = "publish_failed"

    package var status: Int {
        switch self {
        case .recipientRejected: 403
        case .recipientKeyUnavailable: 404
        case .timeout: 504
        case .peerLikelyOffline, .peerDisconnected: 502
        case .localGossipUnavailable, .noConnectivity: 503
        case .envelopeConstruction: 400
        case .payloadTooLarge: 413
        case .publishFailed: 500
        }
    }
}

/// `GET /direct/connections` (spec 11 §7.10).
package struct DirectConnectionsResponse: Codable, Hashable, Sendable {
    package struct Connection: Codable, Hashable, Sendable {
        package let agentID: String
        @Nullable package var machineID: String?

        package init(agentID: String, machineID: String?) {
            self.agentID = agentID
            self.machineID = machineID
        }

        enum CodingKeys: String, CodingKey {
            case agentID = "agent_id"
            case machineID = "machine_id"
        }
    }

    package let connections: [Connection]

    package init(connections: [Connection]) {
        self.connections = connections
    }
}

/// One event of `GET /direct/events` (spec 11 §7.10).
package struct DirectMessageEvent: Codable, Hashable, Sendable {
    package static let name = "direct_message"

    package let sender: String
    package let machineID: String
    /// Standard base64 with padding.
    package let payload: String
    /// Unix milliseconds.
    package let receivedAt: UInt64
    /// The sender's binding to the machine is proven.
    package let isVerified: Bool
    /// `accept`, `accept_with_flag`, `reject_machine_mismatch`, `reject_blocked`, `unknown` or null.
    @Nullable package var trustDecision: String?

    package init(
        sender: String,
        machineID: String,
        payload: String,
        receivedAt: UInt64,
        isVerified: Bool,
        trustDecision: String?
    ) {
        self.sender = sender
        self.machineID = machineID
        self.payload = payload
        self.receivedAt = receivedAt
        self.isVerified = isVerified
        self.trustDecision = trustDecision
    }

    enum CodingKeys: String, CodingKey {
        case sender
        case machineID = "machine_id"
        case payload
        case receivedAt = "received_at"
        case isVerified = "verified"
        case trustDecision = "trust_decision"
    }
}
