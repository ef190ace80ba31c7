// SPDX-License-Identifier: MIT OR Apache-2.0

public import Primitives

/// Settings of one connection, the same for both roles.
public struct ConnectionConfiguration: Sendable {
    /// Our raw ML-DSA-65 public key, 1952 bytes; empty in the classical profile.
    public var localPublicKey: [UInt8]
    /// Algorithms and credentials of the handshake.
    package let profile: TLSProfile
    /// Cipher suites in order of preference.
    package var cipherSuites: [CipherSuite]
    /// Idle timeout we advertise: 30 s (spec 02 §5).
    public var idleTimeout: Nanoseconds
    /// A PING goes out after this time without a packet: 15 s, half the idle timeout (spec 02 §8).
    public var keepAliveInterval: Nanoseconds
    /// A dial that is not established by then is given up: 30 s (spec 02 §4.1).
    public var handshakeTimeout: Nanoseconds
    /// Largest UDP payload that path MTU discovery may find: 65,527; 1,200 switches it off (spec 02 §7).
    public var datagramByteCountMax: Int
    /// Which algorithm decides how much may be in flight.
    public var congestionControl = CongestionControl.cubic
    /// Whether datagrams are marked as ECN-capable as long as the path shows that it reports marks (RFC 9000 §13.4).
    public var usesExplicitCongestionNotification = true
    /// Whether keys are updated early on purpose, once per connection after 10 to 999 packets (spec 02 §3.4).
    public var updatesKeysEarly = true
    /// Whether the peer is told that its acknowledgement envelopes are answered (parameter 0x50C1, spec 02 §5.1).
    public var acknowledgesMessages = true
    /// Largest DATAGRAM frame accepted, in bytes; 0 means that datagrams are not offered to the peer (RFC 9221 §3).
    ///
    /// Off unless somebody takes them: nobody else empties their queue.
    public var datagramFrameByteCountMax: UInt64 = 0

    /// The settings of spec 02.
    public init(localPublicKey: [UInt8]) {
        self.init(localPublicKey: localPublicKey, profile: .postQuantum)
    }

    /// The same settings with X25519 and X.509, for peers without post-quantum algorithms.
    ///
    /// Such a connection proves no identity of the network; its crypto requests need a performer of their own.
    package init(classicalForInteroperabilityTests profile: ClassicalProfile) {
        self.init(localPublicKey: [], profile: .classical(profile))
    }

    private init(localPublicKey: [UInt8], profile: TLSProfile) {
        self.localPublicKey = localPublicKey
        self.profile = profile
        self.cipherSuites = [.aes256GCMSHA384, .aes128GCMSHA256, .chaCha20Poly1305SHA256]
        self.idleTimeout = .seconds(30)
        self.keepAliveInterval = .seconds(15)
        self.handshakeTimeout = .seconds(30)
        self.datagramByteCountMax = 65_527
    }
}
