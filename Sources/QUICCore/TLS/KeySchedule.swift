// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
package import CryptoSuite

/// The label functions of the TLS 1.3 key schedule (RFC 8446 §7.1).
package enum KeySchedule {
    /// HKDF-Expand-Label(secret, label, context, byteCount); the prefix `tls13 ` is added here.
    ///
    /// - Parameters:
    ///   - secret: A pseudo-random key of the hash's length.
    ///   - label: Without prefix, at most 249 ASCII bytes, for example `quic key`.
    ///   - context: At most 255 bytes, mostly empty or a transcript hash.
    ///   - byteCount: Output length, at most 255 times the hash's length.
    ///   - hash: The hash of the cipher suite.
    /// - Returns: The derived secret.
    package static func expandLabel(
        _ secret: SecretBytes,
        label: String,
        context: [UInt8] = [],
        byteCount: Int,
        hash: HashAlgorithm
    ) -> SecretBytes {
        precondition(byteCount <= 255 * hash.byteCount, "HKDF gives at most 255 blocks")
        var info = ByteWriter(reservedByteCount: 64)
        info.writeBigEndian(UInt16(byteCount))
        info.writeVector8(Array("tls13 \(label)".utf8))
        info.writeVector8(context)
        return hash.expand(secret, info: info.bytes, byteCount: byteCount)
    }

    /// Derive-Secret(secret, label, messages) with the hash of the messages given.
    static func deriveSecret(
        _ secret: SecretBytes,
        label: String,
        transcriptHash: [UInt8],
        hash: HashAlgorithm
    ) -> SecretBytes {
        self.expandLabel(secret, label: label, context: transcriptHash, byteCount: hash.byteCount, hash: hash)
    }

    /// The next extraction: its salt is Derive-Secret(secret, "derived", "").
    private static func extract(
        after secret: SecretBytes,
        inputKeyMaterial: SecretBytes,
        hash: HashAlgorithm
    ) -> SecretBytes {
        self.deriveSecret(secret, label: "derived", transcriptHash: hash.hash([]), hash: hash)
            .withExposedBytes { hash.extract(salt: $0, inputKeyMaterial: inputKeyMaterial) }
    }

    /// Early Secret without a PSK.
    static func earlySecret(hash: HashAlgorithm) -> SecretBytes {
        let zeros = [UInt8](repeating: 0, count: hash.byteCount)
        return hash.extract(salt: zeros, inputKeyMaterial: SecretBytes(zeros))
    }

    /// Handshake Secret from the (EC)DHE input.
    static func handshakeSecret(sharedSecret: SecretBytes, hash: HashAlgorithm) -> SecretBytes {
        self.extract(after: self.earlySecret(hash: hash), inputKeyMaterial: sharedSecret, hash: hash)
    }

    /// Master Secret.
    static func masterSecret(handshakeSecret: SecretBytes, hash: HashAlgorithm) -> SecretBytes {
        let zeros = SecretBytes([UInt8](repeating: 0, count: hash.byteCount))
        return self.extract(after: handshakeSecret, inputKeyMaterial: zeros, hash: hash)
    }
}

/// The secrets of the handshake phase, from ServerHello to Finished.
struct HandshakeSecrets: Sendable {
    private let hash: HashAlgorithm
    private let masterSecret: SecretBytes
    /// client_handshake_traffic_secret.
    let client: SecretBytes
    /// server_handshake_traffic_secret.
    let server: SecretBytes

    /// - Parameters:
    ///   - sharedSecret: ML-KEM secret followed by X25519 secret, 64 bytes.
    ///   - transcriptHash: Over ClientHello and ServerHello.
    ///   - hash: The hash of the cipher suite.
    init(sharedSecret: SecretBytes, transcriptHash: [UInt8], hash: HashAlgorithm) {
        let secret = KeySchedule.handshakeSecret(sharedSecret: sharedSecret, hash: hash)
        self.hash = hash
        self.client = KeySchedule.deriveSecret(
            secret,
            label: "c hs traffic",
            transcriptHash: transcriptHash,
            hash: hash
        )
        self.server = KeySchedule.deriveSecret(
            secret,
            label: "s hs traffic",
            transcriptHash: transcriptHash,
            hash: hash
        )
        self.masterSecret = KeySchedule.masterSecret(handshakeSecret: secret, hash: hash)
    }

    /// verify_data of `sender` over the transcript so far (RFC 8446 §4.4.4).
    func verifyData(sender: TLSRole, transcriptHash: [UInt8]) -> [UInt8] {
        let finishedKey = KeySchedule.expandLabel(
            sender == .client ? self.client : self.server,
            label: "finished",
            byteCount: self.hash.byteCount,
            hash: self.hash
        )
        return self.hash.authenticationCode(of: transcriptHash, key: finishedKey)
    }

    /// The secrets of the next phase; the transcript ends with the server's Finished.
    func applicationSecrets(transcriptHash: [UInt8]) -> ApplicationSecrets {
        ApplicationSecrets(masterSecret: self.masterSecret, transcriptHash: transcriptHash, hash: self.hash)
    }
}

/// The secrets after the server's Finished.
struct ApplicationSecrets: Sendable {
    /// client_application_traffic_secret_0.
    let client: SecretBytes
    /// server_application_traffic_secret_0.
    let server: SecretBytes
    /// The exporter of this connection.
    let exporter: TLSExporter

    fileprivate init(masterSecret: SecretBytes, transcriptHash: [UInt8], hash: HashAlgorithm) {
        func derive(_ label: String) -> SecretBytes {
            KeySchedule.deriveSecret(masterSecret, label: label, transcriptHash: transcriptHash, hash: hash)
        }
        self.client = derive("c ap traffic")
        self.server = derive("s ap traffic")
        self.exporter = TLSExporter(masterSecret: derive("exp master"), hash: hash)
    }
}

/// Keying material for uses outside TLS (RFC 8446 §7.5).
struct TLSExporter: Sendable {
    private let masterSecret: SecretBytes
    private let hash: HashAlgorithm

    init(masterSecret: SecretBytes, hash: HashAlgorithm) {
        self.masterSecret = masterSecret
        self.hash = hash
    }

    /// TLS-Exporter(label, context, byteCount).
    func export(label: String, context: [UInt8], byteCount: Int) -> SecretBytes {
        let secret = KeySchedule.deriveSecret(
            self.masterSecret,
            label: label,
            transcriptHash: self.hash.hash([]),
            hash: self.hash
        )
        return KeySchedule.expandLabel(
            secret,
            label: "exporter",
            context: self.hash.hash(context),
            byteCount: byteCount,
            hash: self.hash
        )
    }
}
