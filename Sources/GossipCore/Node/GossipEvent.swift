// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Something that happened to a node; the only way in besides the clock.
package enum GossipEvent: Sendable {
    /// A connection to the peer is ready for messages. Repeating it changes nothing.
    case peerConnected(PeerID)
    /// Another connection to a connected peer took over; messages on their way over the old one may be lost.
    case connectionReplaced(PeerID)
    /// The last connection to the peer ended.
    case peerDisconnected(PeerID)
    /// A `connect` led nowhere.
    case connectFailed(PeerID)
    /// Enter the overlay through these peers; those not connected are connected to.
    case join(seeds: [PeerID])
    /// A whole transport message of the membership or pub/sub stream arrived, its type byte `00` or `01` included.
    case messageReceived([UInt8], from: PeerID)
    /// The first local subscriber of a topic came; repeating it changes nothing.
    case subscribed(topic: String)
    /// The last local subscriber of a topic left.
    case unsubscribed(topic: String)
    /// Somebody on this node publishes; answered by `published` or `publishFailed`.
    case publish(PublishRequest)
    /// The answer to a `sign` action; `nil` when signing failed.
    case signed(RequestID, signature: [UInt8]?)
    /// The answer to a `verify` action.
    case verified(RequestID, SignatureVerdict)
    /// The answer to a `send` action.
    case sendFinished(RequestID, SendOutcome)
}

/// Names one request of a node to its shell; never used twice.
package struct RequestID: Hashable, Comparable, Sendable {
    package let value: UInt64

    /// Creates an id; only tests and the node itself have a reason to.
    package init(_ value: UInt64) { self.value = value }

    package static func < (lhs: RequestID, rhs: RequestID) -> Bool { lhs.value < rhs.value }
}

/// One local publish.
package struct PublishRequest: Sendable {
    /// Chosen by the caller; comes back in the answer.
    package let id: RequestID
    /// Topic name, at most 65,535 bytes; empty is allowed here (the API forbids it).
    package let topic: String
    package let payload: [UInt8]
    /// Wall-clock time; whole seconds enter the message id.
    package let publishedAt: UnixMillis

    /// Creates a request.
    package init(id: RequestID, topic: String, payload: [UInt8], publishedAt: UnixMillis) {
        self.id = id
        self.topic = topic
        self.payload = payload
        self.publishedAt = publishedAt
    }
}

/// How a send ended.
package enum SendOutcome: Sendable {
    /// The transport took the message.
    case sent
    /// The transport did not take it within the time limit of the request; the attempt was cancelled.
    case timedOut
    /// The connection failed or is gone.
    case failed
}

/// What came out of checking the signatures of one message.
package enum SignatureVerdict: Equatable, Sendable {
    /// Every one is valid.
    case valid
    /// The check with this index is the first that failed; those before it passed.
    case invalid(at: Int)
    /// Not checked, such as for lack of room; says nothing about the message.
    case unchecked

    /// Checks in order and stops at the first invalid one.
    package init(of checks: [SignatureCheck], isValid: (SignatureCheck) -> Bool) {
        self = checks.firstIndex { !isValid($0) }.map { .invalid(at: $0) } ?? .valid
    }
}
