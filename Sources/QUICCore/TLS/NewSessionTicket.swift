// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

/// NewSessionTicket (RFC 8446 §4.6.1): parsed for its form and then discarded (spec 02 §4.9).
struct NewSessionTicket: HandshakeBody, Equatable {
    static let type = HandshakeType.newSessionTicket

    var lifetimeSeconds: UInt32
    var ageAdd: UInt32
    var nonce: [UInt8]
    var ticket: [UInt8]
    var extensions: TLSExtensionList

    init(from reader: inout ByteReader) throws(DecodeError) {
        self.lifetimeSeconds = try reader.readBigEndian()
        self.ageAdd = try reader.readBigEndian()
        self.nonce = try reader.readVector8(field: "ticket_nonce")
        self.ticket = try reader.readVector16(field: "ticket", byteCountMin: 1)
        self.extensions = try TLSExtensionList(from: &reader)
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeBigEndian(self.lifetimeSeconds)
        writer.writeBigEndian(self.ageAdd)
        writer.writeVector8(self.nonce)
        writer.writeVector16(self.ticket)
        self.extensions.encode(into: &writer)
    }
}
