// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import CryptoSuite
import Node
import Primitives
import QUICCore
import Simulation
import Testing

/// What a node keeps after a lot of effort that led nowhere.
@Suite(.timeLimit(.minutes(5)))
struct AdversarySimulationTests {
    @Test
    func tenThousandDialsToABlackHoleLeaveNothingBehind() throws {
        var peers = try SimulatedPeers(
            count: 1,
            seed: 10_000,
            conditions: PacketConditions(lossProbability: 1),
            configureEndpoint: { $0.connection.handshakeTimeout = .milliseconds(1500) }
        )
        // The same key share for every dial: computing 10,000 takes long in a debug build and leaves nothing behind.
        let key = try KeyExchangeGroup.x25519MLKEM768.generateKey()
        peers.network.performCrypto = { _, _ in .keyShareGenerated(key) }
        let batch = 100
        for round in 0..<100 {
            for number in 0..<batch {
                let address = NetworkAddress(ipv4: 0x7F01_0000 + UInt32(round * batch + number), port: 9)
                _ = peers.command(0) { .dial($0, address, expecting: nil) }
            }
            let runtime = try #require(peers.runtime(0))
            #expect(runtime.inspectedEndpoint.connectionCount == batch)
            peers.run(.seconds(5))
            let results = peers.outputs.compactMap { output -> Result<PeerID, TransportError>? in
                if case .dialCompleted(_, let result) = output.output { result } else { nil }
            }
            #expect(results.count == batch)
            #expect(results.allSatisfy { $0 == .failure(.timedOut) })
            peers.forgetOutputs()
            // Back to the beginning after every batch, not only after the last.
            let after = try #require(peers.runtime(0))
            #expect(after.inspectedEndpoint.connectionCount == 0)
            #expect(after.inspectedEndpoint.routeCount == 0)
            #expect(after.inspectedApplication.linkCount == 0)
            #expect(after.nextDeadline == nil)
        }
        #expect(peers.runtime(0)?.statistics.connectionsClosed == 10_000)
        // A retransmission or two per dial, not a storm.
        #expect(peers.network.statistics.datagramsSent < 10_000 * 12)
    }

    @Test
    func aRestartedNodeResetsTheConnectionsOfItsLastLifeAndNobodyElse() throws {
        var peers = try SimulatedPeers(count: 3, seed: 50)
        let ids = peers.peers.map(\.id)
        try #require(peers.dial(0, 1, expecting: ids[1]) == .success(ids[1]))
        try #require(peers.dial(0, 2, expecting: ids[2]) == .success(ids[2]))
        peers.run(.milliseconds(500))
        // Both peers crash; one comes back with its reset key, the other with a new one.
        let same = try SimulatedPeers(count: 3, seed: 51)
        let changed = try SimulatedPeers(
            count: 3,
            seed: 52,
            configureEndpoint: { $0.resetKey = .random(byteCount: 32) }
        )
        let restarted = try #require(same.runtime(1))
        let forgetful = try #require(changed.runtime(2))
        peers.network.add(restarted, signingKey: try SimulatedPeers.key(1), at: peers.peers[1].address)
        peers.network.add(forgetful, signingKey: try SimulatedPeers.key(2), at: peers.peers[2].address)
        for id in ids[1...] { _ = peers.command(0) { .send($0, [1] + [UInt8](repeating: 7, count: 100), to: id) } }
        peers.run(.seconds(5))
        // Only the key makes the token: the first is reset within a probe, the other has to time out.
        #expect(peers.endings(at: 0) == [.reset])
        let hasEnded = peers.run(.seconds(60)) { $0.endings(at: 0).count == 2 }
        #expect(hasEnded)
        #expect(peers.endings(at: 0) == [.reset, .timedOut])
    }
}
