// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding

/// Application-layer protocol negotiation (RFC 7301) as the profiles use it: forbidden, or mandatory.
struct ApplicationProtocols: Equatable, Sendable {
    /// Names accepted in one list.
    static let countMax = 64

    /// Our names, most wanted first; none in the post-quantum profile.
    let names: [String]

    /// The names of a profile.
    init(_ profile: TLSProfile) {
        switch profile {
        case .postQuantum: self.names = []
        case .classical(let classical): self.names = classical.applicationProtocols
        }
    }

    /// ProtocolNameList: a two-byte length, then names with one-byte lengths.
    var encoded: [UInt8] { Self.encode(self.names) }

    /// The extension of EncryptedExtensions: a list with the one selected name.
    static func encode(_ names: [String]) -> [UInt8] {
        var list = ByteWriter()
        for name in names {
            list.writeVector8(Array(name.utf8))
        }
        var writer = ByteWriter()
        writer.writeVector16(list.bytes)
        return writer.bytes
    }

    /// Our most wanted name among the client's; `nil` when neither side has any.
    ///
    /// - Parameter offer: The client's extension.
    /// - Returns: The name to answer.
    /// - Throws: no_application_protocol when only one side has names or none is common (RFC 9001 §8.1).
    func selection(from offer: [UInt8]?) throws(TLSFailure) -> String? {
        guard !self.names.isEmpty else {
            guard offer == nil
            else { throw TLSFailure(.noApplicationProtocol, "the client offers an application protocol") }
            return nil
        }
        let offered = try offer.map { data throws(TLSFailure) in try Self.decode(data) } ?? []
        guard let name = self.names.first(where: { offered.contains(Array($0.utf8)) })
        else { throw TLSFailure(.noApplicationProtocol, "no common application protocol") }
        return name
    }

    /// Checks a server's answer: exactly one name, one of ours; none when we offered none.
    func check(answer: [UInt8]?) throws(TLSFailure) {
        guard !self.names.isEmpty else { return }  // an answer was not solicited and has been refused as that
        guard let answer else {
            throw TLSFailure(.noApplicationProtocol, "the server selected no application protocol")
        }
        let selected = try Self.decode(answer)
        guard selected.count == 1, self.names.contains(where: { Array($0.utf8) == selected[0] })
        else { throw TLSFailure(.illegalParameter, "the server selected a protocol that was not offered") }
    }

    private static func decode(_ data: [UInt8]) throws(TLSFailure) -> [[UInt8]] {
        try data.decodingExtension { (reader: inout ByteReader) throws(DecodeError) -> [[UInt8]] in
            let byteCount = Int(try reader.readBigEndian(UInt16.self))
            var list = try reader.readSlice(byteCount: byteCount)
            var names: [[UInt8]] = []
            while !list.isAtEnd {
                guard names.count < Self.countMax
                else { throw .overLimit(field: "protocol_name_list", limit: Self.countMax) }
                names.append(try list.readVector8(field: "protocol_name", byteCountMin: 1))
            }
            return names
        }
    }
}
