// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation

/// A WebSocket client that writes its frames itself: for broken frames and for clients that stop reading.
struct RawWebSocket: Sendable {
    static let handshake = """
        GET /ws/direct?token=\(APIHarness.token) HTTP/1.1
        Host: localhost
        Connection: keep-alive, Upgrade
        Upgrade: websocket
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
        Sec-WebSocket-Extensions: permessage-deflate


        """

    let connection: RawConnection

    static func open(port: Int) async throws -> RawWebSocket {
        let connection = try await RawConnection.open(port: port)
        try await connection.send(self.handshake)
        _ = await connection.receive("\r\n\r\n")
        return RawWebSocket(connection: connection)
    }

    /// Sends a frame with a zero mask, so that its bytes are readable, or without a mask.
    func send(opcode: UInt8, _ payload: [UInt8] = [], isFinal: Bool = true, isMasked: Bool = true) async throws {
        var bytes = [(isFinal ? 0x80 : 0) | opcode]
        let maskBit: UInt8 = isMasked ? 0x80 : 0
        switch payload.count {
        case ..<126: bytes.append(maskBit | UInt8(payload.count))
        case ..<65_536: bytes += [maskBit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            bytes.append(maskBit | 127)
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(payload.count >> shift & 0xFF)) }
        }
        if isMasked { bytes += [0, 0, 0, 0] }
        try await self.connection.send(bytes: bytes + payload)
    }

    /// The code of the close frame; nil if the connection ends without one.
    func closeCode() async -> Int? {
        _ = await self.connection.receiveAll()
        let bytes = self.connection.bytes
        // A server's close frame is short and unmasked: 0x88, length, code.
        guard let start = bytes.lastIndex(of: 0x88), bytes.count >= start + 4 else { return nil }
        return Int(bytes[start + 2]) << 8 | Int(bytes[start + 3])
    }
}
