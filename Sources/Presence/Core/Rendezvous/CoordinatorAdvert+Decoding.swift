// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
internal import CryptoSuite
internal import Primitives

extension CoordinatorAdvert {
    /// Decodes an advert that fills `bytes`; keys in the order of the specification, `transport_hints` may be absent.
    package init(decoding bytes: [UInt8]) throws(DecodeError) {
        guard bytes.count <= CoordinatorLimits.byteCountMax else {
            throw .overLimit(field: "advert", limit: CoordinatorLimits.byteCountMax)
        }
        self = try bytes.decodingAll { reader throws(DecodeError) in try Self(from: &reader) }
    }

    private init(from reader: inout ByteReader) throws(DecodeError) {
        var fields = CBORMapReader(remaining: try reader.readCBORCount(.map, field: "advert", limit: 10))
        try fields.expect("v", &reader)
        guard try reader.readCBORUnsigned(field: "v") == Self.version else { throw .invalid(field: "v") }
        try fields.expect("peer", &reader)
        guard let peer = PeerID(bytes: try reader.readCBORArray(ofByteCount: PeerID.byteCount, field: "peer")) else {
            throw .invalid(field: "peer")
        }
        try fields.expect("roles", &reader)
        let roles = try Roles(from: &reader)
        try fields.expect("addr_hints", &reader)
        var hints: [Hint] = []
        for _ in 0..<(try Self.count("addr_hints", &reader)) { hints.append(try Hint(from: &reader)) }
        try fields.expect("nat_class", &reader)
        let text = try reader.readCBORText(field: "nat_class", limit: CoordinatorLimits.textByteCountMax)
        guard let natClass = NATClass(rawValue: text) else { throw .invalid(field: "nat_class") }
        try fields.expect("not_before", &reader)
        let notBefore = try reader.readCBORUnsigned(field: "not_before")
        try fields.expect("not_after", &reader)
        let notAfter = try reader.readCBORUnsigned(field: "not_after")
        try fields.expect("score", &reader)
        let score = try reader.readCBORInteger(field: "score")
        self.init(
            peer: peer,
            hints: hints,
            natClass: natClass,
            notBefore: notBefore,
            notAfter: notAfter,
            score: score
        )
        self.roles = roles
        var key = try fields.next(&reader)
        if key == "transport_hints" {
            for _ in 0..<(try Self.count("transport_hints", &reader)) {
                self.transportHints.append(try TransportHint(from: &reader))
            }
            key = try fields.next(&reader)
        }
        guard key == "sig", fields.remaining == 0 else { throw .invalid(field: "sig") }
        self.signature = try reader.readCBORBytes(field: "sig", limit: MLDSA65Sizes.signature)
    }

    private static func count(_ field: String, _ reader: inout ByteReader) throws(DecodeError) -> Int {
        try reader.readCBORCount(.array, field: field, limit: CoordinatorLimits.hintCountMax)
    }
}

extension CoordinatorAdvert.Roles {
    fileprivate init(from reader: inout ByteReader) throws(DecodeError) {
        self.init()
        var fields = CBORMapReader(remaining: try reader.readCBORCount(.map, field: "roles", limit: 4))
        try fields.expect("coordinator", &reader)
        self.coordinator = try reader.readCBORBool(field: "coordinator")
        try fields.expect("reflector", &reader)
        self.reflector = try reader.readCBORBool(field: "reflector")
        try fields.expect("rendezvous", &reader)
        self.rendezvous = try reader.readCBORBool(field: "rendezvous")
        try fields.expect("relay", &reader)
        self.relay = try reader.readCBORBool(field: "relay")
    }
}

extension CoordinatorAdvert.Hint {
    fileprivate init(from reader: inout ByteReader) throws(DecodeError) {
        var fields = CBORMapReader(remaining: try reader.readCBORCount(.map, field: "addr_hints", limit: 2))
        try fields.expect("addr", &reader)
        let address = try Self.address(from: &reader)
        try fields.expect("observed_at", &reader)
        guard fields.remaining == 0 else { throw .invalid(field: "addr_hints") }
        self.init(address: address, observedAt: try reader.readCBORUnsigned(field: "observed_at"))
    }

    private static func address(from reader: inout ByteReader) throws(DecodeError) -> NetworkAddress {
        var family = CBORMapReader(remaining: try reader.readCBORCount(.map, field: "addr", limit: 1))
        let name = try family.next(&reader)
        guard name == "V4" || name == "V6" else { throw .invalid(field: "addr") }
        guard try reader.readCBORCount(.array, field: "addr", limit: 2) == 2 else { throw .invalid(field: "addr") }
        let octets = try reader.readCBORArray(ofByteCount: name == "V4" ? 4 : 16, field: "addr")
        guard let port = UInt16(exactly: try reader.readCBORUnsigned(field: "addr")) else {
            throw .invalid(field: "addr")
        }
        let words = stride(from: 0, to: octets.count, by: octets.count == 4 ? 4 : 8).map { start in
            octets[start..<min(start + 8, octets.count)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        return words.count == 1
            ? NetworkAddress(ipv4: UInt32(truncatingIfNeeded: words[0]), port: port)
            : NetworkAddress(ipv6High: words[0], low: words[1], port: port)
    }
}

extension CoordinatorAdvert.TransportHint {
    fileprivate init(from reader: inout ByteReader) throws(DecodeError) {
        let limit = CoordinatorLimits.textByteCountMax
        var fields = CBORMapReader(remaining: try reader.readCBORCount(.map, field: "transport_hints", limit: 3))
        try fields.expect("transport_type", &reader)
        let type = try reader.readCBORText(field: "transport_type", limit: limit)
        try fields.expect("endpoint", &reader)
        let endpoint = try reader.skipCBORNull() ? nil : try reader.readCBORText(field: "endpoint", limit: limit)
        try fields.expect("available", &reader)
        let isAvailable = try reader.readCBORBool(field: "available")
        self.init(transportType: type, endpoint: endpoint, isAvailable: isAvailable)
    }
}
