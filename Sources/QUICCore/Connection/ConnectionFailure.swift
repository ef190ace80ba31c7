// SPDX-License-Identifier: MIT OR Apache-2.0

/// A reason for us to close a connection: the code that goes on the wire and a text for people.
public struct ConnectionFailure: Error, Equatable, Sendable {
    /// The transport error code (RFC 9000 §20.1).
    public let code: TransportErrorCode
    /// What happened; goes into the reason phrase, so it must not contain secrets.
    public let reason: String

    /// Creates a failure.
    public init(_ code: TransportErrorCode, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

/// How a connection ended.
public enum ConnectionEnd: Equatable, Sendable {
    /// We closed it because of an error of the peer.
    case failed(ConnectionFailure)
    /// The application on this side closed it.
    case closedLocally(code: UInt64)
    /// The peer's application closed it.
    case closedByPeerApplication(code: UInt64, reason: String)
    /// The peer's transport closed it.
    case closedByPeerTransport(code: UInt64, reason: String)
    /// Nothing arrived for the idle timeout (RFC 9000 §10.1), or the handshake took too long.
    case timedOut
    /// A stateless reset arrived (RFC 9000 §10.3).
    case reset
    /// The server speaks no version of ours.
    case versionMismatch
}
