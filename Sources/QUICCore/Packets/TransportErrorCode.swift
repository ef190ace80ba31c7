// SPDX-License-Identifier: MIT OR Apache-2.0

/// An error code of a transport CONNECTION_CLOSE (RFC 9000 §20.1, RFC 9001 §4.8): open, because peers may send any.
public struct TransportErrorCode: Hashable, Sendable, CustomStringConvertible {
    /// The code on the wire.
    public let rawValue: UInt64

    /// Wraps a code.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// See RFC 9000 §20.1.
    public static let noError = TransportErrorCode(rawValue: 0x00)
    /// See RFC 9000 §20.1.
    public static let internalError = TransportErrorCode(rawValue: 0x01)
    /// See RFC 9000 §20.1.
    public static let connectionRefused = TransportErrorCode(rawValue: 0x02)
    /// See RFC 9000 §20.1.
    public static let flowControlError = TransportErrorCode(rawValue: 0x03)
    /// See RFC 9000 §20.1.
    public static let streamLimitError = TransportErrorCode(rawValue: 0x04)
    /// See RFC 9000 §20.1.
    public static let streamStateError = TransportErrorCode(rawValue: 0x05)
    /// See RFC 9000 §20.1.
    public static let finalSizeError = TransportErrorCode(rawValue: 0x06)
    /// See RFC 9000 §20.1.
    public static let frameEncodingError = TransportErrorCode(rawValue: 0x07)
    /// See RFC 9000 §20.1.
    public static let transportParameterError = TransportErrorCode(rawValue: 0x08)
    /// See RFC 9000 §20.1.
    public static let connectionIDLimitError = TransportErrorCode(rawValue: 0x09)
    /// See RFC 9000 §20.1.
    public static let protocolViolation = TransportErrorCode(rawValue: 0x0A)
    /// See RFC 9000 §20.1.
    public static let invalidToken = TransportErrorCode(rawValue: 0x0B)
    /// See RFC 9000 §20.1.
    public static let applicationError = TransportErrorCode(rawValue: 0x0C)
    /// See RFC 9000 §20.1.
    public static let cryptoBufferExceeded = TransportErrorCode(rawValue: 0x0D)
    /// See RFC 9000 §20.1.
    public static let keyUpdateError = TransportErrorCode(rawValue: 0x0E)
    /// See RFC 9000 §20.1.
    public static let aeadLimitReached = TransportErrorCode(rawValue: 0x0F)
    /// See RFC 9000 §20.1.
    public static let noViablePath = TransportErrorCode(rawValue: 0x10)

    /// For people; without secrets.
    public var description: String { "0x" + String(self.rawValue, radix: 16) }
}
