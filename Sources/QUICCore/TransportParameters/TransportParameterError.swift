// SPDX-License-Identifier: MIT OR Apache-2.0

/// Why a peer's transport parameters are refused; every case closes with TRANSPORT_PARAMETER_ERROR (spec 02 §5.2).
package enum TransportParameterError: Error, Equatable, Sendable {
    /// The sequence of parameters ends inside one.
    case truncated
    /// The value has the wrong length or form.
    case malformed(TransportParameterID)
    /// A known parameter occurs twice.
    case duplicate(TransportParameterID)
    /// The value is outside its range.
    case illegalValue(TransportParameterID)
    /// A client sent what only servers may send.
    case serverOnly(TransportParameterID)
    /// The parameter must be present and is not, or the other way round.
    case wrongPresence(TransportParameterID)
    /// A connection id differs from the one seen in packets: CID authentication failure (RFC 9000 §7.3).
    case connectionIDMismatch(TransportParameterID)

    /// TRANSPORT_PARAMETER_ERROR.
    package static let quicErrorCode: UInt64 = 0x08

    /// The parameter at fault, if one is known.
    package var parameter: TransportParameterID? {
        switch self {
        case .truncated: nil
        case .malformed(let id), .duplicate(let id), .illegalValue(let id), .serverOnly(let id),
            .wrongPresence(let id), .connectionIDMismatch(let id):
            id
        }
    }
}
