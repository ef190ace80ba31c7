// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

/// Finished (RFC 8446 §4.4.4): verify_data of the suite's hash length.
struct Finished: HandshakeBody, Equatable {
    static let type = HandshakeType.finished

    var verifyData: [UInt8]

    init(verifyData: [UInt8]) { self.verifyData = verifyData }

    init(from reader: inout ByteReader) throws(DecodeError) {
        self.verifyData = reader.readRemainingBytes()
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeBytes(self.verifyData)
    }
}
