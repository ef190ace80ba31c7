// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@testable import QUICCore

/// The machine alone (RFC 8899 §5).
@Suite struct PathMTUDiscoveryTests {
    private static let start = Instant.epoch + .seconds(1)

    /// Lets the machine search a path that carries `pathByteCount`; returns the sizes of all probes.
    private static func search(
        _ discovery: inout PathMTUDiscovery,
        pathByteCount: Int,
        now: Instant = Self.start
    ) -> [Int] {
        var probes: [Int] = []
        while probes.count < 200, let size = discovery.nextProbeByteCount(now: now) {
            probes.append(size)
            discovery.probeSent(byteCount: size)
            #expect(discovery.nextProbeByteCount(now: now) == nil, "one probe at a time")
            if size <= pathByteCount {
                #expect(discovery.probeAcknowledged(byteCount: size) == true)
            } else {
                discovery.probeLost(byteCount: size)
            }
        }
        return probes
    }

    @Test func nothingIsTriedBeforeTheHandshakeIsConfirmed() {
        var discovery = PathMTUDiscovery(limit: 65_527, family: .ipv4)
        #expect(discovery.current == 1200)
        #expect(discovery.nextProbeByteCount(now: Self.start) == nil)
    }

    @Test(arguments: [
        (1200, 65_527 as UInt64), (1_300, 65_527), (1_472, 65_527), (8_972, 65_527), (20_000, 65_527), (65_507, 65_527),
        (65_507, 1_472), (65_507, 1_200), (9_000, 4_096),
    ])
    func theSearchEndsCloseToWhatPathAndPeerTake(pathByteCount: Int, peerLimit: UInt64) {
        var discovery = PathMTUDiscovery(limit: 65_527, family: .ipv4)
        discovery.start(peerLimit: peerLimit)
        let probes = Self.search(&discovery, pathByteCount: pathByteCount)
        let best = min(pathByteCount, Int(peerLimit))
        #expect(discovery.current <= best)
        #expect(discovery.current > best - PathMTUDiscovery.precision || discovery.current == best)
        #expect(probes.allSatisfy { $0 > 1200 && $0 <= Int(peerLimit) })
        #expect(probes.count <= 2 + 14 * PathMTUDiscovery.attemptCountMax)
    }

    @Test func aLimitOf1200SwitchesItOff() {
        var discovery = PathMTUDiscovery(limit: 1200, family: .ipv6)
        discovery.start(peerLimit: 65_527)
        #expect(discovery.nextProbeByteCount(now: Self.start) == nil)
    }

    @Test func aSizeIsGivenUpAfterThreeLosses() {
        var discovery = PathMTUDiscovery(limit: 1452, family: .ipv6)
        discovery.start(peerLimit: 65_527)
        let probes = Self.search(&discovery, pathByteCount: 1200)
        #expect(probes.prefix(4) == [1452, 1452, 1452, (1200 + 1452) / 2])
        #expect(discovery.current == 1200)
    }

    @Test func theSearchIsRepeatedAfterTenMinutes() {
        var discovery = PathMTUDiscovery(limit: 8952, family: .ipv6)
        discovery.start(peerLimit: 65_527)
        _ = Self.search(&discovery, pathByteCount: 1452)
        #expect(discovery.nextProbeByteCount(now: Self.start + .seconds(599)) == nil)
        _ = Self.search(&discovery, pathByteCount: 8952, now: Self.start + .seconds(600))
        #expect(discovery.current == 8952)
    }

    @Test func aPathThatSwallowsLargePacketsIsNoticed() {
        var discovery = PathMTUDiscovery(limit: 1452, family: .ipv6)
        discovery.start(peerLimit: 65_527)
        _ = Self.search(&discovery, pathByteCount: 1452)
        discovery.packetAcknowledged(packetNumber: 10, byteCount: 1452)
        #expect(discovery.largePacketsLost(largest: 9, now: Self.start) == false, "congestion: a later one arrived")
        #expect(discovery.largePacketsLost(largest: 12, now: Self.start) == false)
        #expect(discovery.largePacketsLost(largest: 14, now: Self.start) == false)
        discovery.packetAcknowledged(packetNumber: 15, byteCount: 1452)
        #expect(discovery.largePacketsLost(largest: 16, now: Self.start) == false, "counted anew")
        #expect(discovery.largePacketsLost(largest: 18, now: Self.start) == false)
        discovery.packetAcknowledged(packetNumber: 19, byteCount: 1200)
        #expect(discovery.largePacketsLost(largest: 20, now: Self.start) == true, "small ones prove nothing")
        #expect(discovery.current == 1200 && discovery.blackHoleCount == 1)
        #expect(discovery.nextProbeByteCount(now: Self.start + .seconds(59)) == nil)
        #expect(discovery.nextProbeByteCount(now: Self.start + .seconds(60)) == 1452)
    }

