// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite
package import Primitives

/// Settings of an endpoint: one UDP port, any number of connections.
package struct EndpointConfiguration: Sendable {
    /// Settings of every connection.
    package var connection: ConnectionConfiguration
    /// Key of the stateless reset tokens, 32 bytes or more; persist it so that a restarted node can reset (spec 02 §15).
    package var resetKey: SecretBytes
    /// Largest number of connections, half-open inbound ones aside: 256 (spec 02 §15); further ones are refused.
    package var connectionCountMax: Int
    /// Inbound connections whose handshake is going on: 1,024 (spec 02 §15).
    ///
    /// At that many, clients have to prove their address with a Retry first; with that proof 1,024 more are taken. 0 asks every client for the proof.
    package var halfOpenCountMax: Int
    /// Largest number of established inbound connections of one host: 3 (spec 02 §15).
    ///
    /// Loopback has no limit, since there a host is many nodes.
    package var connectionCountPerHostMax: Int
    /// Whether packets that open a new connection are accepted.
    package var acceptsConnections: Bool

    /// The settings of spec 02.
    package init(connection: ConnectionConfiguration, resetKey: SecretBytes) {
        self.connection = connection
        self.resetKey = resetKey
        self.connectionCountMax = 256
        self.halfOpenCountMax = 1024
        self.connectionCountPerHostMax = 3
        self.acceptsConnections = true
    }
}

/// Names one connection of an endpoint; never reused within a process.
package struct ConnectionHandle: Hashable, Comparable, Sendable {
    let slot: Int
    let generation: UInt64

    package static func < (lhs: ConnectionHandle, rhs: ConnectionHandle) -> Bool { lhs.generation < rhs.generation }
}

/// A datagram to be sent.
package struct OutgoingDatagram: Sendable {
    /// The UDP payload.
    package let bytes: [UInt8]
    /// Where to.
    package let destination: NetworkAddress
}

/// Why a dial was refused without sending anything.
package enum ConnectError: Error, Equatable, Sendable {
    /// `connectionCountMax` connections exist.
    case tooManyConnections
}

/// Counters of an endpoint since it was created.
package struct EndpointStatistics: Equatable, Sendable {
    /// Datagrams received and sent.
    package var datagramsReceived: UInt64 = 0
    package var datagramsSent: UInt64 = 0
    /// Bytes of UDP payload received and sent.
    package var bytesReceived: UInt64 = 0
    package var bytesSent: UInt64 = 0
    /// Datagrams whose header could not be read.
    package var malformedDatagrams: UInt64 = 0
    /// Packets for connection ids nobody owns.
    package var unknownConnectionIDs: UInt64 = 0
    /// First Initials in a datagram under 1,200 bytes, or with a destination id under 8 bytes.
    package var rejectedInitials: UInt64 = 0
    /// Inbound connections refused by a cap.
    package var refusedConnections: UInt64 = 0
    /// Retry packets sent.
    package var retriesSent: UInt64 = 0
    /// Initials with an expired or foreign token.
    package var invalidTokens: UInt64 = 0
    /// Version negotiation packets sent.
    package var versionNegotiationsSent: UInt64 = 0
    /// Stateless resets sent.
    package var statelessResetsSent: UInt64 = 0
    /// Handshakes completed, in both roles.
    package var handshakesCompleted: UInt64 = 0
    /// Connections that ended, for whatever reason.
    package var connectionsClosed: UInt64 = 0
    /// Packets that failed authentication, were duplicates or came from a wrong address; summed over ended and live connections.
    package var packetsDropped: UInt64 = 0
}
