// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

/// CertificateRequest (RFC 8446 §4.3.2); 15 bytes with header in this profile.
struct CertificateRequest: HandshakeBody, Equatable {
    static let type = HandshakeType.certificateRequest

    var context: [UInt8] = []
    var extensions: TLSExtensionList

    /// Our request: signature_algorithms with the scheme of the profile, nothing else.
    init(profile: TLSProfile) {
        self.extensions = TLSExtensionList([
            TLSExtension(
                type: .signatureAlgorithms,
                data: [UInt8](encodingUInt16List: profile.signatureSchemes.map(\.rawValue))
            )
        ])
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        self.context = try reader.readVector8(field: "certificate_request_context")
        self.extensions = try TLSExtensionList(from: &reader)
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeVector8(self.context)
        self.extensions.encode(into: &writer)
    }

    /// Checks as a client: empty context, our scheme among the accepted ones (spec 02 §12).
    func check(profile: TLSProfile) throws(TLSFailure) {
        try self.extensions.requireUnique()
        guard self.context.isEmpty
        else { throw TLSFailure(.illegalParameter, "a context is not allowed during the handshake") }
        guard let data = self.extensions[.signatureAlgorithms]
        else { throw TLSFailure(.missingExtension, "CertificateRequest without signature_algorithms") }
        guard try data.decodingUInt16List(field: "signature_algorithms").contains(profile.ownSignatureScheme.rawValue)
        else { throw TLSFailure(.handshakeFailure, "the server does not accept our signature scheme") }
    }
}
