// SPDX-License-Identifier: MIT OR Apache-2.0

/// The transport parameters of one side (RFC 9000 §18.2, spec 02 §5); a fresh value holds the defaults of the RFC.
///
/// A parameter with its default value is not sent. Integers are at most 2^62 − 1.
package struct TransportParameters: Equatable, Sendable {
    /// Server only: the Destination CID of the client's first Initial packet, at most 20 bytes.
    package var originalDestinationConnectionID: [UInt8]?
    /// Idle timeout in milliseconds; 0 means none.
    package var maxIdleTimeoutMilliseconds: UInt64 = 0
    /// Server only: the reset token of the handshake CID, 16 bytes.
    package var statelessResetToken: [UInt8]?
    /// Largest UDP payload we are willing to receive, at least 1200 bytes.
    package var maxUDPPayloadSize: UInt64 = Self.maxUDPPayloadSizeDefault
    /// Connection flow-control window in bytes.
    package var initialMaxData: UInt64 = 0
    /// Window in bytes of bidirectional streams that this side opens.
    package var initialMaxStreamDataBidiLocal: UInt64 = 0
    /// Window in bytes of bidirectional streams that the peer opens.
    package var initialMaxStreamDataBidiRemote: UInt64 = 0
    /// Window in bytes of unidirectional streams that the peer opens.
    package var initialMaxStreamDataUni: UInt64 = 0
    /// Bidirectional streams the peer may open, at most 2^60.
    package var initialMaxStreamsBidi: UInt64 = 0
    /// Unidirectional streams the peer may open, at most 2^60.
    package var initialMaxStreamsUni: UInt64 = 0
    /// Exponent of the ACK Delay field, at most 20.
    package var ackDelayExponent: UInt64 = Self.ackDelayExponentDefault
    /// Longest deliberate delay of an acknowledgement in milliseconds, below 2^14.
    package var maxAckDelayMilliseconds: UInt64 = Self.maxAckDelayMillisecondsDefault
    /// Whether the peer must keep its address.
    package var disableActiveMigration = false
    /// Server only: an address to move to after the handshake.
    package var preferredAddress: PreferredAddress?
    /// CIDs we are willing to store, at least 2.
    package var activeConnectionIDLimit: UInt64 = Self.activeConnectionIDLimitDefault
    /// The Source CID of this side's first packet, at most 20 bytes; always sent.
    package var initialSourceConnectionID: [UInt8]?
    /// Server only: the Source CID of the Retry packet, at most 20 bytes.
    package var retrySourceConnectionID: [UInt8]?
    /// Largest DATAGRAM frame we accept in bytes; 0 means none (RFC 9221).
    package var maxDatagramFrameSize: UInt64 = 0
    /// Whether the fixed bit may be cleared in packets to this side (RFC 9287).
    package var greaseQUICBit = false
    /// Bit field of post-quantum algorithms; its only effect is padding at the original (spec 02 §5.1, §7.2).
    package var pqcAlgorithms: UInt8?
    /// Whether this side answers the acknowledgement envelopes of spec 02 §9.3.
    package var receiveAcknowledgement = false
    /// Which address observations this side gives and wants; `nil` means none.
    package var addressDiscovery: AddressDiscovery?
    /// Shortest acknowledgement delay in microseconds (ack-frequency draft); `nil` means not supported.
    package var minAckDelayMicroseconds: UInt64?
    /// NAT traversal support; `nil` means none.
    package var natTraversal: NATTraversal?
    /// Whether NAT frames have the compact layout (spec 02 §6.3).
    package var compactNATFrames = false

    /// Creates the defaults of the RFC.
    package init() {}

    package static let maxUDPPayloadSizeDefault: UInt64 = 65_527
    package static let ackDelayExponentDefault: UInt64 = 3
    package static let maxAckDelayMillisecondsDefault: UInt64 = 25
    package static let activeConnectionIDLimitDefault: UInt64 = 2
    /// Bytes of a connection id at most in version 1.
    package static let connectionIDByteCountMax = 20
    /// Bytes of a stateless reset token.
    package static let statelessResetTokenByteCount = 16

    /// The address-discovery modes of spec 02 §5.1.
    package enum AddressDiscovery: UInt64, Sendable {
        /// Only reports observed addresses.
        case provides = 0
        /// Only wants reports.
        case wants = 1
        /// Both.
        case both = 2
    }

    /// The two forms of the NAT traversal parameter (spec 02 §5.1).
    package enum NATTraversal: Hashable, Sendable {
        /// Empty value: "client support".
        case clientSupport
        /// The number of concurrent attempts, at least 1; a server accepts at most 100.
        case concurrencyLimit(UInt64)

        /// The limit a server accepts at most.
        package static let concurrencyLimitMax: UInt64 = 100
    }

    /// A server's preferred address (RFC 9000 §18.2): 4 + 2, 16 + 2, CID with one-byte length, 16-byte token.
    package struct PreferredAddress: Equatable, Sendable {
        /// IPv4 address, 4 bytes, and port; all zero means absent.
        package var ipv4: (address: [UInt8], port: UInt16)
        /// IPv6 address, 16 bytes, and port; all zero means absent.
        package var ipv6: (address: [UInt8], port: UInt16)
        /// 1 to 20 bytes.
        package var connectionID: [UInt8]
        /// 16 bytes.
        package var statelessResetToken: [UInt8]

        /// Creates an address; the lengths are preconditions of encoding.
        package init(
            ipv4: (address: [UInt8], port: UInt16),
            ipv6: (address: [UInt8], port: UInt16),
            connectionID: [UInt8],
            statelessResetToken: [UInt8]
        ) {
            self.ipv4 = ipv4
            self.ipv6 = ipv6
            self.connectionID = connectionID
            self.statelessResetToken = statelessResetToken
        }

        package static func == (lhs: PreferredAddress, rhs: PreferredAddress) -> Bool {
            lhs.ipv4 == rhs.ipv4 && lhs.ipv6 == rhs.ipv6 && lhs.connectionID == rhs.connectionID
                && lhs.statelessResetToken == rhs.statelessResetToken
        }
    }
}
