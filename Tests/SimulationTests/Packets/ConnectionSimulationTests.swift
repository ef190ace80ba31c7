// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import CryptoSuite
import Node
import Primitives
import QUICCore
import Simulation
import Testing

/// The life of connections over a simulated network.
@Suite(.timeLimit(.minutes(2)))
struct ConnectionSimulationTests {
    private func connected(seed: UInt64, conditions: PacketConditions = PacketConditions()) throws -> SimulatedPeers {
        var peers = try SimulatedPeers(count: 2, seed: seed, conditions: conditions)
        let target = peers.peers[1].id
        try #require(peers.dial(0, 1, expecting: target) == .success(target))
        peers.run(.milliseconds(500))
        return peers
    }

    @Test
    func spec02_check30_anIdleConnectionSurvivesAndACutOneTimesOut() throws {
        var peers = try self.connected(seed: 30)
        peers.run(.seconds(300))
        #expect(peers.endings(at: 0) == [])
        #expect(peers.endings(at: 1) == [])
        let before = peers.network.statistics.datagramsSent
        // Two keep-alives per 15 s and their acknowledgements, nothing more.
        #expect(before < 200)
        peers.network.setPartitioned(true, peers.peers[1].address)
        let cutAt = peers.network.now
        let hasEnded = peers.run(.seconds(60)) { !$0.endings(at: 0).isEmpty && !$0.endings(at: 1).isEmpty }
        #expect(hasEnded)
        #expect(peers.endings(at: 0) == [.timedOut])
        #expect(peers.endings(at: 1) == [.timedOut])
        #expect(peers.network.now - cutAt <= .seconds(31))
    }

    @Test
    func spec02_check34_aStatelessResetEndsTheConnectionOfACrashedPeer() throws {
        var peers = try self.connected(seed: 34)
        let target = peers.peers[1].id
        // A random short datagram changes nothing.
        var random = SeededSecureRandom(seed: 34)
        for _ in 0..<50 {
            var noise = random.bytes(21)
            noise[0] = 0x40 | (noise[0] & 0x3F)
            peers.network.inject(noise, from: peers.peers[1].address, to: peers.peers[0].address)
        }
        peers.run(.milliseconds(100))
        #expect(peers.endings(at: 0) == [])
        // The peer restarts with the same reset key and without memory.
        let fresh = try SimulatedPeers(count: 2, seed: 35)
        let runtime = try #require(fresh.runtime(1))
        peers.network.add(runtime, signingKey: try SimulatedPeers.key(1), at: peers.peers[1].address)
        _ = peers.command(0) { .send($0, [1] + [UInt8](repeating: 7, count: 100), to: target) }
        let hasEnded = peers.run(.seconds(5)) { !$0.endings(at: 0).isEmpty }
        #expect(hasEnded)
        #expect(peers.endings(at: 0) == [.reset])
        #expect(peers.runtime(1)?.statistics.statelessResetsSent ?? 0 >= 1)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func spec02_check10_handshakesSurviveLossReorderingAndDuplication(seed: UInt64) throws {
        let conditions = PacketConditions(
            latency: .milliseconds(10),
            jitter: .milliseconds(30),
            lossProbability: 0.2,
            duplicationProbability: 0.1
        )
        var peers = try SimulatedPeers(count: 2, seed: seed, conditions: conditions)
        let target = peers.peers[1].id
        #expect(peers.dial(0, 1, expecting: target) == .success(target))
        let request = peers.command(0) { .probe($0, target, timeout: .seconds(20)) }
        peers.run(.seconds(21)) { $0.probeResult(request) != nil }
        #expect(throws: Never.self) { try peers.probeResult(request)?.get() }
    }

    @Test
    func corruptedDatagramsAreDroppedAndRepaired() throws {
        var peers = try SimulatedPeers(
            count: 2,
            seed: 77,
            conditions: PacketConditions(latency: .milliseconds(2), corruptionProbability: 0.05),
            // Small datagrams, so that there are many to corrupt.
            configureEndpoint: { $0.connection.datagramByteCountMax = 1200 }
        )
        let target = peers.peers[1].id
        try #require(peers.dial(0, 1, expecting: target) == .success(target))
        peers.run(.milliseconds(500))
        let message = [UInt8](repeating: 1, count: 500_000)
        _ = peers.command(0) { .send($0, message, to: target) }
        #expect(peers.run(.seconds(30)) { !$0.messages(at: 1).isEmpty })
        #expect(peers.messages(at: 1).map(\.message) == [message])
        #expect(peers.network.statistics.datagramsCorrupted > 10)
    }

