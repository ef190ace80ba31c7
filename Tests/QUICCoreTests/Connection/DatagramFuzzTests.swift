// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import Primitives
import Testing

@testable import QUICCore

/// Hostile input against live endpoints: nothing may trap, and counters must show what happened.
@Suite(.timeLimit(.minutes(5)))
struct DatagramFuzzTests {
    /// The endpoints after a handshake and some traffic, and every datagram that passed.
    private static func traffic() throws -> EndpointPair {
        var pair = try EndpointPair.established()
        for round in 0..<5 {
            let stream = try pair.updateClient { $0.openStream(.unidirectional) }
            let id = try #require(stream)
            try pair.updateClient { _ = $0.write(id, [UInt8](repeating: UInt8(round), count: 3000)[...], finish: true) }
            pair.run(.milliseconds(50))
        }
        return pair
    }

    @Test
    func aHundredThousandBitFlippedDatagramsCrashNothing() throws {
        var pair = try Self.traffic()
        let toServer = pair.log.filter(\.toServer).map(\.bytes)
        let toClient = pair.log.filter { !$0.toServer }.map(\.bytes)
        pair.log = []
        pair.passes = { _ in false }
        var random = SplitMix64(seed: 100_000)
        let before = pair.server.statistics.datagramsReceived + pair.client.statistics.datagramsReceived
        for round in 0..<100_000 {
            let goesToServer = round % 2 == 0
            guard var datagram = (goesToServer ? toServer : toClient).randomElement(using: &random) else { return }
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                // Half of the flips hit the headers, where parsing happens.
                let byteMax = Bool.random(using: &random) ? min(48, datagram.count) : datagram.count
                let bit = Int.random(in: 0..<byteMax * 8, using: &random)
                datagram[bit / 8] ^= 1 << UInt8(bit % 8)
            }
            // Short ones are cheap and hit the length checks.
            if round % 3 != 0 { datagram.removeLast(Int.random(in: 0..<datagram.count, using: &random)) }
            if goesToServer {
                pair.server.datagramReceived(datagram, from: EndpointPair.clientAddress, now: pair.now)
            } else {
                pair.client.datagramReceived(datagram, from: EndpointPair.serverAddress, now: pair.now)
            }
            if round % 64 == 0 { pair.collect() }
        }
        let after = pair.server.statistics.datagramsReceived + pair.client.statistics.datagramsReceived
        #expect(after - before == 100_000)
        // Nothing got through; the connection still works.
        #expect(pair.serverEnd == nil && pair.clientEnd == nil)
        pair.passes = { _ in true }
        let stream = try pair.updateClient { $0.openStream(.unidirectional) }
        let id = try #require(stream)
        try pair.updateClient { _ = $0.write(id, [1, 2, 3], finish: true) }
        pair.run(.seconds(1))
        #expect(pair.serverEvents.contains { if case .streamReadable(id) = $0 { true } else { false } })
    }

    @Test
    func authenticatedGarbageEndsTheConnectionOrIsIgnored() throws {
        let pair = try Self.traffic()
        var random = SplitMix64(seed: 7)
        var closed = 0
        for _ in 0..<3000 {
            var copy = pair
            for _ in 0..<3 where copy.serverEnd == nil {
                let packet = try copy.forgeFromClient(payload: Self.payload(using: &random))
                copy.injectToServer(packet)
            }
            if copy.serverEnd != nil { closed += 1 }
            copy.run(.milliseconds(5))
        }
        #expect(closed > 500)
        #expect(closed < 3000)
    }

    /// Valid frames with random fields, some of them damaged.
    private static func payload(using random: inout SplitMix64) -> [UInt8] {
        func number() -> UInt64 {
            UInt64.random(in: 0...(1 << UInt64.random(in: 0...61, using: &random)), using: &random)
        }
        func stream() -> StreamID { StreamID(rawValue: UInt64.random(in: 0..<80, using: &random)) }
        let data = [UInt8](repeating: 3, count: Int.random(in: 0..<200, using: &random))
        let frame: Frame
        switch Int.random(in: 0..<12, using: &random) {
        case 0:
            frame = .stream(
                StreamFrame(
                    id: stream(),
                    offset: number() / 2,
                    data: data[...],
                    isFinished: Bool.random(using: &random)
                )
            )
        case 1: frame = .resetStream(stream(), code: number(), finalSize: number())
        case 2: frame = .stopSending(stream(), code: number())
        case 3: frame = .maxStreamData(stream(), number())
        case 4: frame = .maxData(number())
        case 5: frame = .maxStreams(.unidirectional, number() / 4)
        case 6: frame = .crypto(offset: number() / 2, data: data[...])
        case 7: frame = .ack(AckFrame(ranges: [0...UInt64.random(in: 0..<40, using: &random)], delay: number()))
        case 8: frame = .retireConnectionID(sequence: UInt64.random(in: 0..<8, using: &random))
        case 9:
            frame = .newConnectionID(
                NewConnectionIDFrame(
                    sequence: UInt64.random(in: 0..<12, using: &random),
                    retirePriorTo: UInt64.random(in: 0..<12, using: &random),
                    id: ConnectionID([UInt8.random(in: 0..<16, using: &random), 2, 3, 4]) ?? .empty,
                    resetToken: [UInt8](repeating: 1, count: 16)
                )
            )
        case 10: frame = .pathChallenge(number())
        default: frame = .connectionClose(CloseFrameContent(isApplication: true, code: number(), reason: "x"))
        }
        var bytes = frame.encoded
        if Int.random(in: 0..<3, using: &random) == 0 {
            let index = Int.random(in: bytes.indices, using: &random)
            bytes[index] = UInt8.random(in: .min ... .max, using: &random)
        }
        return bytes
    }
}
