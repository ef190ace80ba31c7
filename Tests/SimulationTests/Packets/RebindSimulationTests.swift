// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import Node
import Primitives
import QUICCore
import Simulation
import Testing

/// Nodes whose address changes while they talk (RFC 9000 §9).
@Suite(.timeLimit(.minutes(2)))
struct RebindSimulationTests {
    /// Streams of messages in both directions while the dialling node is moved again and again.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func aRebindSurvivesWithDataFlowing(seed: UInt64) throws {
        let conditions = PacketConditions(
            latency: .milliseconds(10),
            jitter: .milliseconds(2),
            lossProbability: seed == 1 ? 0 : 0.01
        )
        var peers = try SimulatedPeers(count: 2, seed: seed, conditions: conditions)
        let target = peers.peers[1].id
        let source = peers.peers[0].id
        try #require(peers.dial(0, 1, expecting: target) == .success(target))
        peers.run(.milliseconds(500))
        let hosts: [UInt32] = [0x7F00_0001, 0x7F00_0002, 0x7F00_0003, 0x7F00_0003]
        let count = 400
        for number in 0..<count {
            let message = [1, UInt8(number >> 8), UInt8(number & 0xFF)] + [UInt8](repeating: 7, count: 5000)
            _ = peers.command(0) { .send($0, message, to: target) }
            _ = peers.command(1) { .send($0, message, to: source) }
            peers.run(.milliseconds(5))
            guard number % 100 == 50 else { continue }
            // Another port of the same host, then other hosts.
            let address = NetworkAddress(ipv4: hosts[number / 100], port: UInt16(20_000 + 1000 * (number / 100)))
            peers.rebind(0, to: address)
        }
        let hasAll = peers.run(.seconds(60)) { peers in
            peers.messages(at: 0).count >= count && peers.messages(at: 1).count >= count
        }
        #expect(hasAll)
        for index in 0..<2 {
            let numbers = peers.messages(at: index).map { Int($0.message[1]) << 8 | Int($0.message[2]) }
            #expect(numbers.sorted() == Array(0..<count))
            #expect(peers.endings(at: index) == [])
        }
        peers.run(.seconds(2))
        let connection = try #require(peers.runtime(1)?.inspectedEndpoint.connections.first)
        #expect(connection.remoteAddress == peers.peers[0].address)
        #expect(connection.migrationCount == 4)
        #expect(connection.bytesInFlight == 0)
        // The layer above knows too.
        _ = peers.command(1) { .snapshot($0) }
        let known = peers.outputs.compactMap { output -> NetworkAddress? in
            if case .snapshot(_, let connected) = output.output { connected.first?.address } else { nil }
        }
        #expect(known == [peers.peers[0].address])
    }

    @Test
    func anIdleConnectionSurvivesARebindBecauseOfItsKeepAlive() throws {
        var peers = try SimulatedPeers(count: 2, seed: 9)
        let target = peers.peers[1].id
        let source = peers.peers[0].id
        try #require(peers.dial(0, 1, expecting: target) == .success(target))
        peers.run(.seconds(2))
        peers.rebind(0, to: NetworkAddress(ipv4: 0x7F00_0001, port: 30_000))
        peers.run(.seconds(60))
        #expect(peers.endings(at: 0) == [] && peers.endings(at: 1) == [])
        _ = peers.command(1) { .send($0, [1, 9], to: source) }
        peers.run(.seconds(1))
        #expect(peers.messages(at: 0).map(\.message) == [[1, 9]])
    }
}