    @Test
    func manyHandshakesLeaveNoStateBehind() throws {
        var peers = try self.connected(seed: 1000)
        for round in 0..<self.handshakeCount {
            let target = peers.peers[1].id
            _ = peers.command(0) { _ in .disconnect(target, .lifecycleCleanup) }
            #expect(peers.run(.seconds(10)) { !$0.endings(at: 0).isEmpty && !$0.endings(at: 1).isEmpty })
            peers.run(.seconds(2))
            for index in 0..<2 {
                let endpoint = try #require(peers.runtime(index)?.inspectedEndpoint)
                #expect(endpoint.connectionCount == 0)
                #expect(endpoint.routeCount == 0)
            }
            peers.forgetOutputs()
            try #require(peers.dial(0, 1, expecting: target) == .success(target), "dial \(round)")
            peers.run(.milliseconds(200))
        }
        let statistics = try #require(peers.runtime(1)?.statistics)
        #expect(statistics.handshakesCompleted == UInt64(self.handshakeCount + 1))
        #expect(statistics.connectionsClosed == UInt64(self.handshakeCount))
    }

    private let handshakeCount = 100

    @Test
    func aLargestMessageArrivesWhole() throws {
        var peers = try self.connected(seed: 21)
        let target = peers.peers[1].id
        var message = [UInt8](repeating: 2, count: MessageLimits.messageByteCountMax)
        for index in stride(from: 0, to: message.count, by: 997) { message[index] = UInt8(truncatingIfNeeded: index) }
        message[0] = 2
        let tooLarge = peers.command(0) { .send($0, message + [0], to: target) }
        guard case .failure(.messageTooLarge)? = peers.sendResult(tooLarge) else {
            Issue.record("a message over the limit was accepted")
            return
        }
        _ = peers.command(0) { .send($0, message, to: target) }
        #expect(peers.run(.seconds(60)) { !$0.messages(at: 1).isEmpty })
        #expect(peers.messages(at: 1).first?.message == message)
    }

    @Test
    func spec02_check36_aServerNeverSendsMoreThanThreeTimesWhatItReceived() throws {
        // Everything behind the client's first datagrams is lost: the server never validates the address.
        for delivered in 1...3 {
            var peers = try SimulatedPeers(count: 2, seed: UInt64(360 + delivered))
            let address = peers.peers[1].address
            // Catch the client's flight as it leaves, and deliver only the beginning, by hand.
            peers.network.isCapturing = true
            peers.network.conditions.lossProbability = 1
            _ = peers.command(0) { .dial($0, address, expecting: nil) }
            peers.run(.milliseconds(50))
            let flight = peers.network.takeCapturedDatagrams(from: peers.peers[0].address)
            var received = 0
            for datagram in flight.prefix(delivered) {
                peers.network.inject(datagram, from: peers.peers[0].address, to: address)
                received += datagram.count
            }
            peers.run(.seconds(20))
            let sent = peers.network.takeCapturedDatagrams(from: address).reduce(0) { $0 + $1.count }
            #expect(received > 0)
            #expect(sent > 0)
            #expect(sent <= 3 * received)
        }
    }

    @Test(arguments: [0, 300, 2_000, 5_000] as [Int64])
    func spec02_check33_simultaneousDialsConvergeToOneConnection(headStartMicroseconds: Int64) throws {
        var peers = try SimulatedPeers(count: 2, seed: UInt64(33 + headStartMicroseconds))
        let (first, second) = (peers.peers[0], peers.peers[1])
        let dial = peers.command(0) { .dial($0, second.address, expecting: second.id) }
        peers.run(.microseconds(headStartMicroseconds))
        let answer = peers.command(1) { .dial($0, first.address, expecting: first.id) }
        peers.run(.seconds(10))
        #expect(peers.dialResult(dial) == .success(second.id))
        #expect(peers.dialResult(answer) == .success(first.id))
        var values: [SecretBytes?] = []
        for index in 0..<2 {
            let endpoint = try #require(peers.runtime(index)?.inspectedEndpoint)
            let established = endpoint.connections.filter(\.isEstablished)
            #expect(established.count == 1)
            values.append(
                established.first?.exportKeyingMaterial(
                    label: DuplicateConnectionRule.exporterLabel,
                    context: DuplicateConnectionRule.exporterContext,
                    byteCount: DuplicateConnectionRule.exporterByteCount
                )
            )
        }
        #expect(values[0] != nil)
        #expect(values[0] == values[1])
        let other = try self.connected(seed: 34).runtime(0)?.inspectedEndpoint.connections.first
        #expect(
            other?.exportKeyingMaterial(
                label: DuplicateConnectionRule.exporterLabel,
                context: DuplicateConnectionRule.exporterContext,
                byteCount: DuplicateConnectionRule.exporterByteCount
            ) != values[0]
        )
        // The survivor carries messages both ways.
        _ = peers.command(0) { .send($0, [1, 2], to: second.id) }
        _ = peers.command(1) { .send($0, [1, 3], to: first.id) }
        peers.run(.seconds(1))
        #expect(peers.messages(at: 0).map(\.message) == [[1, 3]])
        #expect(peers.messages(at: 1).map(\.message) == [[1, 2]])
    }
}
