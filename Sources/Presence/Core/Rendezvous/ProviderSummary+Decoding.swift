// SPDX-License-Identifier: MIT OR Apache-2.0

package import ByteCoding
internal import CryptoSuite
package import GossipCore
internal import Primitives

extension ProviderSummary {
    /// Decodes a record that fills `bytes`; keys in the order of the specification, optional ones omitted or null.
    package init(decoding bytes: [UInt8]) throws(DecodeError) {
        guard bytes.count <= RendezvousLimits.byteCountMax else {
            throw .overLimit(field: "summary", limit: RendezvousLimits.byteCountMax)
        }
        self = try bytes.decodingAll { reader throws(DecodeError) in try Self(from: &reader) }
    }

    private init(from reader: inout ByteReader) throws(DecodeError) {
        var fields = CBORMapReader(remaining: try reader.readCBORCount(.map, field: "summary", limit: 10))
        try fields.expect("v", &reader)
        guard try reader.readCBORUnsigned(field: "v") == Self.version else { throw .invalid(field: "v") }
        try fields.expect("target", &reader)
        let target = try Self.identifier(AgentID.self, "target", &reader)
        try fields.expect("provider", &reader)
        let provider = try Self.identifier(PeerID.self, "provider", &reader)
        self.init(target: target, provider: provider, addresses: [], expires: UnixMillis(milliseconds: 0))
        try fields.expect("cap", &reader)
        let capabilityCount = try reader.readCBORCount(
            .array,
            field: "cap",
            limit: RendezvousLimits.capabilityCountMax
        )
        self.capabilities = []
        for _ in 0..<capabilityCount {
            let limit = RendezvousLimits.capabilityByteCountMax
            self.capabilities.append(try reader.readCBORText(field: "cap", limit: limit))
        }
        try fields.expect("have_root", &reader)
        self.hasRoot = try reader.readCBORBool(field: "have_root")
        var key = try fields.next(&reader)
        if key == "manifest_ver" {
            if try !reader.skipCBORNull() {
                self.manifestVersion = try reader.readCBORUnsigned(field: "manifest_ver")
            }
            key = try fields.next(&reader)
        }
        if key == "summary" {
            if try !reader.skipCBORNull() { self.summary = try Sketches(from: &reader) }
            key = try fields.next(&reader)
        }
        guard key == "exp" else { throw .invalid(field: "exp") }
        self.expires = try reader.readCBORUnsigned(field: "exp")
        key = try fields.next(&reader)
        if key == "extensions" {
            if try !reader.skipCBORNull() {
                self.extensions = try reader.readCBORBytes(field: "extensions", limit: RendezvousLimits.byteCountMax)
            }
            key = try fields.next(&reader)
        }
        guard key == "sig", fields.remaining == 0 else { throw .invalid(field: "sig") }
        self.signature = try reader.readCBORBytes(field: "sig", limit: MLDSA65Sizes.signature)
    }

    private static func identifier<ID: Identifier32>(
        _ type: ID.Type,
        _ field: String,
        _ reader: inout ByteReader
    ) throws(DecodeError) -> ID {
        let bytes = try reader.readCBORArray(ofByteCount: ID.byteCount, field: field)
        guard let id = ID(bytes: bytes) else { throw .invalid(field: field) }
        return id
    }

    /// The check of the signature with the machine's key.
    package func signatureCheck(machinePublicKey: [UInt8]) -> SignatureCheck {
        SignatureCheck(publicKey: machinePublicKey, message: self.signedBytes, signature: self.signature)
    }
}

extension ProviderSummary.Sketches {
    fileprivate init(from reader: inout ByteReader) throws(DecodeError) {
        var fields = CBORMapReader(remaining: try reader.readCBORCount(.map, field: "summary", limit: 2))
        self.init()
        while fields.remaining > 0 {
            let limit = RendezvousLimits.byteCountMax
            switch try fields.next(&reader) {
            case "bloom" where self.bloom == nil: self.bloom = try Self.sketch(limit, &reader)
            case "iblt" where self.iblt == nil: self.iblt = try Self.sketch(limit, &reader)
            default: throw .invalid(field: "summary")
            }
        }
    }

    private static func sketch(_ limit: Int, _ reader: inout ByteReader) throws(DecodeError) -> [UInt8]? {
        try reader.skipCBORNull() ? nil : try reader.readCBORBytes(field: "summary", limit: limit)
    }
}

/// Reads the keys of a map and counts them.
struct CBORMapReader {
    var remaining: Int

    mutating func next(_ reader: inout ByteReader) throws(DecodeError) -> String {
        guard self.remaining > 0 else { throw .invalid(field: "key") }
        self.remaining -= 1
        return try reader.readCBORText(field: "key", limit: 32)
    }

    mutating func expect(_ key: String, _ reader: inout ByteReader) throws(DecodeError) {
        guard try self.next(&reader) == key else { throw .invalid(field: key) }
    }
}
