// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite

/// Key, IV and header key of one direction at one encryption level (RFC 9001 §5.1).
package struct PacketProtectionSecrets: Sendable {
    /// `quic key`, of the AEAD's key length.
    package let key: SecretBytes
    /// `quic iv`, 12 bytes.
    package let initializationVector: SecretBytes
    /// `quic hp`, of the AEAD's key length; unchanged by key updates.
    package let headerKey: SecretBytes

    /// Derives all three from a traffic secret.
    package init(trafficSecret: SecretBytes, suite: CipherSuite) {
        func derive(_ label: String, _ byteCount: Int) -> SecretBytes {
            KeySchedule.expandLabel(trafficSecret, label: label, byteCount: byteCount, hash: suite.hash)
        }
        self.key = derive("quic key", suite.aead.keyByteCount)
        self.initializationVector = derive("quic iv", AEADAlgorithm.nonceByteCount)
        self.headerKey = derive("quic hp", suite.aead.keyByteCount)
    }

    /// The traffic secret of the next key phase: `quic ku` (RFC 9001 §6.1).
    package static func nextTrafficSecret(after secret: SecretBytes, suite: CipherSuite) -> SecretBytes {
        KeySchedule.expandLabel(secret, label: "quic ku", byteCount: suite.hash.byteCount, hash: suite.hash)
    }

    /// The Initial secrets of both directions (RFC 9001 §5.2); they protect with AES-128-GCM and SHA-256.
    ///
    /// - Parameter destinationConnectionID: The Destination CID of the client's first Initial packet.
    /// - Returns: client_initial_secret and server_initial_secret.
    package static func initialSecrets(
        destinationConnectionID: [UInt8]
    ) -> (client: SecretBytes, server: SecretBytes) {
        let hash = HashAlgorithm.sha256
        let secret = hash.extract(salt: Self.initialSalt, inputKeyMaterial: SecretBytes(destinationConnectionID))
        return (
            KeySchedule.expandLabel(secret, label: "client in", byteCount: hash.byteCount, hash: hash),
            KeySchedule.expandLabel(secret, label: "server in", byteCount: hash.byteCount, hash: hash)
        )
    }

    /// The salt of QUIC version 1.
    private static let initialSalt: [UInt8] = [
        0x38, 0x76, 0x2C, 0xF7, 0xF5, 0x59, 0x34, 0xB3, 0x4D, 0x17,
        0x9A, 0xE6, 0xA4, 0xC8, 0x0C, 0xAD, 0xCC, 0xBB, 0x7F, 0x0A,
    ]
}
