// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import CryptoSuite
import Primitives
import Testing

@testable import QUICCore

/// Retry as a client meets it (RFC 9000 §17.2.5).
struct RetryTests {
    /// RFC 9001 appendix A.4: the client's destination id is 8394c8f03e515708, the token "token".
    private let example: [UInt8] = [
        0xFF, 0x00, 0x00, 0x00, 0x01, 0x00, 0x08, 0xF0, 0x67, 0xA5, 0x50, 0x2A, 0x42, 0x62, 0xB5, 0x74, 0x6F, 0x6B,
        0x65, 0x6E, 0x04, 0xA2, 0x65, 0xBA, 0x2E, 0xFF, 0x4D, 0x82, 0x90, 0x58, 0xFB, 0x3F, 0x0F, 0x24, 0x96, 0xBA,
    ]

    @Test
    func theExampleOfTheRFCIsGenuineAndEveryChangeIsNot() throws {
        let original = try #require(ConnectionID([0x83, 0x94, 0xC8, 0xF0, 0x3E, 0x51, 0x57, 0x08]))
        let header = try PacketHeader.parse(self.example, at: 0)
        #expect(header.kind == .retry)
        #expect(
            RetryPacket.token(in: self.example, header: header, originalDestinationID: original)
                == Array("token".utf8)
        )
        #expect(RetryPacket.token(in: self.example, header: header, originalDestinationID: .empty) == nil)
        for index in self.example.indices {
            var changed = self.example
            changed[index] ^= 0x01
            guard let header = try? PacketHeader.parse(changed, at: 0), header.kind == .retry else { continue }
            #expect(RetryPacket.token(in: changed, header: header, originalDestinationID: original) == nil)
        }
    }

    /// A genuine Retry for a client's first Initial.
    private func retry(for initial: PacketHeader, source: [UInt8], token: [UInt8]) throws -> [UInt8] {
        var packet = ByteWriter()
        packet.writeUInt8(0xF0)
        packet.writeBigEndian(QUICVersion.one)
        packet.writePrefixedConnectionID(initial.sourceConnectionID)
        packet.writeUInt8(UInt8(source.count))
        packet.writeBytes(source)
        packet.writeBytes(token)
        var covered = ByteWriter()
        covered.writePrefixedConnectionID(initial.destinationConnectionID)
        covered.writeBytes(packet.bytes)
        let key = try AEADKey(
            .aes128GCM,
            key: SecretBytes([
                0xBE, 0x0C, 0x69, 0x0B, 0x9F, 0x66, 0x57, 0x5A, 0x1D, 0x76, 0x6B, 0x54, 0xE3, 0x68, 0xC8, 0x4E,
            ])
        )
        let nonce: [UInt8] = [0x46, 0x15, 0x99, 0xD3, 0x5D, 0x63, 0x2B, 0xF2, 0x23, 0x98, 0x25, 0xBB]
        return packet.bytes + (try key.seal([UInt8](), nonce: nonce, authenticating: covered.bytes))
    }

    @Test
    func aClientStartsOverWithTheTokenOnce() throws {
        var pair = try EndpointPair()
        pair.passes = { _ in false }
        try pair.dial()
        let first = try PacketHeader.parse(try #require(pair.log.first).bytes, at: 0)
        pair.log = []
        let retry = try self.retry(for: first, source: [1, 2, 3, 4, 5, 6, 7, 8], token: [7, 7, 7])
        var forged = retry
        forged[retry.count - 1] ^= 1
        pair.injectToClient(forged)
        #expect(pair.log.isEmpty)
        pair.injectToClient(retry)
        let second = try PacketHeader.parse(try #require(pair.log.first).bytes, at: 0)
        #expect(second.kind == .initial(token: [7, 7, 7]))
        #expect(second.destinationConnectionID.bytes == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(second.sourceConnectionID == first.sourceConnectionID)
        // The whole ClientHello goes out again, in datagrams of 1,200 bytes that the new keys open.
        #expect(pair.log.count == 2 && pair.log.allSatisfy { $0.bytes.count == 1200 })
        let keys = try ProtectionLevel(initialFor: .server, destinationConnectionID: second.destinationConnectionID)
        let datagram = try #require(pair.log.first).bytes
        let opened = try keys.receiveKeys.openHeader(in: datagram, packet: second, largestReceived: nil)
        #expect(opened.packetNumber > 0)
        let payload = try keys.receiveKeys.openPayload(in: datagram, packet: second, header: opened)
        var reader = FrameReader(payload)
        guard case .crypto(offset: 0, _)? = try reader.next() else {
            Issue.record("the ClientHello does not start over")
            return
        }
        // A second Retry is ignored.
        pair.log = []
        pair.injectToClient(retry)
        #expect(pair.log.isEmpty)
        #expect(try pair.clientConnection.bytesInFlight == 2400)
    }

    @Test
    func aServerThatDidNotSendTheRetryIsRefused() throws {
        var pair = try EndpointPair()
        pair.passes = { _ in false }
        try pair.dial()
        let first = try PacketHeader.parse(try #require(pair.log.first).bytes, at: 0)
        pair.injectToClient(try self.retry(for: first, source: [9, 8, 7, 6, 5, 4, 3, 2], token: [7]))
        pair.passes = { _ in true }
        // The server answers the restarted Initial without knowing of any Retry: its parameters give that away.
        pair.run(.seconds(5))
        guard case .failed(let failure)? = pair.clientEnd else {
            Issue.record("the connection came about")
            return
        }
        #expect(failure.code == .transportParameterError)
    }
}
