// SPDX-License-Identifier: MIT OR Apache-2.0

public import CryptoSuite
public import Primitives

/// Settings of an endpoint: one UDP port, any number of connections.
public struct EndpointConfiguration: Sendable {
    /// Settings of every connection.
    public var connection: ConnectionConfiguration
    /// Key of the stateless reset tokens, 32 bytes or more; persist it so that a restarted node can reset (spec 02 §15).
    public var resetKey: SecretBytes
    /// Largest number of connections, half-open inbound ones aside: 256 (spec 02 §15); further ones are refused.
    public var connectionCountMax: Int
    /// Inbound connections whose handshake is going on: 1,024 (spec 02 §15).
    ///
    /// At that many, clients have to prove their address with a Retry first; with that proof 1,024 more are taken. 0 asks every client for the proof.
    public var halfOpenCountMax: Int
    /// Largest number of established inbound connections of one host: 3 (spec 02 §15).
    ///
    /// Loopback has no limit, since there a host is many nodes.
    public var connectionCountPerHostMax: Int
    /// Whether packets that open a new connection are accepted.
    public var acceptsConnections: Bool

    /// The settings of spec 02.
    public init(connection: ConnectionConfiguration, resetKey: SecretBytes) {
        self.connection = connection
        self.resetKey = resetKey
        self.connectionCountMax = 256
        self.halfOpenCountMax = 1024
        self.connectionCountPerHostMax = 3
        self.acceptsConnections = true
    }
}

/// Names one connection of an endpoint; never reused within a process.
public struct ConnectionHandle: Hashable, Comparable, Sendable {
    let slot: Int
    let generation: UInt64

    /// The natural order.
    public static func < (lhs: ConnectionHandle, rhs: ConnectionHandle) -> Bool { lhs.generation < rhs.generation }
}

/// A datagram to be sent.
public struct OutgoingDatagram: Sendable {
    /// The UDP payload.
    public let bytes: [UInt8]
    /// Where to.
    public let destination: NetworkAddress
    /// How its IP header is to be marked.
    public let codepoint: ECNCodepoint

    package init(bytes: [UInt8], destination: NetworkAddress, codepoint: ECNCodepoint = .notCapable) {
        self.bytes = bytes
        self.destination = destination
        self.codepoint = codepoint
    }
}

/// Why a dial was refused without sending anything.
public enum ConnectError: Error, Equatable, Sendable {
    /// `connectionCountMax` connections exist.
    case tooManyConnections
}

/// Counters of an endpoint since it was created.
public struct EndpointStatistics: Equatable, Sendable {
    /// Datagrams received.
    public var datagramsReceived: UInt64 = 0
    /// Datagrams sent.
    public var datagramsSent: UInt64 = 0
    /// Bytes of UDP payload received.
    public var bytesReceived: UInt64 = 0
    /// Bytes of UDP payload sent.
    public var bytesSent: UInt64 = 0
    /// Datagrams whose header could not be read.
    public var malformedDatagrams: UInt64 = 0
    /// Packets for connection ids nobody owns.
    public var unknownConnectionIDs: UInt64 = 0
    /// First Initials in a datagram under 1,200 bytes, or with a destination id under 8 bytes.
    public var rejectedInitials: UInt64 = 0
    /// Inbound connections refused by a cap.
    public var refusedConnections: UInt64 = 0
    /// Retry packets sent.
    public var retriesSent: UInt64 = 0
    /// Initials with an expired or foreign token.
    public var invalidTokens: UInt64 = 0
    /// Version negotiation packets sent.
    public var versionNegotiationsSent: UInt64 = 0
    /// Stateless resets sent.
    public var statelessResetsSent: UInt64 = 0
    /// Handshakes completed, in both roles.
    public var handshakesCompleted: UInt64 = 0
    /// Connections that ended, for whatever reason.
    public var connectionsClosed: UInt64 = 0
    /// Packets that failed authentication, were duplicates or came from a wrong address; summed over ended and live connections.
    public var packetsDropped: UInt64 = 0
}
