// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// What ``Membership`` wants done by the node around it.
enum MembershipOutput: Equatable, Sendable {
    case send(MembershipMessage, to: PeerID)
    /// Answered by `peerConnected` or `connectFailed`.
    case connect(PeerID)
    /// The connection serves membership no more.
    case release(PeerID)
    case neighborUp(PeerID)
    case neighborDown(PeerID)
    /// Connected, but silent for too long: nothing is sent to it until it speaks.
    case dead(PeerID)
    case drop(DropReason, from: PeerID)
}
