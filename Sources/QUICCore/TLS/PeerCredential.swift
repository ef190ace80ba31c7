// SPDX-License-Identifier: MIT OR Apache-2.0

/// What a peer presented in its Certificate message, before its signature was checked.
enum PeerCredential: Sendable {
    /// A raw ML-DSA-65 public key, 1952 bytes.
    case rawPublicKey([UInt8])
    /// X.509 certificates in DER, the peer's own first; at least one.
    case certificates([[UInt8]])

    /// Checks the form of a Certificate message.
    init(_ certificate: Certificate, sender: TLSRole, profile: TLSProfile) throws(TLSFailure) {
        switch profile {
        case .postQuantum: self = .rawPublicKey(try certificate.checkedPublicKey(sender: sender))
        case .classical: self = .certificates(try certificate.checkedEntries(sender: sender).map(\.data))
        }
    }

    /// What names the peer from now on: its raw key, or its own certificate.
    var identity: [UInt8] {
        switch self {
        case .rawPublicKey(let key): key
        case .certificates(let chain): chain.first ?? []
        }
    }

    /// The request that checks the peer's signature, and its certificate where there is one.
    func verification(
        _ verify: CertificateVerify,
        message: [UInt8],
        configuration: TLSConfiguration
    ) throws(TLSFailure) -> TLSCryptoRequest.Operation {
        let signature = try verify.checkedSignature(profile: configuration.profile)
        switch self {
        case .rawPublicKey(let key): return .verify(publicKey: key, signature: signature, message: message)
        case .certificates(let chain):
            return .verifyCertificate(
                TLSCertificateCheck(
                    certificates: chain,
                    serverName: configuration.serverName,
                    signatureScheme: verify.scheme,
                    signature: signature,
                    message: message
                )
            )
        }
    }
}

/// What has to hold for a peer with a certificate (classical profile only).
package struct TLSCertificateCheck: Sendable {
    /// The certificates in DER, the peer's own first; at least one, at most eight.
    package let certificates: [[UInt8]]
    /// The name the certificate must be valid for; `nil` for any.
    package let serverName: String?
    /// The TLS code point of the signature's algorithm.
    package let signatureScheme: UInt16
    /// The signature of the handshake, to be checked with the key of the first certificate.
    package let signature: [UInt8]
    /// What was signed.
    package let message: [UInt8]
}
