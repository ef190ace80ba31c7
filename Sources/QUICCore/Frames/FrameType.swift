// SPDX-License-Identifier: MIT OR Apache-2.0

/// Frame types (RFC 9000 §19, RFC 9221, spec 02 §6.1, §6.2).
package enum FrameType {
    package static let padding: UInt64 = 0x00
    package static let ping: UInt64 = 0x01
    package static let ack: UInt64 = 0x02
    package static let ackWithECN: UInt64 = 0x03
    package static let resetStream: UInt64 = 0x04
    package static let stopSending: UInt64 = 0x05
    package static let crypto: UInt64 = 0x06
    package static let newToken: UInt64 = 0x07
    /// 0x08 to 0x0F; bit 0 is FIN, bit 1 says that a length follows, bit 2 that an offset follows.
    package static let streams: ClosedRange<UInt64> = 0x08...0x0F
    package static let maxData: UInt64 = 0x10
    package static let maxStreamData: UInt64 = 0x11
    package static let maxStreamsBidirectional: UInt64 = 0x12
    package static let maxStreamsUnidirectional: UInt64 = 0x13
    package static let dataBlocked: UInt64 = 0x14
    package static let streamDataBlocked: UInt64 = 0x15
    package static let streamsBlockedBidirectional: UInt64 = 0x16
    package static let streamsBlockedUnidirectional: UInt64 = 0x17
    package static let newConnectionID: UInt64 = 0x18
    package static let retireConnectionID: UInt64 = 0x19
    package static let pathChallenge: UInt64 = 0x1A
    package static let pathResponse: UInt64 = 0x1B
    package static let connectionClose: UInt64 = 0x1C
    package static let applicationClose: UInt64 = 0x1D
    package static let handshakeDone: UInt64 = 0x1E
    package static let immediateAck: UInt64 = 0x1F
    package static let datagram: UInt64 = 0x30
    package static let datagramWithLength: UInt64 = 0x31
    package static let ackFrequency: UInt64 = 0xAF
    package static let addAddressIPv4: UInt64 = 0x3D7E90
    package static let addAddressIPv6: UInt64 = 0x3D7E91
    package static let punchMeNowIPv4: UInt64 = 0x3D7E92
    package static let punchMeNowIPv6: UInt64 = 0x3D7E93
    package static let removeAddress: UInt64 = 0x3D7E94
    package static let tryConnectToIPv4: UInt64 = 0x3D7E95
    package static let tryConnectToIPv6: UInt64 = 0x3D7E96
    package static let tryConnectToResponseIPv4: UInt64 = 0x3D7E97
    package static let tryConnectToResponseIPv6: UInt64 = 0x3D7E98
    package static let observedAddressIPv4: UInt64 = 0x9F81A6
    package static let observedAddressIPv6: UInt64 = 0x9F81A7
}
