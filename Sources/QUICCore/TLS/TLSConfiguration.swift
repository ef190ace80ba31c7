// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite

/// Which side of the handshake an endpoint plays: only who dialled (spec 02 §1).
public enum TLSRole: Hashable, Sendable {
    /// The dialler.
    case client
    /// The dialled.
    case server

    /// The other side.
    public var peer: TLSRole { self == .client ? .server : .client }
}

/// What one handshake needs to know about its own endpoint.
package struct TLSConfiguration: Sendable {
    /// Our side.
    package let role: TLSRole
    /// The algorithm profile.
    package let profile: TLSProfile
    /// Our raw ML-DSA-65 public key, 1952 bytes; the signing key stays with the crypto performer.
    ///
    /// Empty in the classical profile, which has certificates instead.
    package let localPublicKey: [UInt8]
    /// The name for server_name; sent by clients when it is a DNS name, ignored by servers.
    package let serverName: String?
    /// Our encoded transport parameters, opaque here; at most 2,048 bytes.
    package let transportParameters: [UInt8]
    /// The suites we accept, most wanted first; a server picks the first one its client offers.
    package let cipherSuites: [CipherSuite]

    /// Upper limit of `transportParameters`: ten times the size of the recommended set.
    package static let transportParametersByteCountMax = 2_048

    /// Creates a configuration; a key of another length or an empty suite list is a programmer's fault.
    package init(
        role: TLSRole,
        localPublicKey: [UInt8],
        serverName: String? = nil,
        transportParameters: [UInt8],
        cipherSuites: [CipherSuite] = CipherSuite.defaultPreference,
        profile: TLSProfile = .postQuantum
    ) {
        switch profile {
        case .postQuantum:
            precondition(localPublicKey.count == MLDSA65Sizes.publicKey, "the identity key has 1952 bytes")
        case .classical(let classical):
            precondition(role == .client || !classical.certificates.isEmpty, "a classical server has a certificate")
        }
        precondition(!cipherSuites.isEmpty, "a handshake needs a cipher suite")
        precondition(
            transportParameters.count <= Self.transportParametersByteCountMax,
            "transport parameters exceed their limit"
        )
        self.role = role
        self.profile = profile
        self.localPublicKey = localPublicKey
        self.serverName = serverName
        self.transportParameters = transportParameters
        self.cipherSuites = cipherSuites
    }

    /// The Certificate message of this side.
    var ownCertificate: Certificate {
        switch self.profile {
        case .postQuantum: Certificate(publicKey: self.localPublicKey)
        case .classical(let classical): Certificate(chain: classical.certificates)
        }
    }
}
