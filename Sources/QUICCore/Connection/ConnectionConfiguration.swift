// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Settings of one connection, the same for both roles.
package struct ConnectionConfiguration: Sendable {
    /// Our raw ML-DSA-65 public key, 1952 bytes.
    package var localPublicKey: [UInt8]
    /// Cipher suites in order of preference.
    package var cipherSuites: [CipherSuite]
    /// Idle timeout we advertise: 30 s (spec 02 §5).
    package var idleTimeout: Nanoseconds
    /// A PING goes out after this time without a packet: 15 s, half the idle timeout (spec 02 §8).
    package var keepAliveInterval: Nanoseconds
    /// A dial that is not established by then is given up: 30 s (spec 02 §4.1).
    package var handshakeTimeout: Nanoseconds
    /// Largest UDP payload sent: 1,200 until path MTU discovery proves more (spec 02 §7).
    package var datagramByteCountMax: Int

    /// The settings of spec 02.
    package init(localPublicKey: [UInt8]) {
        self.localPublicKey = localPublicKey
        self.cipherSuites = [.aes256GCMSHA384, .aes128GCMSHA256, .chaCha20Poly1305SHA256]
        self.idleTimeout = .seconds(30)
        self.keepAliveInterval = .seconds(15)
        self.handshakeTimeout = .seconds(30)
        self.datagramByteCountMax = 1200
    }
}
