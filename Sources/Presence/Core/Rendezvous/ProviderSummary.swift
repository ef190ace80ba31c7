// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import GossipCore
package import Primitives

/// "This machine provides for that agent, at these addresses, until then": a rendezvous record (spec 05 §11.2).
///
/// A CBOR map with text keys in a fixed order; ids are arrays of 32 integers, byte vectors byte strings. Signed is the same
/// map without `sig`, in which `manifest_ver` and `summary` are always present (null if none).
package struct ProviderSummary: Hashable, Sendable {
    /// The version of the format.
    package static let version: UInt64 = 1
    /// The capability of an agent's machine; `SITE` is defined too and unused.
    package static let identityCapability = "IDENTITY"

    /// The agent that is provided for.
    package var target: AgentID
    /// The machine that publishes.
    package var provider: PeerID
    /// What it provides.
    package var capabilities: [String]
    /// Whether a content root is provided; false in x0x.
    package var hasRoot: Bool
    /// Version of a manifest; none in x0x.
    package var manifestVersion: UInt64?
    /// Sketches of what is provided; none in x0x.
    package var summary: Sketches?
    /// When the record ends, Unix milliseconds.
    package var expires: UInt64
    /// The encoded addresses.
    package var extensions: [UInt8]?
    /// ML-DSA-65 of the machine over ``signedBytes``; empty until signed.
    package var signature: [UInt8] = []

    /// Optional set sketches; carried, never read.
    package struct Sketches: Hashable, Sendable {
        package var bloom: [UInt8]?
        package var iblt: [UInt8]?

        /// Creates the pair.
        package init(bloom: [UInt8]? = nil, iblt: [UInt8]? = nil) {
            self.bloom = bloom
            self.iblt = iblt
        }
    }

    /// Creates the unsigned summary of an agent's machine.
    package init(target: AgentID, provider: PeerID, addresses: [NetworkAddress], expires: UnixMillis) {
        self.target = target
        self.provider = provider
        self.capabilities = [Self.identityCapability]
        self.hasRoot = false
        self.expires = expires.milliseconds
        self.extensions = addresses.isEmpty ? nil : Self.encode(addresses)
    }

    /// Whether the summary has ended.
    package func isExpired(at now: UnixMillis) -> Bool { self.expires <= now.milliseconds }

    /// The addresses in ``extensions``; none when there are none or they are malformed (spec 05 §11.4).
    package var addresses: [NetworkAddress] {
        guard let extensions = self.extensions else { return [] }
        // Hints of a stranger: a broken list is no list.
        return (try? Self.decodeAddresses(extensions)) ?? []
    }

    // MARK: Encoding

    /// The whole record.
    package var encoded: [UInt8] {
        var writer = ByteWriter(reservedByteCount: 3700)
        let count = 7 + [self.manifestVersion != nil, self.summary != nil, self.extensions != nil].count { $0 }
        writer.writeCBORHead(.map, UInt64(count))
        self.encodeFields(into: &writer, withNulls: false)
        writer.writeCBORText("sig")
        writer.writeCBORBytes(self.signature)
        return writer.bytes
    }

    /// The bytes the signature is over.
    package var signedBytes: [UInt8] {
        var writer = ByteWriter(reservedByteCount: 256)
        writer.writeCBORHead(.map, self.extensions == nil ? 8 : 9)
        self.encodeFields(into: &writer, withNulls: true)
        return writer.bytes
    }

    private func encodeFields(into writer: inout ByteWriter, withNulls: Bool) {
        writer.writeCBORText("v")
        writer.writeCBORUnsigned(Self.version)
        writer.writeCBORText("target")
        writer.writeCBORArray(of: self.target.bytes)
        writer.writeCBORText("provider")
        writer.writeCBORArray(of: self.provider.bytes)
        writer.writeCBORText("cap")
        writer.writeCBORHead(.array, UInt64(self.capabilities.count))
        for capability in self.capabilities { writer.writeCBORText(capability) }
        writer.writeCBORText("have_root")
        writer.writeCBORBool(self.hasRoot)
        if let version = self.manifestVersion {
            writer.writeCBORText("manifest_ver")
            writer.writeCBORUnsigned(version)
        } else if withNulls {
            writer.writeCBORText("manifest_ver")
            writer.writeCBORNull()
        }
        if let summary = self.summary {
            writer.writeCBORText("summary")
            summary.encode(into: &writer)
        } else if withNulls {
            writer.writeCBORText("summary")
            writer.writeCBORNull()
        }
        writer.writeCBORText("exp")
        writer.writeCBORUnsigned(self.expires)
        if let extensions = self.extensions {
            writer.writeCBORText("extensions")
            writer.writeCBORBytes(extensions)
        }
    }

    // MARK: Addresses

    /// Bincode `Vec<SocketAddr>`: u64 count, per address a u32 tag (0: IPv4, 1: IPv6), the octets, a u16 port.
    static func encode(_ addresses: [NetworkAddress]) -> [UInt8] {
        var writer = ByteWriter()
        writer.writeLittleEndian(UInt64(addresses.count))
        for address in addresses {
            writer.writeLittleEndian(address.family == .ipv4 ? 0 : 1 as UInt32)
            writer.writeBytes(address.addressBytes)
            writer.writeLittleEndian(address.port)
        }
        return writer.bytes
    }

    static func decodeAddresses(_ bytes: [UInt8]) throws(DecodeError) -> [NetworkAddress] {
        try bytes.decodingAll { reader throws(DecodeError) in
            let count = try reader.readBincodeCount(
                field: "extensions",
                limit: RendezvousLimits.addressCountMax,
                elementByteCountMin: 10
            )
            var addresses: [NetworkAddress] = []
            for _ in 0..<count {
                switch try reader.readLittleEndian(UInt32.self) {
                case 0:
                    let address = try reader.readBigEndian(UInt32.self)
                    addresses.append(NetworkAddress(ipv4: address, port: try reader.readLittleEndian()))
                case 1:
                    let high = try reader.readBigEndian(UInt64.self)
                    let low = try reader.readBigEndian(UInt64.self)
                    addresses.append(NetworkAddress(ipv6High: high, low: low, port: try reader.readLittleEndian()))
                default: throw .invalid(field: "address family")
                }
            }
            return addresses
        }
    }
}

extension ProviderSummary.Sketches {
    fileprivate func encode(into writer: inout ByteWriter) {
        writer.writeCBORHead(.map, UInt64([self.bloom != nil, self.iblt != nil].count { $0 }))
        if let bloom = self.bloom {
            writer.writeCBORText("bloom")
            writer.writeCBORBytes(bloom)
        }
        if let iblt = self.iblt {
            writer.writeCBORText("iblt")
            writer.writeCBORBytes(iblt)
        }
    }
}

/// Caps on rendezvous records.
package enum RendezvousLimits {
    /// Addresses of one record; as many as an announcement has, and some of which originals add private ones.
    package static let addressCountMax = 64
    /// Bytes of a whole record.
    package static let byteCountMax = 65_536
    /// Capabilities of one record, and bytes of each.
    package static let capabilityCountMax = 16
    package static let capabilityByteCountMax = 64
    /// The longest validity that is believed: the publisher's default is an hour.
    package static let validityMax = Nanoseconds.seconds(86_400)
}
