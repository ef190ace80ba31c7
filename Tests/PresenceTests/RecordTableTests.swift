// SPDX-License-Identifier: MIT OR Apache-2.0

import Presence
import Primitives
import Testing

@Suite struct RecordTableTests {
    private static let start: UInt64 = 1_700_000_000
    private var table = RecordTable(countMax: 3)

    private mutating func store(
        _ record: PresenceRecord,
        of number: UInt64,
        isDirect: Bool = true,
        at seconds: UInt64 = 0
    ) -> Bool {
        self.table.store(
            record,
            of: testPeer(number),
            proof: .bound,
            isDirect: isDirect,
            now: .epoch + .seconds(Int64(seconds)),
            wallTime: UnixMillis(seconds: Self.start + seconds)
        )
    }

    private func status(_ number: UInt64, at seconds: UInt64) -> RecordTable.Status {
        self.table.status(of: testPeer(number), wallTime: UnixMillis(seconds: Self.start + seconds))
    }

    @Test mutating func spec05_check3_onlineOfflineAndUnknown() {
        #expect(self.status(1, at: 0) == .unknown)
        #expect(self.store(.test(1, since: Self.start, lifetime: 90), of: 1) == true)
        #expect(self.status(1, at: 89) == .online)
        #expect(self.status(1, at: 90) == .offline)
        #expect(self.store(.test(2, since: Self.start, lifetime: 0), of: 2) == true)
        #expect(self.status(2, at: 0) == .offline)
    }

    @Test mutating func spec05_check4_theNewerRecordWins() {
        #expect(self.store(.test(1, since: Self.start, sequence: 10), of: 1) == true)
        #expect(self.store(.test(1, since: Self.start + 120, sequence: 9), of: 1) == false)
        #expect(self.store(.test(1, since: Self.start + 120, sequence: 10), of: 1) == false)
        #expect(self.store(.test(1, since: Self.start + 1, sequence: 11), of: 1) == true)
        #expect(self.store(.test(1, since: Self.start + 121, sequence: 0), of: 1) == false)
        #expect(self.store(.test(1, since: Self.start + 122, sequence: 0), of: 1) == true)
        #expect(self.table[testPeer(1)]?.record.sequence == 0)
        #expect(self.store(.test(1, since: UInt64.max - 200, lifetime: 0, sequence: 1), of: 1) == true)
        #expect(!self.table.accepts(.test(1, since: UInt64.max - 100, lifetime: 0, sequence: 0), of: testPeer(1)))
    }

    @Test mutating func aFullTablePrefersMachinesThatSpeakForThemselves() {
        for number in 1...3 as ClosedRange<UInt64> {
            #expect(self.store(.test(number, since: Self.start), of: number, isDirect: number != 2, at: number) == true)
        }
        #expect(self.store(.test(4, since: Self.start), of: 4, isDirect: false, at: 4) == false)
        #expect(self.table.count == 3 && self.table.evictedCount == 1)
        #expect(self.store(.test(4, since: Self.start), of: 4, at: 4) == true)
        #expect(self.table[testPeer(2)] == nil && self.table.count == 3)
        #expect(self.store(.test(5, since: Self.start), of: 5, at: 5) == true)
        #expect(self.table[testPeer(1)] == nil && self.table.count == 3)
        // Expired ones go first, all of them.
        #expect(self.store(.test(6, since: Self.start + 200), of: 6, isDirect: false, at: 200) == true)
        #expect(self.table.count == 1)
    }

    @Test mutating func expiredRecordsAreForgottenTenMinutesLater() {
        #expect(self.store(.test(1, since: Self.start), of: 1) == true)
        self.table.sweep(wallTime: UnixMillis(seconds: Self.start + 689))
        #expect(self.table.count == 1)
        self.table.sweep(wallTime: UnixMillis(seconds: Self.start + 690))
        #expect(self.table.count == 0)
    }
}

@Suite struct PeerBudgetsTests {
    private func at(_ seconds: Double) -> Instant { .epoch + Nanoseconds(Int64(seconds * 1e9)) }

