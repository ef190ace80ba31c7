// SPDX-License-Identifier: MIT OR Apache-2.0

@testable import ByteCoding
@testable import CryptoSuite
@testable import Primitives
@testable import QUICCore

extension FuzzQUIC {
    /// The payload of a packet: what was read is written and read again, and must come back the same.
    static func readFrames(_ payload: [UInt8]) {
        var reader = FrameReader(payload)
        while let frame = try? reader.next() {
            var again = FrameReader(frame.encoded)
            let copy = try? again.next()
            precondition(copy == frame, "a frame changed on the way")
        }
    }

    /// A transport parameter extension.
    static func readTransportParameters(_ bytes: [UInt8], sender: TLSRole) {
        guard let parameters = try? TransportParameters(decoding: bytes, sender: sender) else { return }
        var choices = SplitMix64(seed: 1)
        let again = try? TransportParameters(decoding: parameters.encoded(using: &choices), sender: sender)
        precondition(again == parameters, "transport parameters changed on the way")
    }

    /// All headers of a datagram.
    static func readHeaders(_ datagram: [UInt8]) {
        var offset = 0
        while offset < datagram.count, let header = try? PacketHeader.parse(datagram, at: offset) {
            precondition(header.packetRange.upperBound > offset, "a header without progress")
            precondition(header.packetRange.upperBound <= datagram.count, "a packet beyond its datagram")
            if header.kind == .versionNegotiation {
                _ = VersionNegotiationPacket.versions(in: datagram, header: header)
            }
            offset = header.packetRange.upperBound
        }
    }

    /// A server that gets the input as datagrams of a stranger: plain, and as the payload of a genuine Initial.
    static func receive(_ bytes: [UInt8]) {
        var endpoint = Endpoint(
            configuration: EndpointConfiguration(
                connection: ConnectionConfiguration(localPublicKey: [UInt8](repeating: 1, count: 1952)),
                resetKey: SecretBytes([UInt8](repeating: 2, count: 32))
            ),
            random: SeededRandom(seed: 3)
        )
        let source = NetworkAddress(ipv4: 0x7F00_0001, port: 5)
        var now = Instant.epoch
        endpoint.datagramReceived(bytes, from: source, now: now)
        if let initial = self.initial(carrying: bytes) { endpoint.datagramReceived(initial, from: source, now: now) }
        for _ in 0..<4 {
            while endpoint.nextDatagram(now: now) != nil {}
            while endpoint.nextEvent() != nil {}
            guard let deadline = endpoint.nextDeadline else { return }
            now = max(now, deadline)
            endpoint.handleTimeout(now: now)
        }
    }

    private static func initial(carrying payload: [UInt8]) -> [UInt8]? {
        guard let destination = ConnectionID([1, 2, 3, 4, 5, 6, 7, 8]), payload.count <= 1100,
            let keys = try? ProtectionLevel(initialFor: .client, destinationConnectionID: destination)
        else { return nil }
        var draft = PacketDraft(
            space: .initial,
            packetNumber: 0,
            largestAcknowledged: nil,
            destination: destination,
            source: destination,
            keyPhase: false
        )
        draft.payload.writeBytes(payload)
        draft.pad(byteCount: 1200 - draft.byteCount)
        return try? draft.protect(with: keys.sendKeys)
    }

    private struct SeededRandom: SecureRandom {
        private var generator: SplitMix64

        init(seed: UInt64) { self.generator = SplitMix64(seed: seed) }

        mutating func bytes(_ byteCount: Int) -> [UInt8] {
            (0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &self.generator) }
        }
    }
}
