// SPDX-License-Identifier: MIT OR Apache-2.0

/// The alerts of TLS 1.3 (RFC 8446 §6), which QUIC carries as connection errors instead of records.
package enum TLSAlert: UInt8, CaseIterable, Sendable {
    case closeNotify = 0
    case unexpectedMessage = 10
    case badRecordMAC = 20
    case recordOverflow = 22
    case handshakeFailure = 40
    case badCertificate = 42
    case unsupportedCertificate = 43
    case certificateRevoked = 44
    case certificateExpired = 45
    case certificateUnknown = 46
    case illegalParameter = 47
    case unknownCA = 48
    case accessDenied = 49
    case decodeError = 50
    case decryptError = 51
    case protocolVersion = 70
    case insufficientSecurity = 71
    case internalError = 80
    case inappropriateFallback = 86
    case userCanceled = 90
    case missingExtension = 109
    case unsupportedExtension = 110
    case unrecognizedName = 112
    case badCertificateStatusResponse = 113
    case unknownPSKIdentity = 115
    case certificateRequired = 116
    case noApplicationProtocol = 120

    /// The QUIC transport error code: 0x100 + alert (RFC 9001 §4.8, spec 02 §4.10).
    package var quicErrorCode: UInt64 { 0x100 + UInt64(self.rawValue) }
}

/// Why a handshake ends: the alert for the peer and a fixed text for our own log.
///
/// The text is a `StaticString`, so neither secrets nor peer input can leak into it.
struct TLSFailure: Error {
    let alert: TLSAlert
    let reason: StaticString

    init(_ alert: TLSAlert, _ reason: StaticString) {
        self.alert = alert
        self.reason = reason
    }
}
