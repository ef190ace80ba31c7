// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import Node
import Primitives
import QUICCore
import Simulation
import Testing

/// The congestion controllers over a link of 2 MB/s with a round trip of 40 ms.
@Suite(.timeLimit(.minutes(2)))
struct CongestionSimulationTests {
    private static let bytesPerSecond = 2_000_000

    /// Bytes per second of one message, in virtual time.
    private static func throughput(
        _ control: CongestionControl,
        loss: Double,
        byteCount: Int,
        seed: UInt64
    ) throws -> Double {
        let conditions = PacketConditions(
            latency: .milliseconds(20),
            lossProbability: loss,
            bytesPerSecond: Self.bytesPerSecond
        )
        var peers = try SimulatedPeers(
            count: 2,
            seed: seed,
            conditions: conditions,
            configureEndpoint: {
                $0.connection.congestionControl = control
                // Small datagrams, as on the Internet: loss is per datagram.
                $0.connection.datagramByteCountMax = 1200
            }
        )
        let target = peers.peers[1].id
        try #require(peers.dial(0, 1) == .success(target))
        peers.run(.milliseconds(200))
        let start = peers.network.now
        _ = peers.command(0) { .send($0, [1] + [UInt8](repeating: 7, count: byteCount - 1), to: target) }
        let hasArrived = peers.run(.seconds(120)) { !$0.messages(at: 1).isEmpty }
        try #require(hasArrived)
        return Double(byteCount) / (peers.network.now - start).seconds
    }

    @Test(arguments: [0.01, 0.02])
    func underRandomLossBBRHoldsItsSpeedWhereCUBICCollapses(loss: Double) throws {
        let bbr = try Self.throughput(.bbr, loss: loss, byteCount: 3_000_000, seed: 11)
        let cubic = try Self.throughput(.cubic, loss: loss, byteCount: 1_000_000, seed: 11)
        #expect(bbr > 0.65 * Double(Self.bytesPerSecond), "BBR \(bbr), CUBIC \(cubic)")
        #expect(cubic < 0.35 * Double(Self.bytesPerSecond), "BBR \(bbr), CUBIC \(cubic)")
    }

    @Test(arguments: CongestionControl.allCases)
    func withoutRandomLossTheLinkIsFull(control: CongestionControl) throws {
        let rate = try Self.throughput(control, loss: 0, byteCount: 3_000_000, seed: 12)
        #expect(rate > 0.7 * Double(Self.bytesPerSecond), "\(control) \(rate)")
    }

    // MARK: - ECN

    /// A bulk message over a slow link; returns the sender's view of ECN, and the statistics of the network.
    private static func explicitCongestion(
        _ configure: (inout PacketConditions) -> Void
    ) throws -> (isUsed: Bool, PacketNetworkStatistics) {
        var conditions = PacketConditions(latency: .milliseconds(20), bytesPerSecond: Self.bytesPerSecond)
        configure(&conditions)
        var peers = try SimulatedPeers(count: 2, seed: 13, conditions: conditions)
        let target = peers.peers[1].id
        try #require(peers.dial(0, 1) == .success(target))
        _ = peers.command(0) { .send($0, [1] + [UInt8](repeating: 7, count: 1_000_000), to: target) }
        let hasArrived = peers.run(.seconds(60)) { !$0.messages(at: 1).isEmpty }
        try #require(hasArrived)
        let connection = try #require(peers.runtime(0)?.inspectedEndpoint.connections.first)
        return (connection.usesExplicitCongestionNotification, peers.network.statistics)
    }

    @Test
    func aLinkThatMarksInsteadOfDroppingLosesNothing() throws {
        let (isUsed, statistics) = try Self.explicitCongestion { $0.markingQueueTime = .milliseconds(15) }
        #expect(isUsed)
        #expect(statistics.datagramsMarked > 0)
        #expect(statistics.datagramsLost == 0)
    }

    @Test
    func aPathThatClearsMarksIsNotMarkedAndStillWorks() throws {
        let (isUsed, _) = try Self.explicitCongestion { $0.clearsECN = true }
        #expect(!isUsed)
    }
}
