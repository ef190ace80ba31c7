// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// The transport one direct message used; the raw value is its label in the API (spec 08 §1).
package enum DirectPath: String, Sendable, CaseIterable {
    /// To the own agent: handed to local subscribers.
    case loopback
    /// Encrypted over the gossip overlay, acknowledged by the recipient.
    case gossipInbox = "gossip_inbox"
    /// On a stream of its own: success means the local transport took the bytes.
    case rawQUIC = "raw_quic"
    /// As `rawQUIC`, and the remote reader confirmed that it queued the bytes.
    case rawQUICAcknowledged = "raw_quic_acked"
}

/// What a successful send can say about itself (spec 08 §7.1).
package struct DirectSendReceipt: Sendable {
    /// The transport used.
    package let path: DirectPath
    /// Attempts after the first.
    package let retriesUsed: Int
    /// 16 random bytes naming this send.
    package let requestID: [UInt8]
    /// The liveness probe that was asked for, if any.
    package var acknowledgement: Acknowledgement?

    /// The result of the probe after the send; it never changes whether the send succeeded.
    package enum Acknowledgement: Equatable, Sendable {
        /// The recipient's machine answered after this time.
        case roundTrip(Nanoseconds)
        /// It did not, for the reason given to people.
        case failed(String)
    }

    /// Creates a receipt.
    package init(path: DirectPath, retriesUsed: Int, requestID: [UInt8], acknowledgement: Acknowledgement? = nil) {
        self.path = path
        self.retriesUsed = retriesUsed
        self.requestID = requestID
        self.acknowledgement = acknowledgement
    }
}

/// Why a direct message was not sent (spec 08 §7.1).
package enum DirectSendError: Error, Equatable, Sendable {
    /// The recipient is a contact with trust `blocked`.
    case blocked
    /// The recipient's policy refused the message.
    case recipientRejected(reason: String)
    /// Neither a machine nor key material of the recipient is known.
    case recipientKeyUnavailable
    /// No acknowledgement within the retry budget.
    case timeout
    /// Not connected, and silent for more than eight heartbeats.
    case peerLikelyOffline
    /// The machine is known, but no connection to it is alive.
    case peerDisconnected
    /// The overlay or the send budget of this node refused the message.
    case localGossipUnavailable
    /// The envelope could not be built.
    case envelopeConstruction
    /// Too many payload bytes for any path.
    case payloadTooLarge(byteCount: Int, limit: Int)
    /// The transport does not run.
    case noConnectivity
    /// Anything else.
    case publishFailed

    /// The `error` value of the API; `blocked` has a sentence instead of a tag.
    package var tag: String {
        switch self {
        case .blocked: "agent is blocked"
        case .recipientRejected: "recipient_rejected"
        case .recipientKeyUnavailable: "recipient_key_unavailable"
        case .timeout: "timeout"
        case .peerLikelyOffline: "peer_likely_offline"
        case .peerDisconnected: "peer_disconnected"
        case .localGossipUnavailable: "local_gossip_unavailable"
        case .envelopeConstruction: "envelope_construction"
        case .payloadTooLarge: "payload_too_large"
        case .noConnectivity: "no_connectivity"
        case .publishFailed: "publish_failed"
        }
    }

    /// The `detail` text of the API, for people.
    package var detail: String {
        switch self {
        case .blocked: "the recipient is a blocked contact"
        case .recipientRejected(let reason): "recipient rejected: \(reason)"
        case .recipientKeyUnavailable: "no machine and no key material is known for the recipient"
        case .timeout: "no acknowledgement within the retry budget"
        case .peerLikelyOffline: "the recipient is not connected and has not been heard of for a long time"
        case .peerDisconnected: "the recipient's machine is known, but there is no live connection to it"
        case .localGossipUnavailable: "this node cannot take the message now"
        case .envelopeConstruction: "the envelope could not be built"
        case .payloadTooLarge(let byteCount, let limit): "\(byteCount) payload bytes, at most \(limit) can be sent"
        case .noConnectivity: "the transport is not running"
        case .publishFailed: "the message could not be handed over"
        }
    }
}
