// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

/// EncryptedExtensions (RFC 8446 §4.3.1).
struct EncryptedExtensions: HandshakeBody, Equatable {
    static let type = HandshakeType.encryptedExtensions

    var extensions: TLSExtensionList

    /// Our answer to an accepted ClientHello; nothing in it was not solicited (spec 02 §4.3).
    init(answering hello: AcceptedClientHello, transportParameters: [UInt8]) {
        var elements: [TLSExtension] = []
        if hello.hasServerName {
            elements.append(TLSExtension(type: .serverName, data: []))
        }
        if let name = hello.applicationProtocol {
            let data = ApplicationProtocols.encode([name])
            elements.append(TLSExtension(type: .applicationLayerProtocolNegotiation, data: data))
        } else {
            elements.append(TLSExtension(type: .clientCertificateType, data: [CertificateType.rawPublicKey]))
        }
        if hello.acceptsRawServerKey {
            elements.append(TLSExtension(type: .serverCertificateType, data: [CertificateType.rawPublicKey]))
        }
        elements.append(TLSExtension(type: .quicTransportParameters, data: transportParameters))
        self.extensions = TLSExtensionList(elements)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        self.extensions = try TLSExtensionList(from: &reader)
    }

    func encode(into writer: inout ByteWriter) {
        self.extensions.encode(into: &writer)
    }

    /// Checks as a client, in order: nothing unsolicited, certificate type or application protocol, transport parameters
    /// (spec 02 §12).
    ///
    /// - Parameters:
    ///   - offered: The extensions of our ClientHello.
    ///   - profile: What we asked for.
    /// - Returns: The server's encoded transport parameters.
    /// - Throws: The alert of the first check that fails.
    func checkedTransportParameters(offered: [ExtensionType], profile: TLSProfile) throws(TLSFailure) -> [UInt8] {
        try self.extensions.requireUnique()
        for element in self.extensions.elements {
            guard offered.contains(element.type)
            else { throw TLSFailure(.unsupportedExtension, "unsolicited extension in EncryptedExtensions") }
            switch element.type {
            case .supportedVersions, .keyShare, .signatureAlgorithms:
                throw TLSFailure(.illegalParameter, "extension does not belong into EncryptedExtensions")
            case .serverName where !element.data.isEmpty:
                throw TLSFailure(.decodeError, "the answer to server_name is not empty")
            default: break
            }
        }
        switch profile {
        case .postQuantum:
            guard self.extensions[.clientCertificateType] == [CertificateType.rawPublicKey]
            else { throw TLSFailure(.handshakeFailure, "the server did not select raw public keys") }
        case .classical:
            try ApplicationProtocols(profile).check(answer: self.extensions[.applicationLayerProtocolNegotiation])
        }
        guard let parameters = self.extensions[.quicTransportParameters]
        else { throw TLSFailure(.missingExtension, "the server sent no transport parameters") }
        return parameters
    }
}
