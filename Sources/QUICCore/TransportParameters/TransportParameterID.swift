// SPDX-License-Identifier: MIT OR Apache-2.0

/// The transport parameters with a meaning here (RFC 9000 §18.2, RFC 9221, RFC 9287, spec 02 §5); all others are skipped.
package enum TransportParameterID: UInt64, CaseIterable, Sendable {
    case originalDestinationConnectionID = 0x00
    case maxIdleTimeout = 0x01
    case statelessResetToken = 0x02
    case maxUDPPayloadSize = 0x03
    case initialMaxData = 0x04
    case initialMaxStreamDataBidiLocal = 0x05
    case initialMaxStreamDataBidiRemote = 0x06
    case initialMaxStreamDataUni = 0x07
    case initialMaxStreamsBidi = 0x08
    case initialMaxStreamsUni = 0x09
    case ackDelayExponent = 0x0A
    case maxAckDelay = 0x0B
    case disableActiveMigration = 0x0C
    case preferredAddress = 0x0D
    case activeConnectionIDLimit = 0x0E
    case initialSourceConnectionID = 0x0F
    case retrySourceConnectionID = 0x10
    case maxDatagramFrameSize = 0x20
    case greaseQUICBit = 0x2AB2
    case pqcAlgorithms = 0x50C0
    case receiveAcknowledgement = 0x50C1
    case addressDiscovery = 0x9F81_A176
    case minAckDelay = 0xFF04_DE1B
    case natTraversal = 0x3D7E_9F0B_CA12_FEA6
    case compactNATFrames = 0x3D7E_9F0B_CA12_FEA8

    /// Whether only a server may send it (RFC 9000 §18.2).
    package var isServerOnly: Bool {
        switch self {
        case .originalDestinationConnectionID, .statelessResetToken, .preferredAddress, .retrySourceConnectionID: true
        default: false
        }
    }
}
