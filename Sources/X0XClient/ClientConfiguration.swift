// SPDX-License-Identifier: MIT OR Apache-2.0

/// The limits of one client.
///
/// Every field has a safe default.
public struct ClientConfiguration: Sendable, Hashable {
    /// How long a TCP connection may take.
    ///
    /// Default 2 s: the daemon is on this machine.
    public var connectTimeout: Duration = .seconds(2)
    /// How long `GET /health` may take as a whole.
    ///
    /// Default 2 s (spec 13 §6.1).
    public var healthTimeout: Duration = .seconds(2)
    /// How long any other call may take as a whole.
    ///
    /// Default 30 s (spec 13 §6.1).
    public var requestTimeout: Duration = .seconds(30)
    /// How long a connection may be silent while an answer or event stream is awaited.
    ///
    /// Default 45 s: the daemon sends a keep-alive comment every 15 s (spec 15 §B3).
    public var silenceTimeout: Duration = .seconds(45)
    /// The largest answer accepted.
    ///
    /// Default 16 MiB; the largest documents of the API are lists of a few MiB.
    public var responseByteCountMax = 16 * 1024 * 1024
    /// Whether a token found in a local token file may be sent to another machine.
    ///
    /// Default false: it would hand the control of this machine's daemon to a stranger.
    public var sendsLocalTokenToRemoteHosts = false

    /// The defaults.
    public init() {}
}
