// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// A whole message from an authenticated peer on its way to the service that handles its class.
struct InboundMessage: Sendable {
    let bytes: [UInt8]
    let peer: PeerID
    let receivedAt: Instant
}
