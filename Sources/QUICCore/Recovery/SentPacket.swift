// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives

/// A packet on its way, as far as recovery needs to know it (RFC 9002 appendix A.1.1).
struct SentPacket: Equatable, Sendable {
    /// The number.
    let packetNumber: UInt64
    /// When it left.
    let sentAt: Instant
    /// Bytes on the wire, header and tag included.
    let byteCount: Int
    /// Whether the peer has to acknowledge it.
    let isAckEliciting: Bool
    /// Whether it counts against the congestion window; everything but pure acknowledgements does.
    let isInFlight: Bool
    /// What it carried.
    let frames: SentFrameList
    /// Whether a packet between the previous unacknowledged one and this one was acknowledged.
    var followsAcknowledged = false
    /// Whether it only finds out whether the path carries its size.
    var isPathMTUProbe = false
    /// Whether its datagram carried ECT(0).
    var isECNMarked = false
    /// What had been delivered when it left.
    var delivery = DeliverySnapshot()
}

/// What an ACK frame brought.
struct AckOutcome: Equatable, Sendable {
    /// Packets acknowledged for the first time.
    var acknowledged: [SentPacket] = []
    /// Packets now considered lost; their frames go out again.
    var lost: [SentPacket] = []
    /// Whether a larger number than ever before is acknowledged.
    var isNewLargest = false
}

/// What a passed deadline means.
enum RecoveryTimeout: Equatable, Sendable {
    /// Too early.
    case nothing
    /// These packets are lost; their frames go out again.
    case lost([SentPacket], in: PacketNumberSpace)
    /// Send `packetCount` ack-eliciting packets regardless of the congestion window: with `frames`, copies of what
    /// the oldest packets in flight carried, with new data, or with PING (RFC 9002 §6.2.4).
    case probe(PacketNumberSpace, packetCount: Int, frames: [SentFrame])
}

/// Whether an ack-eliciting packet may be sent; probes and pure acknowledgements always may.
enum SendPermission: Equatable, Sendable {
    /// One datagram may go out now.
    case allowed
    /// The congestion window is full: wait for acknowledgements.
    case blocked
    /// The pacer spreads the window over the round trip: ask again then; `nextDeadline` covers it.
    case paced(until: Instant)
}
