// SPDX-License-Identifier: MIT OR Apache-2.0

/// An error code of a transport CONNECTION_CLOSE (RFC 9000 §20.1, RFC 9001 §4.8): open, because peers may send any.
package struct TransportErrorCode: Hashable, Sendable, CustomStringConvertible {
    /// The code on the wire.
    package let rawValue: UInt64

    /// Wraps a code.
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let noError = TransportErrorCode(rawValue: 0x00)
    package static let internalError = TransportErrorCode(rawValue: 0x01)
    package static let connectionRefused = TransportErrorCode(rawValue: 0x02)
    package static let flowControlError = TransportErrorCode(rawValue: 0x03)
    package static let streamLimitError = TransportErrorCode(rawValue: 0x04)
    package static let streamStateError = TransportErrorCode(rawValue: 0x05)
    package static let finalSizeError = TransportErrorCode(rawValue: 0x06)
    package static let frameEncodingError = TransportErrorCode(rawValue: 0x07)
    package static let transportParameterError = TransportErrorCode(rawValue: 0x08)
    package static let connectionIDLimitError = TransportErrorCode(rawValue: 0x09)
    package static let protocolViolation = TransportErrorCode(rawValue: 0x0A)
    package static let invalidToken = TransportErrorCode(rawValue: 0x0B)
    package static let applicationError = TransportErrorCode(rawValue: 0x0C)
    package static let cryptoBufferExceeded = TransportErrorCode(rawValue: 0x0D)
    package static let keyUpdateError = TransportErrorCode(rawValue: 0x0E)
    package static let aeadLimitReached = TransportErrorCode(rawValue: 0x0F)
    package static let noViablePath = TransportErrorCode(rawValue: 0x10)

    package var description: String { "0x" + String(self.rawValue, radix: 16) }
}
