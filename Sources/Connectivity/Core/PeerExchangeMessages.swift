// SPDX-License-Identifier: MIT OR Apache-2.0

package import Node
package import Primitives

/// Matches an answer to a request across threads.
package struct RequestID: Hashable, Sendable {
    let number: UInt64

    /// Creates an id; the caller numbers its requests.
    package init(_ number: UInt64) { self.number = number }
}

/// What other threads ask of the exchange.
package enum PeerCommand: Sendable {
    case dial(RequestID, NetworkAddress, expecting: PeerID?)
    /// `within`: how long the peer may take to grant room, counted from when the exchange has the message.
    case send(RequestID, [UInt8], to: PeerID, within: Nanoseconds? = nil)
    case sendAcknowledged(RequestID, [UInt8], to: PeerID, timeout: Nanoseconds)
    case probe(RequestID, PeerID, timeout: Nanoseconds)
    case snapshot(RequestID)
    case disconnect(PeerID, CloseCode)
    /// The consumer of messages is gone: payloads are dropped, and answered as rejected where an answer is wanted.
    case stopDelivery
    case shutDown(RequestID)
}

/// What the exchange tells other threads; every request gets exactly one completion.
package enum PeerOutput: Sendable {
    case message([UInt8], from: PeerID)
    case event(PeerEvent)
    case dialCompleted(RequestID, Result<PeerID, TransportError>)
    case sendCompleted(RequestID, Result<Void, TransportError>)
    case acknowledgedSendCompleted(RequestID, Result<Void, AcknowledgementError>)
    case probeCompleted(RequestID, Result<Nanoseconds, TransportError>)
    case snapshot(RequestID, [ConnectedPeer])
    case shutDownCompleted(RequestID)
}

/// Limits of the exchange.
package struct PeerExchangeConfiguration: Sendable {
    /// Messages waiting for one peer, the ones being written included.
    package var queuedMessageCountMax = 2048
    /// Bytes waiting for one peer: room for eight of the largest messages.
    package var queuedByteCountMax = 8 * MessageLimits.messageByteCountMax
    /// Bytes of unfinished inbound messages per connection; a stream that would pass it is stopped.
    package var assemblyByteCountMax = 16 << 20
    /// Requests to dial that wait at once.
    package var pendingDialCountMax = 256
    /// Acknowledged messages that wait for their answer per peer.
    package var pendingAcknowledgementCountMax = 256
    /// Probes that wait per peer.
    package var pendingProbeCountMax = 64
    /// A timer that is later than this is our own delay: whoever waits for a peer then gets that time once more.
    package var ownDelayMin = Nanoseconds.milliseconds(50)
    /// How long a superseded connection may finish what it was sending.
    package var supersededGrace = Nanoseconds.seconds(1)
    /// Whether only loopback addresses may be dialled and accepted (`X0X_LOOPBACK_ONLY`).
    package var loopbackOnly = false

    /// The default limits.
    package init() {}
}

/// Counters of the exchange since it was created.
package struct PeerExchangeStatistics: Equatable, Sendable {
    package var messagesReceived: UInt64 = 0
    package var messagesSent: UInt64 = 0
    /// Payloads that arrived after `stopDelivery`.
    package var undeliveredMessages: UInt64 = 0
    /// Answers to messages or probes that nobody waits for (any more).
    package var lateAcknowledgements: UInt64 = 0
    package var oversizeStreamsDropped: UInt64 = 0
    package var resetStreamsDropped: UInt64 = 0
    package var assemblyBudgetDrops: UInt64 = 0
    package var ignoredControlMessages: UInt64 = 0
    package var bidirectionalStreamsRefused: UInt64 = 0
    package var sendQueueOverflows: UInt64 = 0
    /// Messages given up because the peer granted no room within their limit.
    package var sendTimeouts: UInt64 = 0
    /// Messages begun on a connection that ended as the lesser of two, and sent anew on the better one.
    package var resentMessages: UInt64 = 0
    package var wrongPeersClosed: UInt64 = 0
    package var supersededConnections: UInt64 = 0
    package var addressesRefused: UInt64 = 0
    package var failedHandshakes: UInt64 = 0
}
