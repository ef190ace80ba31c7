// SPDX-License-Identifier: MIT OR Apache-2.0

import Connectivity
import Primitives
import Testing

/// Peers remembered across restarts (spec 03 §14.3, check 8).
@Suite struct PeerBookTests {
    private static let now: UInt64 = 1_767_225_600
    private static let local = Self.peer(1)

    private static func peer(_ number: UInt64) -> PeerID { PeerID(words: Words32(number, 0, 0, number)) }

    private static func address(_ port: UInt16) -> NetworkAddress { NetworkAddress(ipv4: 0x7F00_0001, port: port) }

    private var book = PeerBook(localPeer: Self.local)

    private mutating func connect(_ number: UInt64, port: UInt16, roundTrip: UInt32 = 50, at now: UInt64 = Self.now) {
        self.book.connected(
            to: Self.peer(number),
            at: Self.address(port),
            roundTripMilliseconds: roundTrip,
            now: now
        )
    }

    @Test mutating func spec03_check08_theQualitiesOfTheSpecification() throws {
        self.book.learned([Self.address(1)], of: Self.peer(2), now: Self.now)
        var fresh = try #require(self.book[Self.peer(2)])
        fresh.lastSeen = Self.now
        #expect(abs(fresh.quality(now: Self.now) - 0.475) < 0.001)
        for _ in 0..<5 { self.connect(3, port: 3) }
        let good = try #require(self.book[Self.peer(3)])
        #expect(abs(good.quality(now: Self.now) - 0.7875) < 0.001)
        #expect(abs(good.quality(now: Self.now + 86_400) - 0.7125) < 0.001, "freshness halves in a day")
        #expect(good.quality(now: .max) < good.quality(now: Self.now))
    }

    @Test mutating func spec03_check08_roundTripsAreAveraged() {
        self.connect(2, port: 2, roundTrip: 100)
        self.connect(2, port: 2, roundTrip: 200)
        #expect(self.book[Self.peer(2)]?.roundTripMilliseconds == 112)
    }

    @Test mutating func addressesAreMergedNewestFirstAndBounded() {
        for port in 1...12 as ClosedRange<UInt16> { self.connect(2, port: port) }
        #expect(self.book[Self.peer(2)]?.addresses == (3...12).reversed().map { Self.address($0) })
        self.connect(2, port: 5)
        #expect(self.book[Self.peer(2)]?.addresses.first == Self.address(5))
        #expect(self.book[Self.peer(2)]?.addresses.count == PeerBook.addressCountMax)
    }

    @Test mutating func hearsayDoesNotMakeAPeerLookAlive() {
        self.connect(2, port: 2, at: Self.now)
        self.book.learned([Self.address(9)], of: Self.peer(2), now: Self.now + 1000)
        self.book.learned([], of: Self.peer(3), now: Self.now)
        self.book.failed(toReach: Self.peer(4), now: Self.now)
        #expect(self.book[Self.peer(2)]?.lastSeen == Self.now)
        #expect(self.book[Self.peer(2)]?.addresses == [Self.address(9), Self.address(2)])
        #expect(self.book.count == 1)
        self.connect(1, port: 1)
        #expect(self.book.count == 1, "a node is not its own peer")
    }

    @Test mutating func spec03_check08_theWorstTwentiethMakesRoom() {
        self.book = PeerBook(localPeer: Self.local, countMax: 40)
        for number in 2..<42 as Range<UInt64> { self.connect(number, port: 1) }
        for number in 2..<4 as Range<UInt64> { self.book.failed(toReach: Self.peer(number), now: Self.now) }
        _ = self.book.takeChanges()
        self.connect(100, port: 1)
        #expect(self.book.count == 39)
        #expect(self.book[Self.peer(2)] == nil && self.book[Self.peer(3)] == nil)
        let removed = self.book.takeChanges().filter { if case .remove = $0 { true } else { false } }
        #expect(removed == [.remove(Self.peer(2)), .remove(Self.peer(3))])
        #expect(self.book.takeChanges().isEmpty)
    }

    @Test mutating func spec03_check08_nineOfTenByQualityAndOneExplored() {
        for number in 2..<22 as Range<UInt64> { self.connect(number, port: 1) }
        for number in 100..<105 as Range<UInt64> {
            self.book.learned([Self.address(1)], of: Self.peer(number), now: Self.now)
        }
        var random = SplitMix64(seed: 7)
        let chosen = self.book.candidates(10, without: [Self.peer(5)], now: Self.now, using: &random)
        #expect(chosen.count == 10 && Set(chosen.map(\.id)).count == 10)
        #expect(chosen.count { $0.successCount > 0 } == 9)
        #expect(!chosen.contains { $0.id == Self.peer(5) })
        #expect(self.book.candidates(100, without: [], now: Self.now, using: &random).count == 25)
        #expect(self.book.candidates(1, without: [], now: Self.now, using: &random).count == 1)
    }

    @Test mutating func peersWithoutContactForAWeekAreForgotten() {
        self.connect(2, port: 2, at: Self.now)
        self.book.forgetOld(now: Self.now + PeerBook.lifetimeSeconds)
        #expect(self.book.count == 1)
        self.book.forgetOld(now: Self.now + PeerBook.lifetimeSeconds + 1)
        #expect(self.book.count == 0)
    }

    @Test mutating func changesThatCouldNotBeWrittenAreDueAgain() throws {
        self.connect(2, port: 2)
        let changes = self.book.takeChanges()
        let stored = try #require(self.book[Self.peer(2)])
        #expect(changes == [.save(stored)])
        self.book.putBack(changes)
        #expect(self.book.takeChanges() == changes)
        #expect(PeerBook(localPeer: Self.local, stored: [stored])[Self.peer(2)] == stored)
    }
}
