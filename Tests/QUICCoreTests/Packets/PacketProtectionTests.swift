// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import TestVectors
import Testing

@testable import QUICCore

/// RFC 9001 appendix A; the values are read from the shared vectors, not copied.
struct AppendixA: Decodable {
    struct Initial: Decodable {
        let cryptoFrame: String?
        let payload: String?
        let paddedPayloadLength: Int?
        let packetNumber: UInt64
        let unprotectedHeader: String
        let protectedPacket: String
    }
    struct ShortHeader: Decodable {
        let secret: String
        let packetNumber: UInt64
        let unprotectedHeader: String
        let plaintext: String
        let sample: String
        let mask: String
        let hp: String
        let packet: String
    }

    let dcid: String
    let clientInitial: Initial
    let serverInitial: Initial
    let chacha20ShortHeader: ShortHeader

    static func load() throws -> AppendixA { try Vectors.json("quic/rfc9001-appendix-a.json") }
}

@Suite(.enabled(if: Vectors.arePresent, Comment(rawValue: Vectors.absenceComment)))
struct PacketProtectionTests {
    private static func initialKeys(_ vectors: AppendixA) throws -> (client: PacketKeys, server: PacketKeys) {
        let secrets = PacketProtectionSecrets.initialSecrets(destinationConnectionID: try [UInt8](hex: vectors.dcid))
        let suite = CipherSuite.aes128GCMSHA256
        return (
            try PacketKeys(secrets: PacketProtectionSecrets(trafficSecret: secrets.client, suite: suite), suite: suite),
            try PacketKeys(secrets: PacketProtectionSecrets(trafficSecret: secrets.server, suite: suite), suite: suite)
        )
    }

    private static func check(_ vector: AppendixA.Initial, payload: [UInt8], keys: PacketKeys) throws {
        let header = try [UInt8](hex: vector.unprotectedHeader)
        let expected = try [UInt8](hex: vector.protectedPacket)
        let byteCount = Int(header[0] & 3) + 1
        let packet = try keys.protect(
            header: header,
            packetNumberByteCount: byteCount,
            packetNumber: vector.packetNumber,
            payload: payload
        )
        #expect(packet == expected)
        let parsed = try PacketHeader.parse(expected, at: 0)
        #expect(parsed.isInitial && parsed.packetRange == 0..<expected.count)
        let opened = try keys.openHeader(in: expected, packet: parsed, largestReceived: nil)
        #expect(opened.packetNumber == vector.packetNumber)
        #expect(opened.firstByte == header[0] && !opened.hasReservedBits)
        #expect(try keys.openPayload(in: expected, packet: parsed, header: opened) == payload)
    }

    /// RFC 9001 §A.2.
    @Test func spec02_check38_clientInitial() throws {
        let vectors = try AppendixA.load()
        let vector = vectors.clientInitial
        var payload = try [UInt8](hex: try #require(vector.cryptoFrame))
        payload += [UInt8](repeating: 0, count: try #require(vector.paddedPayloadLength) - payload.count)
        try Self.check(vector, payload: payload, keys: try Self.initialKeys(vectors).client)
    }

    /// RFC 9001 §A.3.
    @Test func spec02_check38_serverInitial() throws {
        let vectors = try AppendixA.load()
        let payload = try [UInt8](hex: try #require(vectors.serverInitial.payload))
        try Self.check(vectors.serverInitial, payload: payload, keys: try Self.initialKeys(vectors).server)
    }

    /// RFC 9001 §A.5; the vector has an empty connection id, ours have 8 bytes, so the header is opened by hand.
    @Test func spec02_check38_chaCha20ShortHeader() throws {
        let vector = try AppendixA.load().chacha20ShortHeader
        let suite = CipherSuite.chaCha20Poly1305SHA256
        let secrets = PacketProtectionSecrets(trafficSecret: SecretBytes(try [UInt8](hex: vector.secret)), suite: suite)
        let keys = try PacketKeys(secrets: secrets, suite: suite)
        let packet = try keys.protect(
            header: try [UInt8](hex: vector.unprotectedHeader),
            packetNumberByteCount: 3,
            packetNumber: vector.packetNumber,
            payload: try [UInt8](hex: vector.plaintext)
        )
        #expect(packet.hex == vector.packet)
        let headerKey = try HeaderProtectionKey(.chaCha20Poly1305, key: SecretBytes(try [UInt8](hex: vector.hp)))
        let sample = try [UInt8](hex: vector.sample)
        #expect(try headerKey.mask(sample: sample.span).bytes.hex == vector.mask)
        // The number is decoded relative to the largest one received (RFC 9000 §A.3).
        #expect(
            PacketNumber.decode(truncated: 0x00BFF4, byteCount: 3, largestReceived: vector.packetNumber - 1)
                == vector.packetNumber
        )
    }

    @Test func noChangedOrShortenedPacketOpens() throws {
        let vectors = try AppendixA.load()
        let keys = try Self.initialKeys(vectors).server
        let packet = try [UInt8](hex: vectors.serverInitial.protectedPacket)
        func opens(_ datagram: [UInt8]) -> Bool {
            guard let header = try? PacketHeader.parse(datagram, at: 0),
                let opened = try? keys.openHeader(in: datagram, packet: header, largestReceived: nil)
            else { return false }
            return (try? keys.openPayload(in: datagram, packet: header, header: opened)) != nil
        }
        #expect(opens(packet))
        for length in 0..<packet.count { #expect(!opens(Array(packet.prefix(length)))) }
        for index in packet.indices {
            for bit in 0..<8 {
                var changed = packet
                changed[index] ^= 1 << UInt8(bit)
                #expect(!opens(changed), "bit \(bit) of byte \(index)")
            }
        }
    }
}
