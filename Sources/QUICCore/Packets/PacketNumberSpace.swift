// SPDX-License-Identifier: MIT OR Apache-2.0

/// The three spaces in which packets are numbered and acknowledged (RFC 9000 §12.3), in the order they are reached.
package enum PacketNumberSpace: UInt8, CaseIterable, Comparable, Sendable {
    /// Initial packets.
    case initial
    /// Handshake packets.
    case handshake
    /// 1-RTT packets; 0-RTT would share it but is disabled.
    case application

    package static func < (lhs: PacketNumberSpace, rhs: PacketNumberSpace) -> Bool { lhs.rawValue < rhs.rawValue }
}
