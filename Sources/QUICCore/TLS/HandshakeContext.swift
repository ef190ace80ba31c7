// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite

/// What both roles carry from ServerHello to the last Finished.
struct HandshakeContext: Sendable {
    let suite: CipherSuite
    let secrets: HandshakeSecrets
    private var transcript: RunningHash

    /// Starts with the transcript over ClientHello and ServerHello and the secrets that follow from it.
    init(suite: CipherSuite, transcript: RunningHash, sharedSecret: SecretBytes) {
        self.suite = suite
        self.transcript = transcript
        self.secrets = HandshakeSecrets(
            sharedSecret: sharedSecret,
            transcriptHash: transcript.digest,
            hash: suite.hash
        )
    }

    /// The transcript hash over every message so far.
    var transcriptHash: [UInt8] { self.transcript.digest }

    /// Appends a message to the transcript.
    mutating func append(_ message: HandshakeMessage) {
        self.transcript.update(message.bytes)
    }

    /// What `signer` signs now; its Certificate is the last message so far.
    func signedMessage(signer: TLSRole) -> [UInt8] {
        CertificateVerify.signedMessage(signer: signer, transcriptHash: self.transcriptHash)
    }

    /// Checks the peer's Finished in constant time and appends it (RFC 8446 §4.4.4).
    mutating func receiveFinished(_ message: HandshakeMessage, sender: TLSRole) throws(TLSFailure) {
        let finished = try message.decode(Finished.self)
        guard finished.verifyData.count == self.suite.hash.byteCount
        else { throw TLSFailure(.decodeError, "Finished of wrong length") }
        let expected = self.secrets.verifyData(sender: sender, transcriptHash: self.transcriptHash)
        guard constantTimeEquals(finished.verifyData, expected)
        else { throw TLSFailure(.decryptError, "Finished does not match the transcript") }
        self.append(message)
    }

    /// Certificate (already in the transcript), CertificateVerify and Finished of `sender` as one run of bytes.
    mutating func authenticationRun(
        certificate: HandshakeMessage,
        signature: [UInt8],
        sender: TLSRole,
        profile: TLSProfile
    ) throws(TLSFailure) -> [UInt8] {
        guard profile.signatureByteCounts(profile.ownSignatureScheme).contains(signature.count)
        else { throw TLSFailure(.internalError, "our signature has the wrong length") }
        let verify = CertificateVerify(scheme: profile.ownSignatureScheme, signature: signature).message
        self.append(verify)
        return certificate.bytes + verify.bytes + self.finishedRun(sender: sender)
    }

    /// Finished of `sender` alone.
    mutating func finishedRun(sender: TLSRole) -> [UInt8] {
        let verifyData = self.secrets.verifyData(sender: sender, transcriptHash: self.transcriptHash)
        let finished = Finished(verifyData: verifyData).message
        self.append(finished)
        return finished.bytes
    }
}
