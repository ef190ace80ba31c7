// SPDX-License-Identifier: MIT OR Apache-2.0

/// The three spaces in which packets are numbered and acknowledged (RFC 9000 §12.3), in the order they are reached.
package enum PacketNumberSpace: UInt8, CaseIterable, Comparable, Sendable {
    /// Initial packets.
    case initial
    /// Handshake packets.
    case handshake
    /// 1-RTT packets; 0-RTT would share it but is disabled.
    case application

    /// All of them, in a stored array: the compiler's own would be made anew for every packet.
    package static let allCases: [PacketNumberSpace] = [.initial, .handshake, .application]

    package static func < (lhs: PacketNumberSpace, rhs: PacketNumberSpace) -> Bool { lhs.rawValue < rhs.rawValue }
}
