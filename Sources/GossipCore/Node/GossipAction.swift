// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What a node wants done; the shell performs actions in order and reports back where the case says so.
package enum GossipAction: Equatable, Sendable {
    /// Send a transport message; answer with `sendFinished`.
    case send(SendRequest)
    /// Connect to a peer; answer with `peerConnected` (also when it is connected already) or `connectFailed`.
    case connect(PeerID)
    /// The overlay does not need the connection to this peer any more; the shell may close it, or keep it for other work.
    case release(PeerID)
    /// Sign bytes; answer with `signed`.
    case sign(SigningRequest)
    /// Check signatures; answer with `verified`.
    case verify(VerificationRequest)
    /// Hand a message to the local subscribers of its topic. Each message is delivered once per node, ever.
    case deliver(VerifiedMessage)
    /// A publish is on its way; local subscribers have it already.
    case published(RequestID, PublishReceipt)
    /// A publish did not happen.
    case publishFailed(RequestID, PublishFailure)
    /// Something was not processed; already counted in ``GossipStatistics``, here for traces.
    case drop(DropReason, from: PeerID?)
}

/// A message for one peer.
package struct SendRequest: Equatable, Sendable {
    package let id: RequestID
    package let peer: PeerID
    /// The whole transport message, type byte included; shared, not copied, between the peers of one message.
    package let bytes: [UInt8]
    /// After this long the shell gives up, cancels the attempt and answers `timedOut`.
    package let timeLimit: Nanoseconds
}

/// Bytes to sign with ML-DSA-65: empty context, hedged.
package struct SigningRequest: Equatable, Sendable {
    /// Which key signs.
    package enum Key: Equatable, Sendable {
        /// The agent's key: publish envelopes.
        case agent
        /// The machine's key: gossip headers.
        case machine
    }

    package let id: RequestID
    package let key: Key
    package let message: [UInt8]
}

/// Signatures of one received message: all must be valid.
///
/// Check in order and stop at the first invalid one.
package struct VerificationRequest: Equatable, Sendable {
    package let id: RequestID
    /// One or two checks: the agent's over the envelope, then the header's.
    package let checks: [SignatureCheck]
}

/// What is known when a publish is handed to the network.
package struct PublishReceipt: Equatable, Sendable {
    package let messageID: MessageID
    /// Neighbours the message is being pushed to; 0 means that nobody hears it now.
    package let eagerPeerCount: Int
}

/// Why a publish did not happen.
package enum PublishFailure: Error, Equatable, Sendable {
    /// The topic name is longer than 65,535 bytes.
    case topicTooLong
    /// The encoded message would pass the transport's 4 MiB.
    case messageTooLarge
    /// Too many publishes wait for a signature.
    case overloaded
    /// A signature could not be made.
    case signingFailed
    /// The topic table is full of subscribed topics.
    case tooManyTopics
}

/// Why a received thing was not processed.
///
/// Each case has a counter of the same name in ``DropStatistics``.
package enum DropReason: Int, CaseIterable, Sendable {
    /// Not a gossip message, or a control payload that is not a list of ids.
    case undecodable
    /// A kind that has no business on this stream.
    case unexpectedKind
    /// An EAGER without payload, or a control message without list.
    case missingPayload
    /// The signed header names another payload (version 2 headers).
    case payloadHashMismatch
    /// Not an envelope, or key material of the wrong size.
    case malformedEnvelope
    /// An envelope of another topic.
    case topicMismatch
    /// A sender that is not derived from the key.
    case senderMismatch
    /// A signature is wrong.
    case invalidSignature
    /// A signature was found wrong before.
    case rejectedBefore
    /// Known id and known payload.
    case duplicate
    /// A known payload under a new id.
    case replay
    /// The table of running verifications is full, or the peer's share of it.
    case verificationOverload
    /// The table of running signatures is full.
    case signingOverload
    /// A control message could not be signed.
    case signingFailed
    /// The peer is not connected.
    case unknownPeer
    /// A control message about a topic this node does not carry.
    case unknownTopic
    /// The topic table is full of subscribed topics.
    case topicOverload
    /// The table of missing messages is full, or the peer's share of it.
    case missingOverload
    /// The peer has been served as much as its rate allows.
    case servingOverload
    /// A send queue was full.
    case sendQueueFull
    /// The peer is cooling down on this topic.
    case cooling
    /// An announced message never came after every try.
    case abandoned
    /// More control messages than a peer may send.
    case controlOverload
    /// A subscription over the cap of topics.
    case subscriptionOverload
    /// A connection over the cap of peers.
    case peerOverload
    /// Not a membership message.
    case membershipUndecodable
    /// A membership message that names somebody else as its sender.
    case membershipSenderMismatch
    /// More membership messages than a peer may send.
    case membershipOverload
}
