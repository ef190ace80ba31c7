// SPDX-License-Identifier: MIT OR Apache-2.0

package import Node

/// Why an acknowledged message was not confirmed (spec 02 §9.3).
package enum AcknowledgementError: Error, Equatable, Sendable {
    /// The message was not sent.
    case transport(TransportError)
    /// The peer does not answer acknowledgement envelopes (parameter 0x50C1).
    case notSupported
    /// No answer came in time; the message may have been delivered all the same.
    case timedOut
    /// The peer did not take the message.
    case rejected(Rejection)
    /// The connection ended, or was ending at the peer, before the message was confirmed.
    case closed(CloseReason)

    /// Why a peer did not take a message: the values of kind 1.
    package enum Rejection: UInt8, Sendable {
        case consumerGone = 1
        case invalidEnvelope = 2
        case notSupported = 3
        case unknown = 255
    }

    /// The same failure where no acknowledgement was involved yet.
    init(_ error: TransportError) {
        self =
            switch error {
            case .closed(let reason): .closed(reason)
            case .timedOut: .closed(.timedOut)
            default: .transport(error)
            }
    }

    /// What the two bytes of an answer mean.
    static func result(kind: UInt8, value: UInt8) -> Result<Void, AcknowledgementError> {
        switch kind {
        case 0: .success(())
        case 1: .failure(.rejected(Rejection(rawValue: value) ?? .unknown))
        default: .failure(.closed(Self.closeReason(value)))
        }
    }

    /// The values of kind 2.
    private static func closeReason(_ value: UInt8) -> CloseReason {
        let reasons: [CloseReason] = [
            .superseded, .readerExit, .peerShutdown, .banned, .lifecycleCleanup, .applicationClosed, .connectionClosed,
            .timedOut, .reset, .transportError, .locallyClosed, .versionMismatch, .cidsExhausted,
        ]
        return value >= 1 && value <= reasons.count ? reasons[Int(value) - 1] : .unknown
    }
}
