// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite

/// The algorithms and credentials of a handshake: closed, so that every use decides about each profile.
///
/// A profile is chosen before the first byte and never negotiated: neither offers what belongs to the other.
package enum TLSProfile: Hashable, Sendable {
    /// X25519MLKEM768 and ML-DSA-65 raw public keys on both sides, nothing else (spec 02 §4).
    case postQuantum
    /// X25519 and an X.509 certificate of the server; for interoperability tests only.
    case classical(ClassicalProfile)

    /// The only key-exchange group.
    var keyExchange: KeyExchangeGroup {
        switch self {
        case .postQuantum: .x25519MLKEM768
        case .classical: .x25519
        }
    }

    /// The code point of `keyExchange`.
    var group: NamedGroup {
        switch self {
        case .postQuantum: .x25519MLKEM768
        case .classical: .x25519
        }
    }

    /// The signature schemes accepted from the peer, most wanted first.
    var signatureSchemes: [SignatureScheme] {
        switch self {
        case .postQuantum: [.mldsa65]
        case .classical: ClassicalSignatureAlgorithm.allCases.map { SignatureScheme(rawValue: $0.rawValue) }
        }
    }

    /// The scheme of our own signatures.
    var ownSignatureScheme: SignatureScheme {
        switch self {
        case .postQuantum: .mldsa65
        case .classical(let profile): SignatureScheme(rawValue: profile.signatureAlgorithm.rawValue)
        }
    }

    /// Bytes that signatures of `scheme`, which is one of `signatureSchemes`, may have.
    func signatureByteCounts(_ scheme: SignatureScheme) -> ClosedRange<Int> {
        switch self {
        case .postQuantum: MLDSA65Sizes.signature...MLDSA65Sizes.signature
        case .classical:
            1...(ClassicalSignatureAlgorithm(rawValue: scheme.rawValue)?.signatureByteCountMax ?? 1)
        }
    }

    /// Whether the client proves an identity as well; mandatory in the network.
    var authenticatesClients: Bool {
        switch self {
        case .postQuantum: true
        case .classical: false
        }
    }

    /// The extensions of a ClientHello, server_name aside.
    var helloExtensions: [ExtensionType] {
        let own: ExtensionType =
            switch self {
            case .postQuantum: .clientCertificateType
            case .classical: .applicationLayerProtocolNegotiation
            }
        return [
            .supportedGroups, .signatureAlgorithms, own, .supportedVersions, .keyShare, .quicTransportParameters,
        ]
    }
}

/// The classical profile: X25519, ECDSA P-256 or Ed25519, X.509, ALPN; clients stay anonymous.
///
/// It exists so that QUIC implementations nobody here wrote can judge ours. This module neither parses certificates nor
/// trusts them: whoever performs the crypto requests does both (`TLSCryptoRequest.Operation.verifyCertificate`), and
/// `TLSCryptoPerformer`, which production uses, refuses.
package struct ClassicalProfile: Hashable, Sendable {
    /// ALPN names, most wanted first; 1 to 255 bytes each.
    let applicationProtocols: [String]
    /// A server's certificates in DER, its own first; empty for a client.
    ///
    /// Together at most 15 KiB, so that the message stays under the 16 KiB of a CRYPTO stream.
    let certificates: [[UInt8]]
    /// What the server's certificate signs with.
    let signatureAlgorithm: ClassicalSignatureAlgorithm

    /// The profile of a client or, with certificates, of a server.
    package init(
        forInteroperabilityTests applicationProtocols: [String],
        certificates: [[UInt8]] = [],
        signatureAlgorithm: ClassicalSignatureAlgorithm = .ecdsaP256SHA256
    ) {
        precondition(
            !applicationProtocols.isEmpty && applicationProtocols.allSatisfy { 1...255 ~= $0.utf8.count },
            "application protocols have 1 to 255 bytes"
        )
        precondition(certificates.reduce(0) { $0 + $1.count } <= 15 * 1_024, "the certificates exceed a message")
        self.applicationProtocols = applicationProtocols
        self.certificates = certificates
        self.signatureAlgorithm = signatureAlgorithm
    }
}
