// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

/// Certificate (RFC 8446 §4.4.2) with a bare SubjectPublicKeyInfo as its only entry; 1987 bytes with header.
///
/// The body is the same in both directions, whatever certificate type was negotiated (spec 02 §4.4). The classical
/// profile has X.509 certificates here, which stay opaque.
struct Certificate: HandshakeBody, Equatable {
    static let type = HandshakeType.certificate

    /// Entries accepted in one message; the profile uses one, more are refused after decoding.
    static let entryCountMax = 8

    struct Entry: Equatable, Sendable {
        var data: [UInt8]
        var extensions: TLSExtensionList
    }

    var context: [UInt8] = []
    var entries: [Entry]

    /// Our own certificate.
    init(publicKey: [UInt8]) {
        let information = SubjectPublicKeyInfo(publicKey: publicKey)
        self.entries = [Entry(data: information.encoded, extensions: TLSExtensionList([]))]
    }

    /// Our own X.509 certificates in DER.
    init(chain: [[UInt8]]) {
        self.entries = chain.map { Entry(data: $0, extensions: TLSExtensionList([])) }
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        self.context = try reader.readVector8(field: "certificate_request_context")
        let byteCount = Int(try reader.readUInt8()) << 16 | Int(try reader.readBigEndian(UInt16.self))
        var list = try reader.readSlice(byteCount: byteCount)
        var entries: [Entry] = []
        while !list.isAtEnd {
            guard entries.count < Self.entryCountMax
            else { throw .overLimit(field: "certificate_list", limit: Self.entryCountMax) }
            let data = try list.readVector24(field: "cert_data", byteCountMin: 1)
            entries.append(Entry(data: data, extensions: try TLSExtensionList(from: &list)))
        }
        self.entries = entries
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeVector8(self.context)
        var list = ByteWriter(reservedByteCount: 2_048)
        for entry in self.entries {
            list.writeVector24(entry.data)
            entry.extensions.encode(into: &list)
        }
        writer.writeVector24(list.bytes)
    }

    /// Checks the peer's certificate and returns its raw public key, 1952 bytes.
    ///
    /// Order of spec 02 §12: empty context, at least one entry, no entry extensions, SubjectPublicKeyInfo. An empty list
    /// is certificate_required from a client and decode_error from a server (RFC 8446 §4.4.2.4).
    func checkedPublicKey(sender: TLSRole) throws(TLSFailure) -> [UInt8] {
        let entries = try self.checkedEntries(sender: sender)
        guard entries.count == 1, let information = SubjectPublicKeyInfo(parsing: entries[0].data)
        else { throw TLSFailure(.badCertificate, "the certificate is not one ML-DSA-65 public key") }
        return information.publicKey
    }

    /// The checks that hold for every kind of certificate; returns at least one entry.
    func checkedEntries(sender: TLSRole) throws(TLSFailure) -> [Entry] {
        guard self.context.isEmpty
        else { throw TLSFailure(.illegalParameter, "a context is not allowed during the handshake") }
        guard !self.entries.isEmpty else {
            throw TLSFailure(sender == .client ? .certificateRequired : .decodeError, "the peer sent no certificate")
        }
        guard self.entries.allSatisfy({ $0.extensions.elements.isEmpty })
        else { throw TLSFailure(.unsupportedExtension, "unsolicited extension in a certificate entry") }
        return self.entries
    }
}
