// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite
internal import Foundation
package import QUICCore
internal import SwiftASN1
internal import X509

/// Performs the crypto requests of classical handshakes: signs as a server, judges certificates as a client.
package struct InteropCryptoPerformer: Sendable {
    /// Signs for a server; `nil` in a client, which is anonymous.
    private let signingKey: ClassicalSigningKey?
    /// The certificate of the one authority a client trusts, in DER.
    private let trustedRoot: [UInt8]?

    /// A performer for either role.
    package init(signingKey: ClassicalSigningKey? = nil, trustedRoot: [UInt8]? = nil) {
        self.signingKey = signingKey
        self.trustedRoot = trustedRoot
    }

    /// Performs one request.
    package func perform(_ request: TLSCryptoRequest) -> TLSCryptoResult {
        switch request.operation {
        case .generateKeyShare, .respondToKeyShare, .completeKeyShare:
            TLSCryptoPerformer.performKeyExchange(request.operation) ?? .failed
        case .sign(let message):
            (try? self.signingKey?.signature(for: message)).map { .signed($0) } ?? .failed
        case .verifyCertificate(let check): .verified(self.isTrusted(check))
        // No raw key of the network is ever accepted here.
        case .verify: .verified(false)
        }
    }

    /// Whether the certificate was issued by the trusted authority for the dialled name, is valid now, and its key made
    /// the signature.
    private func isTrusted(_ check: TLSCertificateCheck) -> Bool {
        guard let trustedRoot, let algorithm = ClassicalSignatureAlgorithm(rawValue: check.signatureScheme),
            let leaf = check.certificates.first,
            let root = try? Certificate(derEncoded: trustedRoot),
            let certificate = try? Certificate(derEncoded: leaf)
        else { return false }
        let now = Date()
        guard certificate.issuer == root.subject,
            root.publicKey.isValidSignature(certificate.signature, for: certificate),
            certificate.notValidBefore <= now, now <= certificate.notValidAfter,
            Self.isValid(certificate, for: check.serverName)
        else { return false }
        return algorithm.isValid(
            check.signature,
            for: check.message,
            publicKey: Array(certificate.publicKey.subjectPublicKeyInfoBytes)
        )
    }

    private static func isValid(_ certificate: Certificate, for name: String?) -> Bool {
        guard let name, let names = try? certificate.extensions.subjectAlternativeNames else { return false }
        return names.contains(.dnsName(name))
    }
}
