// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// A decoded QUIC frame (RFC 9000 §19, RFC 9221, spec 02 §6).
///
/// Frames with data borrow it as slices of the packet's payload: no copy is made until somebody keeps it.
package enum Frame: Equatable, Sendable {
    /// A run of PADDING frames.
    case padding(byteCount: Int)
    case ping
    case ack(AckFrame)
    case resetStream(StreamID, code: UInt64, finalSize: UInt64)
    case stopSending(StreamID, code: UInt64)
    case crypto(offset: UInt64, data: ArraySlice<UInt8>)
    /// An address validation token for later; never empty.
    case newToken([UInt8])
    case stream(StreamFrame)
    case maxData(UInt64)
    case maxStreamData(StreamID, UInt64)
    /// At most 2^60.
    case maxStreams(StreamDirection, UInt64)
    case dataBlocked(limit: UInt64)
    case streamDataBlocked(StreamID, limit: UInt64)
    case streamsBlocked(StreamDirection, limit: UInt64)
    case newConnectionID(NewConnectionIDFrame)
    case retireConnectionID(sequence: UInt64)
    case pathChallenge(UInt64)
    case pathResponse(UInt64)
    case connectionClose(CloseFrameContent)
    case handshakeDone
    case immediateAck
    case ackFrequency(AckFrequencyFrame)
    case datagram(ArraySlice<UInt8>)
    case nat(NATFrame)
    /// The sender's view of the receiver's address (spec 02 §6.4).
    case observedAddress(sequence: UInt64, NetworkAddress)

    /// Whether the frame makes its packet ack-eliciting (RFC 9002 §2, spec 02 §6.1).
    package var isAckEliciting: Bool {
        switch self {
        case .padding, .ack, .connectionClose: false
        default: true
        }
    }

    /// Whether the frame may be used to probe a path without moving there (RFC 9000 §9.1).
    package var isProbing: Bool {
        switch self {
        case .padding, .pathChallenge, .pathResponse, .newConnectionID: true
        default: false
        }
    }

    /// Whether the frame may occur in Initial and Handshake packets (RFC 9000 §12.4 table 3).
    package var isAllowedInHandshake: Bool {
        switch self {
        case .padding, .ping, .ack, .crypto: true
        case .connectionClose(let content): !content.isApplication
        default: false
        }
    }
}

/// A STREAM frame (RFC 9000 §19.8).
package struct StreamFrame: Equatable, Sendable {
    /// The stream.
    package let id: StreamID
    /// Where `data` begins in the stream; `offset + data.count` is at most 2^62 − 1.
    package let offset: UInt64
    /// The bytes.
    package let data: ArraySlice<UInt8>
    /// Whether the stream ends behind `data`.
    package let isFinished: Bool

    /// Creates a frame.
    package init(id: StreamID, offset: UInt64, data: ArraySlice<UInt8>, isFinished: Bool) {
        self.id = id
        self.offset = offset
        self.data = data
        self.isFinished = isFinished
    }
}

/// A NEW_CONNECTION_ID frame (RFC 9000 §19.15).
package struct NewConnectionIDFrame: Equatable, Sendable {
    /// The number of the id.
    package let sequence: UInt64
    /// Ids below this number are to be retired; at most `sequence`.
    package let retirePriorTo: UInt64
    /// The id, 1 to 20 bytes.
    package let id: ConnectionID
    /// 16 bytes.
    package let resetToken: [UInt8]

    /// Creates a frame.
    package init(sequence: UInt64, retirePriorTo: UInt64, id: ConnectionID, resetToken: [UInt8]) {
        self.sequence = sequence
        self.retirePriorTo = retirePriorTo
        self.id = id
        self.resetToken = resetToken
    }
}

/// What goes into a CONNECTION_CLOSE frame (RFC 9000 §19.19).
package struct CloseFrameContent: Equatable, Sendable {
    /// Whether the application closes (0x1D) and not the transport (0x1C).
    package let isApplication: Bool
    /// The error code.
    package let code: UInt64
    /// A text for people, at most `reasonByteCountMax` bytes of it are sent or kept.
    package let reason: String

    /// Enough for every reason we give; keeps the close packet small.
    package static let reasonByteCountMax = 256

    /// Creates the content.
    package init(isApplication: Bool, code: UInt64, reason: String) {
        self.isApplication = isApplication
        self.code = code
        self.reason = reason
    }
}

/// An ACK_FREQUENCY frame of the draft the original implements (spec 02 §6.1).
package struct AckFrequencyFrame: Equatable, Sendable {
    package let sequence: UInt64
    package let ackElicitingThreshold: UInt64
    package let maxAckDelayMicroseconds: UInt64
    package let reorderingThreshold: UInt64
}

/// The NAT traversal frames in the compact layout (spec 02 §6.3); legal only after negotiation.
package enum NATFrame: Equatable, Sendable {
    case addAddress(sequence: UInt64, NetworkAddress)
    case punchMeNow(round: UInt64, pairedWithSequence: UInt64, NetworkAddress)
    case removeAddress(sequence: UInt64)
    case tryConnectTo(requestID: UInt64, NetworkAddress, timeoutMilliseconds: UInt16)
    case tryConnectToResponse(requestID: UInt64, isSuccess: Bool, error: UInt8, NetworkAddress)
}
