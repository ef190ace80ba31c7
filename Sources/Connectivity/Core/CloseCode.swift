// SPDX-License-Identifier: MIT OR Apache-2.0

package import Node
package import QUICCore

/// Application close codes and their reason texts (spec 02 §10.1).
package enum CloseCode: UInt64, Sendable, CaseIterable {
    case superseded = 0x4E5B00
    case readerExit = 0x4E5B01
    case peerShutdown = 0x4E5B02
    case banned = 0x4E5B03
    case lifecycleCleanup = 0x4E5B04
    case livenessTimeout = 0x4E5B05
    case shutdown = 0

    /// The informational reason phrase.
    package var reasonPhrase: String {
        switch self {
        case .superseded: "Superseded"
        case .readerExit: "ReaderExit"
        case .peerShutdown: "PeerShutdown"
        case .banned: "Banned"
        case .lifecycleCleanup: "LifecycleCleanup"
        case .livenessTimeout: "LivenessTimeout"
        case .shutdown: "Shutdown"
        }
    }

    /// The reason shown upward when the peer sends this code.
    package var reason: CloseReason {
        switch self {
        case .superseded: .superseded
        case .readerExit: .readerExit
        case .peerShutdown: .peerShutdown
        case .banned: .banned
        case .lifecycleCleanup: .lifecycleCleanup
        case .livenessTimeout: .unknown
        case .shutdown: .applicationClosed
        }
    }
}

extension CloseReason {
    /// The reason for the end of a connection (spec 02 §10.3).
    package init(_ end: ConnectionEnd) {
        self =
            switch end {
            case .failed: .transportError
            case .closedLocally: .locallyClosed
            case .closedByPeerApplication(let code, _): CloseCode(rawValue: code)?.reason ?? .applicationClosed
            case .closedByPeerTransport: .connectionClosed
            case .timedOut: .timedOut
            case .reset: .reset
            case .versionMismatch: .versionMismatch
            }
    }
}
