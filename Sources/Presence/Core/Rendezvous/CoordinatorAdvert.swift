// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import CryptoSuite
package import GossipCore
package import Primitives

/// "This machine helps others to reach each other": a coordinator advert (spec 05 §12).
///
/// Dormant on today's network: nobody publishes them. A CBOR map with text keys in a fixed order; signed is the same map
/// without `sig`, ML-DSA-65 of the machine.
package struct CoordinatorAdvert: Hashable, Sendable {
    /// The version of the format.
    package static let version: UInt64 = 1

    /// What the machine offers; coordinating and reflecting by default.
    package struct Roles: Hashable, Sendable {
        package var coordinator = true
        package var reflector = true
        package var rendezvous = false
        package var relay = false

        /// Creates the default roles.
        package init() {}
    }

    /// An address somebody saw the machine at.
    package struct Hint: Hashable, Sendable {
        package var address: NetworkAddress
        /// Unix milliseconds.
        package var observedAt: UInt64

        /// Creates a hint.
        package init(address: NetworkAddress, observedAt: UInt64) {
            self.address = address
            self.observedAt = observedAt
        }
    }

    /// How a NAT in front of the machine maps: endpoint-independent, endpoint-dependent, symmetric.
    package enum NATClass: String, Hashable, Sendable {
        case endpointIndependent = "eim"
        case endpointDependent = "edm"
        case symmetric
        case unknown
    }

    /// Another way to the machine.
    package struct TransportHint: Hashable, Sendable {
        package var transportType: String
        package var endpoint: String?
        package var isAvailable: Bool

        /// Creates a hint.
        package init(transportType: String, endpoint: String?, isAvailable: Bool) {
            self.transportType = transportType
            self.endpoint = endpoint
            self.isAvailable = isAvailable
        }
    }

    package var peer: PeerID
    package var roles = Roles()
    /// At most ``CoordinatorLimits/hintCountMax``.
    package var hints: [Hint]
    package var natClass: NATClass
    /// The advert counts from here on, Unix milliseconds.
    package var notBefore: UInt64
    /// The advert counts up to here, Unix milliseconds.
    package var notAfter: UInt64
    /// The higher, the better; what the machine says of itself.
    package var score: Int64
    package var transportHints: [TransportHint] = []
    /// Empty until signed.
    package var signature: [UInt8] = []

    /// Creates an unsigned advert.
    package init(
        peer: PeerID,
        hints: [Hint],
        natClass: NATClass = .unknown,
        notBefore: UInt64,
        notAfter: UInt64,
        score: Int64 = 0
    ) {
        self.peer = peer
        self.hints = hints
        self.natClass = natClass
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.score = score
    }

    /// Whether the advert counts now.
    package func isValid(at now: UnixMillis) -> Bool {
        self.notBefore <= now.milliseconds && now.milliseconds <= self.notAfter
    }

    /// The check of the signature; `nil` when `publicKey` is not the key of the machine that is advertised.
    package func signatureCheck(publicKey: [UInt8]) -> SignatureCheck? {
        guard PeerID(publicKeyBytes: publicKey) == self.peer else { return nil }
        return SignatureCheck(publicKey: publicKey, message: self.signedBytes, signature: self.signature)
    }

    // MARK: Encoding

    /// The whole record.
    package var encoded: [UInt8] {
        var writer = ByteWriter(reservedByteCount: 3700)
        writer.writeCBORHead(.map, 10)
        self.encodeFields(into: &writer)
        writer.writeCBORText("sig")
        writer.writeCBORBytes(self.signature)
        return writer.bytes
    }

    /// The bytes the signature is over.
    package var signedBytes: [UInt8] {
        var writer = ByteWriter(reservedByteCount: 256)
        writer.writeCBORHead(.map, 9)
        self.encodeFields(into: &writer)
        return writer.bytes
    }

    private func encodeFields(into writer: inout ByteWriter) {
        writer.writeCBORText("v")
        writer.writeCBORUnsigned(Self.version)
        writer.writeCBORText("peer")
        writer.writeCBORArray(of: self.peer.bytes)
        writer.writeCBORText("roles")
        self.roles.encode(into: &writer)
        writer.writeCBORText("addr_hints")
        writer.writeCBORHead(.array, UInt64(self.hints.count))
        for hint in self.hints { hint.encode(into: &writer) }
        writer.writeCBORText("nat_class")
        writer.writeCBORText(self.natClass.rawValue)
        writer.writeCBORText("not_before")
        writer.writeCBORUnsigned(self.notBefore)
        writer.writeCBORText("not_after")
        writer.writeCBORUnsigned(self.notAfter)
        writer.writeCBORText("score")
        writer.writeCBORInteger(self.score)
        writer.writeCBORText("transport_hints")
        writer.writeCBORHead(.array, UInt64(self.transportHints.count))
        for hint in self.transportHints { hint.encode(into: &writer) }
    }
}

/// Caps on coordinator adverts.
package enum CoordinatorLimits {
    /// Bytes of a whole advert.
    package static let byteCountMax = 65_536
    /// Addresses, and further transports, of one advert.
    package static let hintCountMax = 64
    /// Bytes of a transport's name or endpoint.
    package static let textByteCountMax = 256
    /// Adverts kept; the one that ends first makes room.
    package static let advertCountMax = 256
    /// Adverts used at once as helpers (spec 05 §12).
    package static let helperCountMax = 12
}

extension CoordinatorAdvert.Roles {
    fileprivate func encode(into writer: inout ByteWriter) {
        writer.writeCBORHead(.map, 4)
        for (name, value) in [
            ("coordinator", self.coordinator), ("reflector", self.reflector), ("rendezvous", self.rendezvous),
            ("relay", self.relay),
        ] {
            writer.writeCBORText(name)
            writer.writeCBORBool(value)
        }
    }
}

extension CoordinatorAdvert.Hint {
    fileprivate func encode(into writer: inout ByteWriter) {
        writer.writeCBORHead(.map, 2)
        writer.writeCBORText("addr")
        writer.writeCBORHead(.map, 1)
        writer.writeCBORText(self.address.family == .ipv4 ? "V4" : "V6")
        writer.writeCBORHead(.array, 2)
        writer.writeCBORArray(of: self.address.addressBytes)
        writer.writeCBORUnsigned(UInt64(self.address.port))
        writer.writeCBORText("observed_at")
        writer.writeCBORUnsigned(self.observedAt)
    }
}

extension CoordinatorAdvert.TransportHint {
    fileprivate func encode(into writer: inout ByteWriter) {
        writer.writeCBORHead(.map, 3)
        writer.writeCBORText("transport_type")
        writer.writeCBORText(self.transportType)
        writer.writeCBORText("endpoint")
        if let endpoint = self.endpoint { writer.writeCBORText(endpoint) } else { writer.writeCBORNull() }
        writer.writeCBORText("available")
        writer.writeCBORBool(self.isAvailable)
    }
}