    @Test func spec05_check8_threePassTheFourthFailsAndFiveSecondsLaterOneMore() {
        var budgets = PeerBudgets()
        for _ in 0..<3 { #expect(budgets.take(.beacon, of: testPeer(1), now: self.at(0)) == true) }
        #expect(budgets.take(.beacon, of: testPeer(1), now: self.at(0)) == false)
        #expect(budgets.take(.beacon, of: testPeer(1), now: self.at(4.9)) == false)
        #expect(budgets.take(.beacon, of: testPeer(1), now: self.at(5.1)) == true)
        #expect(budgets.take(.beacon, of: testPeer(1), now: self.at(5.1)) == false)
        // Peers and kinds are independent.
        #expect(budgets.take(.beacon, of: testPeer(2), now: self.at(5.1)) == true)
        #expect(budgets.take(.query, of: testPeer(1), now: self.at(5.1)) == true)
        budgets.sweep(now: self.at(305))
        #expect(budgets.count == 2)
        budgets.sweep(now: self.at(306))
        #expect(budgets.count == 0)
    }

    @Test func theTableOfBudgetsIsBounded() {
        var budgets = PeerBudgets(peerCountMax: 10)
        for number in 0..<1000 as Range<UInt64> {
            #expect(budgets.take(.query, of: testPeer(number), now: self.at(Double(number) / 1000)) == true)
            #expect(budgets.count <= 10)
        }
    }

    @Test func aNetworkThatBeaconsFasterGetsMoreTokens() {
        var budgets = PeerBudgets(beaconInterval: .seconds(1))
        for second in 0..<60 { #expect(budgets.take(.beacon, of: testPeer(1), now: self.at(Double(second))) == true) }
    }
}

@Suite struct ArrivalWindowTests {
    private static func window(_ seconds: [Int64]) -> ArrivalWindow {
        var window = ArrivalWindow()
        for second in seconds { window.record(.epoch + .seconds(second)) }
        return window
    }

    @Test(
        arguments: [
            ([0, 30, 60, 90, 120], 180), ([0, 5, 10, 15, 20], 180), ([0, 10, 510, 520, 1020, 1030, 1530, 1540], 600),
            ([7], 300), ([], 300),
        ] as [([Int64], Int64)]
    )
    func spec05_check13_theExamplesOfTheSpecification(arrivals: [Int64], timeout: Int64) {
        #expect(Self.window(arrivals).timeout(DetectorConfiguration()) == .seconds(timeout))
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func spec05_check13_theTimeoutStaysWithinItsClampAndTheWindowWithinTen(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var window = ArrivalWindow()
        var second: Int64 = 0
        for _ in 0..<30 {
            second += Int64(random.next() % 3 == 0 ? random.next() % 100_000 : random.next() % 60)
            window.record(.epoch + .seconds(second))
            #expect(window.count <= ArrivalWindow.capacity)
            let timeout = window.timeout(DetectorConfiguration())
            if window.count >= 2 { #expect((.seconds(180)) <= timeout && timeout <= .seconds(600)) }
            #expect(timeout.count % 1_000_000_000 == 0)
        }
    }

    @Test func spec05_check14_regularityIsHighForRegularMachines() {
        #expect(ArrivalWindow().regularity == 0.5 && Self.window([4]).regularity == 0.5)
        let stable = Self.window([0, 30, 60, 90])
        let jittery = Self.window([0, 10, 100, 110])
        #expect(stable.regularity == 1 && jittery.regularity < stable.regularity && jittery.regularity >= 0)
    }

    @Test func aFasterNetworkDetectsFaster() {
        let configuration = DetectorConfiguration(beaconInterval: .seconds(1), fallbackTimeout: .seconds(4))
        #expect(Self.window([0, 1, 2, 3]).timeout(configuration) == .seconds(6))
        #expect(Self.window([0, 1000, 1001]).timeout(configuration) == .seconds(20))
        #expect(Self.window([0]).timeout(configuration) == .seconds(4))
    }
}
