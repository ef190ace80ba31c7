// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite

/// The keys of one packet number space in both directions, and how often they were used.
struct ProtectionLevel: Sendable {
    private(set) var sendKeys: PacketKeys
    private(set) var receiveKeys: PacketKeys
    private(set) var protectedPacketCount: UInt64 = 0
    private(set) var failedPacketCount: UInt64 = 0

    /// Packets one key may protect (RFC 9001 §6.6).
    var confidentialityLimit: UInt64 {
        switch self.sendKeys.algorithm {
        case .aes128GCM, .aes256GCM: 1 << 23
        case .chaCha20Poly1305: .max
        }
    }

    /// Forged packets one key may reject (RFC 9001 §6.6).
    var integrityLimit: UInt64 {
        switch self.receiveKeys.algorithm {
        case .aes128GCM, .aes256GCM: 1 << 52
        case .chaCha20Poly1305: 1 << 36
        }
    }

    /// Keys from the traffic secrets of a level.
    init(suite: CipherSuite, local: SecretBytes, remote: SecretBytes) throws(CryptoSuiteError) {
        self.sendKeys = try PacketKeys(
            secrets: PacketProtectionSecrets(trafficSecret: local, suite: suite),
            suite: suite
        )
        self.receiveKeys = try PacketKeys(
            secrets: PacketProtectionSecrets(trafficSecret: remote, suite: suite),
            suite: suite
        )
    }

    /// The Initial keys, known to everybody who sees the client's first destination id (RFC 9001 §5.2).
    init(initialFor role: TLSRole, destinationConnectionID: ConnectionID) throws(CryptoSuiteError) {
        let secrets = PacketProtectionSecrets.initialSecrets(destinationConnectionID: destinationConnectionID.bytes)
        try self.init(
            suite: .aes128GCMSHA256,
            local: role == .client ? secrets.client : secrets.server,
            remote: role == .client ? secrets.server : secrets.client
        )
    }

    /// Moves to the keys of the next phase; a key's own count starts anew, the forged packets of the connection do not.
    mutating func replaceKeys(send: PacketKeys, receive: PacketKeys) {
        self.sendKeys = send
        self.receiveKeys = receive
        self.protectedPacketCount = 0
    }

    /// One more packet was protected; `false` when the key is used up.
    mutating func countProtected() -> Bool {
        self.protectedPacketCount += 1
        return self.protectedPacketCount < self.confidentialityLimit
    }

    /// One more packet failed to authenticate; `false` when there were too many.
    mutating func countFailed() -> Bool {
        self.failedPacketCount += 1
        return self.failedPacketCount < self.integrityLimit
    }
}

extension PacketKeys {
    /// The keys of one direction from its derived secrets.
    package init(secrets: PacketProtectionSecrets, suite: CipherSuite) throws(CryptoSuiteError) {
        try self.init(
            packetKey: AEADKey(suite.aead, key: secrets.key),
            initializationVector: secrets.initializationVector.exposedBytes(),
            headerKey: HeaderProtectionKey(suite.aead, key: secrets.headerKey)
        )
    }
}
