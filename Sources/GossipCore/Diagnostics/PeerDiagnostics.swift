// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// One entry of `peer_scores` (spec 04 §14).
package struct PeerScoreReport: Equatable, Sendable {
    /// The part a peer plays in a topic.
    package enum Role: String, Sendable {
        case eager
        case lazy
        case cooled
        case recoveryReady = "recovery_ready"
        case recoveryProbe = "recovery_probe"
        /// In no set: not connected any more.
        case excluded
    }

    package let peer: PeerID
    package let topic: TopicID
    package let role: Role
    package let score: Double
    package let iWantResponseRate: Double
    package let recency: Double
    package let sendHealth: Double
    package let outboundSendSuccesses: Double
    package let outboundSendTimeouts: Double
    package let coolingEvents: Double
    package let recoveryProbes: Double
    package let recoverySuccesses: Double
    package let isEagerEligible: Bool
}

/// One entry of `suppressed_peers` (spec 04 §14).
package struct SuppressedPeerReport: Equatable, Sendable {
    /// Where in its cool-down a peer is.
    package enum State: String, Sendable {
        case cooldown
        case recoveryReady = "recovery_ready"
        case recoveryProbe = "recovery_probe"
    }

    package let peer: PeerID
    package let topic: TopicID
    package let state: State
    /// Time until the cool-down ends; zero when it has ended.
    package let remaining: Nanoseconds
    package let recentTimeoutCount: Int
    /// Topics on which this peer is suppressed.
    package let affectedTopicsCount: Int
    package let cooldown: Nanoseconds
}