    @Test func aProbeOfTheOldPathProvesNothing() {
        var discovery = PathMTUDiscovery(limit: 8952, family: .ipv6)
        discovery.start(peerLimit: 65_527)
        discovery.probeSent(byteCount: 1452)
        discovery.pathChanged()
        #expect(discovery.probeAcknowledged(byteCount: 1452) == false)
        #expect(discovery.current == 1200)
    }
}

/// Discovery in a connection (RFC 9000 §14.3, §14.4).
@Suite struct PathMTUConnectionTests {
    private static func transfer(_ pair: inout EndpointPair, byteCount: Int) throws {
        let bytes = [UInt8](repeating: 7, count: byteCount)
        let stream = try #require(try pair.updateClient { $0.openStream(.unidirectional) })
        #expect(try pair.updateClient { $0.write(stream, bytes[...], finish: true) } == byteCount)
        var arrived = 0
        var isFinished = false
        for _ in 0..<200 where !isFinished {
            pair.run(.milliseconds(100))
            while let piece = try pair.updateServer({ $0.read(stream, maxByteCount: 1 << 20) }), !isFinished {
                arrived += piece.bytes.count
                isFinished = piece.isFinished
                if piece.bytes.isEmpty { break }
            }
        }
        #expect(isFinished && arrived == byteCount)
    }

    /// Nothing above 1,200 bytes but single probes leaves before one of that size has arrived.
    @Test func spec02_check18_nothingLargeBeforeProof() throws {
        var pair = try EndpointPair.established(pathByteCount: 1200)
        try Self.transfer(&pair, byteCount: 300_000)
        let largeCount = pair.log.count { $0.bytes.count > 1200 && $0.toServer }
        #expect(largeCount > 0, "probes were sent")
        #expect(largeCount == Int(try pair.clientConnection.pathMTU.probeCount))
        #expect(try pair.clientConnection.datagramByteCount == 1200)
    }

    @Test func probesAreLostWithoutSlowingDown() throws {
        func windows(_ limit: Int) throws -> Int {
            var pair = try EndpointPair.established(pathByteCount: 1200, configure: { $0.datagramByteCountMax = limit })
            try Self.transfer(&pair, byteCount: 300_000)
            return try pair.clientConnection.recovery.congestion.window
        }
        #expect(try windows(65_527) >= windows(1_200))
    }

    @Test(arguments: [1452, 8952, 65_507])
    func theWholePathIsUsed(pathByteCount: Int) throws {
        var pair = try EndpointPair.established(pathByteCount: pathByteCount)
        try Self.transfer(&pair, byteCount: 3_000_000)
        let found = try pair.clientConnection.datagramByteCount
        #expect(found <= pathByteCount && found > pathByteCount - PathMTUDiscovery.precision)
        #expect(try pair.clientConnection.recovery.congestion.datagramByteCount == found)
    }

    @Test func thePeersLimitIsKept() throws {
        var pair = try EndpointPair.established { $0.datagramByteCountMax = 1452 }
        pair.log = []
        try Self.transfer(&pair, byteCount: 300_000)
        #expect(pair.log.map(\.bytes.count).max() == 1452)
    }

    @Test func aConnectionOutlivesABlackHole() throws {
        var pair = try EndpointPair.established()
        try Self.transfer(&pair, byteCount: 1_000_000)
        #expect(try pair.clientConnection.datagramByteCount > 8_000)
        pair.passes = { $0.bytes.count <= 1_300 }
        try Self.transfer(&pair, byteCount: 300_000)
        #expect(try pair.clientConnection.pathMTU.blackHoleCount == 1)
        #expect(try pair.clientConnection.datagramByteCount == 1200)
    }
}
