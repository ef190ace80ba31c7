// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

/// CertificateVerify (RFC 8446 §4.4.3): scheme u16, signature<0..2^16-1>; 3317 bytes with header.
struct CertificateVerify: HandshakeBody, Equatable {
    static let type = HandshakeType.certificateVerify

    var scheme: UInt16
    var signature: [UInt8]

    init(scheme: SignatureScheme, signature: [UInt8]) {
        self.scheme = scheme.rawValue
        self.signature = signature
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        self.scheme = try reader.readBigEndian()
        self.signature = try reader.readVector16(field: "signature")
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeBigEndian(self.scheme)
        writer.writeVector16(self.signature)
    }

    /// Checks scheme and length and returns the signature, which is not verified yet.
    func checkedSignature(profile: TLSProfile) throws(TLSFailure) -> [UInt8] {
        let scheme = SignatureScheme(rawValue: self.scheme)
        guard profile.signatureSchemes.contains(scheme)
        else { throw TLSFailure(.illegalParameter, "signature scheme was not offered") }
        guard profile.signatureByteCounts(scheme).contains(self.signature.count)
        else { throw TLSFailure(.handshakeFailure, "signature of wrong length") }
        return self.signature
    }

    /// What is signed: 64 spaces, the context string of the signer's role, a zero byte, the transcript hash up to and
    /// including Certificate (spec 02 §4.6).
    static func signedMessage(signer: TLSRole, transcriptHash: [UInt8]) -> [UInt8] {
        let context =
            switch signer {
            case .client: "TLS 1.3, client CertificateVerify"
            case .server: "TLS 1.3, server CertificateVerify"
            }
        return [UInt8](repeating: 0x20, count: 64) + Array(context.utf8) + [0] + transcriptHash
    }
}
