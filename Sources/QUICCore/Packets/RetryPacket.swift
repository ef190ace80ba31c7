// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import CryptoSuite

/// Retry packets (RFC 9000 §17.2.5, RFC 9001 §5.8).
enum RetryPacket {
    /// Longer tokens would leave no room for the ClientHello in an Initial of 1,200 bytes.
    static let tokenByteCountMax = 512

    /// The token of a genuine Retry packet.
    ///
    /// - Parameters:
    ///   - datagram: The whole UDP payload, which a Retry fills.
    ///   - header: Its header.
    ///   - originalDestinationID: The destination id of the client's first Initial, which the integrity tag covers.
    /// - Returns: The token, or `nil` when the tag is wrong or the token is empty or too long.
    static func token(
        in datagram: [UInt8],
        header: PacketHeader,
        originalDestinationID: ConnectionID
    ) -> [UInt8]? {
        let tagStart = header.packetRange.upperBound - AEADAlgorithm.tagByteCount
        guard header.payloadOffset < tagStart, tagStart - header.payloadOffset <= Self.tokenByteCountMax else {
            return nil
        }
        let pseudoPacket = Self.pseudoPacket(
            datagram[header.packetRange.lowerBound..<tagStart],
            originalDestinationID: originalDestinationID
        )
        let tag = datagram[tagStart..<header.packetRange.upperBound]
        // A key of the right length is always accepted; a wrong tag is what can fail.
        guard let key = try? AEADKey(.aes128GCM, key: SecretBytes(Self.integrityKey)),
            (try? key.open(tag, nonce: Self.integrityNonce, authenticating: pseudoPacket[...])) != nil
        else { return nil }
        return Array(datagram[header.payloadOffset..<tagStart])
    }

    /// The Retry that answers a client's first Initial.
    ///
    /// - Parameters:
    ///   - initial: The header of that Initial.
    ///   - sourceID: The id the client has to use from now on.
    ///   - token: What it has to send back.
    ///   - randomBits: Fills the unused bits of the first byte.
    /// - Returns: The datagram, or `nil` when the cryptography library fails.
    static func encode(
        answering initial: PacketHeader,
        sourceID: ConnectionID,
        token: [UInt8],
        randomBits: UInt8
    ) -> [UInt8]? {
        var packet = ByteWriter(reservedByteCount: 64 + token.count)
        packet.writeUInt8(0xF0 | (randomBits & 0x0F))
        packet.writeBigEndian(QUICVersion.one)
        packet.writePrefixedConnectionID(initial.sourceConnectionID)
        packet.writePrefixedConnectionID(sourceID)
        packet.writeBytes(token)
        let pseudoPacket = Self.pseudoPacket(
            packet.bytes[...],
            originalDestinationID: initial.destinationConnectionID
        )
        guard let key = try? AEADKey(.aes128GCM, key: SecretBytes(Self.integrityKey)),
            let tag = try? key.seal([UInt8](), nonce: Self.integrityNonce, authenticating: pseudoPacket)
        else { return nil }
        return packet.bytes + tag
    }

    /// What the integrity tag covers.
    private static func pseudoPacket(_ packet: ArraySlice<UInt8>, originalDestinationID: ConnectionID) -> [UInt8] {
        var pseudoPacket = ByteWriter(reservedByteCount: packet.count + 21)
        pseudoPacket.writePrefixedConnectionID(originalDestinationID)
        pseudoPacket.writeBytes(packet)
        return pseudoPacket.bytes
    }

    /// The key and nonce of version 1; public, they only protect against accidents.
    private static let integrityKey: [UInt8] = [
        0xBE, 0x0C, 0x69, 0x0B, 0x9F, 0x66, 0x57, 0x5A, 0x1D, 0x76, 0x6B, 0x54, 0xE3, 0x68, 0xC8, 0x4E,
    ]
    private static let integrityNonce: [UInt8] = [
        0x46, 0x15, 0x99, 0xD3, 0x5D, 0x63, 0x2B, 0xF2, 0x23, 0x98, 0x25, 0xBB,
    ]
}
