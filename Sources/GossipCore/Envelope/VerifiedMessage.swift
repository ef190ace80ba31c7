// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// An agent whose signature over topic and payload was checked; only this target can make one.
package struct VerifiedSender: Hashable, Sendable {
    package let agentID: AgentID
    /// The agent's ML-DSA-65 public key.
    package let publicKey: [UInt8]

    init(agentID: AgentID, publicKey: [UInt8]) {
        self.agentID = agentID
        self.publicKey = publicKey
    }
}

/// A message that passed every check its format has, ready for the subscribers of its topic (spec 04 §6.4).
package struct VerifiedMessage: Equatable, Sendable {
    /// How a message came here.
    package enum Origin: Equatable, Sendable {
        /// Published on this node.
        case local
        /// Pushed by this neighbour, which need not be its publisher.
        case peer(PeerID)
    }

    package let id: MessageID
    package let topicID: TopicID
    /// The topic name, proven to hash to `topicID`.
    package let topic: String
    package let payload: [UInt8]
    /// `nil` for a legacy version 1 envelope, which nobody signed.
    package let sender: VerifiedSender?
    package let origin: Origin

    init(
        id: MessageID,
        topicID: TopicID,
        topic: String,
        payload: [UInt8],
        sender: VerifiedSender?,
        origin: Origin
    ) {
        self.id = id
        self.topicID = topicID
        self.topic = topic
        self.payload = payload
        self.sender = sender
        self.origin = origin
    }

    /// Whether an agent's signature covers the message; `verified` in the API.
    package var isVerified: Bool { self.sender != nil }
}
