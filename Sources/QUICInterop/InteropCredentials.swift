// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite
internal import Foundation
internal import SwiftASN1
internal import X509

/// A fresh certification authority and the certificate of one server under it, for `localhost`.
package struct InteropCredentials: Sendable {
    /// The name the server's certificate is valid for.
    package static let serverName = "localhost"

    /// The authority's certificate in DER: what clients trust.
    package let rootCertificate: [UInt8]
    /// The server's certificate in DER.
    package let serverCertificate: [UInt8]
    /// The key of `serverCertificate`.
    package let serverKey: ClassicalSigningKey

    /// Issues both for an hour either way of now.
    ///
    /// - Parameter algorithm: What the server signs with; the authority always signs with ECDSA P-256.
    /// - Throws: An error of the certificate library.
    package init(_ algorithm: ClassicalSignatureAlgorithm) throws {
        let serverKey = ClassicalSigningKey(algorithm)
        let serverPublicKey = try Self.libraryKey(serverKey).publicKey
        let rootKey = try Self.libraryKey(ClassicalSigningKey(.ecdsaP256SHA256))
        let rootName = try DistinguishedName { CommonName("interoperability test authority") }
        let now = Date()
        let root = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: rootKey.publicKey,
            notValidBefore: now.addingTimeInterval(-3_600),
            notValidAfter: now.addingTimeInterval(3_600),
            issuer: rootName,
            subject: rootName,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
                SubjectKeyIdentifier(hash: rootKey.publicKey)
            },
            issuerPrivateKey: rootKey
        )
        let server = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: serverPublicKey,
            notValidBefore: now.addingTimeInterval(-3_600),
            notValidAfter: now.addingTimeInterval(3_600),
            issuer: rootName,
            subject: DistinguishedName { CommonName(Self.serverName) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([.dnsName(Self.serverName)])
                AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: rootKey.publicKey).keyIdentifier)
            },
            issuerPrivateKey: rootKey
        )
        self.serverKey = serverKey
        self.rootCertificate = try Self.der(root)
        self.serverCertificate = try Self.der(server)
    }

    /// The authority's certificate in PEM.
    package var rootPEM: String { Self.pem("CERTIFICATE", self.rootCertificate) }
    /// The server's certificate in PEM.
    package var serverPEM: String { Self.pem("CERTIFICATE", self.serverCertificate) }
    /// The server's private key in PEM, for the key file of a peer under test; it is worth nothing after the test.
    package var serverKeyPEM: String { Self.pem("PRIVATE KEY", self.serverKey.pkcs8.exposedBytes()) }

    private static func pem(_ type: String, _ bytes: [UInt8]) -> String {
        PEMDocument(type: type, derBytes: bytes).pemString + "\n"
    }

    private static func libraryKey(_ key: ClassicalSigningKey) throws -> Certificate.PrivateKey {
        try Certificate.PrivateKey(derBytes: key.pkcs8.exposedBytes())
    }

    private static func der(_ certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }
}
