// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What the domain needs from the network: authenticated peers and whole messages.
///
/// A peer is known by the identity its handshake proved; a message is at most ``MessageLimits/messageByteCountMax``
/// bytes and travels on a stream of its own, so messages are neither ordered nor acknowledged (spec 02 §9.1).
package protocol PeerTransport: Sendable {
    /// The identity of this node.
    var localPeerID: PeerID { get }

    /// The addresses the sockets are really bound to, never with port 0.
    var boundAddresses: [NetworkAddress] { get }

    /// Connects to an address and returns who answered; an existing connection to `expected` is reused.
    ///
    /// - Parameters:
    ///   - address: Where to dial.
    ///   - expected: Who must answer; anybody else is closed before a message is delivered.
    /// - Returns: The authenticated peer.
    /// - Throws: ``TransportError`` when no connection came about in the transport's time limit.
    func dial(_ address: NetworkAddress, expecting expected: PeerID?) async throws(TransportError) -> PeerID

    /// Queues one message on a connection to `peer`; suspends while the peer grants no credit, never repairs a connection.
    ///
    /// - Parameters:
    ///   - message: The whole message.
    ///   - peer: A connected peer.
    ///   - limit: How long the peer may take to grant room for the whole message; `nil` waits as long as the connection
    ///     lives. Only the peer's time counts: what the message waits on this side, in queues or for a busy processor, does
    ///     not. The attempt is given up when it passes.
    /// - Throws: ``TransportError``; ``TransportError/timedOut`` when the limit passed.
    func send(_ message: [UInt8], to peer: PeerID, within limit: Nanoseconds?) async throws(TransportError)

    /// Measures a round trip through the peer's receive pipeline (spec 02 §9.4).
    func probe(_ peer: PeerID, timeout: Nanoseconds) async throws(TransportError) -> Nanoseconds

    /// The peers connected now, in no particular order.
    func connectedPeers() async -> [ConnectedPeer]

    /// Closes the connection to `peer`, if any (close code 0x4E5B04, `LifecycleCleanup`).
    func disconnect(_ peer: PeerID) async
}

extension PeerTransport {
    /// Queues one message on a connection to `peer`; suspends while the peer grants no credit.
    package func send(_ message: [UInt8], to peer: PeerID) async throws(TransportError) {
        try await self.send(message, to: peer, within: nil)
    }
}

/// One live connection as the domain sees it.
package struct ConnectedPeer: Hashable, Sendable {
    /// The authenticated identity.
    package let id: PeerID
    /// The address packets come from.
    package let address: NetworkAddress
    /// Whether this node dialled.
    package let isOutbound: Bool
    /// Counts connections to this peer since start; a higher one is newer.
    package let generation: UInt64
    /// Smoothed round-trip time.
    package let smoothedRoundTrip: Nanoseconds
    /// How long ago the last packet arrived and the last one left; nil when the transport does not know.
    package let sinceReceived: Nanoseconds?
    package let sinceSent: Nanoseconds?

    /// Creates the record.
    package init(
        id: PeerID,
        address: NetworkAddress,
        isOutbound: Bool,
        generation: UInt64,
        smoothedRoundTrip: Nanoseconds,
        sinceReceived: Nanoseconds? = nil,
        sinceSent: Nanoseconds? = nil
    ) {
        self.id = id
        self.address = address
        self.isOutbound = isOutbound
        self.generation = generation
        self.smoothedRoundTrip = smoothedRoundTrip
        self.sinceReceived = sinceReceived
        self.sinceSent = sinceSent
    }
}

/// A change in who is connected; delivered in order.
package enum PeerEvent: Sendable {
    /// A connection to the peer is ready for messages.
    case connected(ConnectedPeer)
    /// The last connection to the peer ended.
    case disconnected(PeerID, generation: UInt64, reason: CloseReason)
}

/// Why a connection ended, as exposed upward (spec 02 §10.3).
package enum CloseReason: String, Sendable, CaseIterable {
    case superseded = "Superseded"
    case readerExit = "ReaderExit"
    case peerShutdown = "PeerShutdown"
    case banned = "Banned"
    case lifecycleCleanup = "LifecycleCleanup"
    case applicationClosed = "ApplicationClosed"
    case connectionClosed = "ConnectionClosed"
    case timedOut = "TimedOut"
    case reset = "Reset"
    case transportError = "TransportError"
    case locallyClosed = "LocallyClosed"
    case versionMismatch = "VersionMismatch"
    case cidsExhausted = "CidsExhausted"
    case unknown = "Unknown"
}

/// Why a transport operation failed.
package enum TransportError: Error, Equatable, Sendable {
    /// No live connection to the peer.
    case notConnected
    /// The message is larger than the wire allows.
    case messageTooLarge(byteCount: Int, limit: Int)
    /// Another peer than the expected one answered.
    case wrongPeer(PeerID)
    /// The address is not allowed here, such as anything but loopback under `X0X_LOOPBACK_ONLY`.
    case addressNotAllowed
    /// The handshake or the connection ended.
    case closed(CloseReason)
    /// The time limit passed.
    case timedOut
    /// The peer's send queue is full.
    case overloaded
    /// The transport has been shut down.
    case shutDown
}

/// Sizes of messages (spec 02 §9).
package enum MessageLimits {
    /// A whole message on its stream, first byte included: 4 MiB.
    package static let messageByteCountMax = 4_194_304
    /// The payload of a direct message: the whole less the type byte and the sender (spec 02 §9.5).
    package static let directPayloadByteCountMax = messageByteCountMax - 33
}

/// The consumer of a message, selected by its first byte (spec 02 §9.5).
package enum MessageClass: UInt8, Sendable, CaseIterable {
    case membership = 0x00
    case pubSub = 0x01
    case bulk = 0x02
    case direct = 0x10
}
