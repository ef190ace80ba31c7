// SPDX-License-Identifier: MIT OR Apache-2.0

import Discovery
import Primitives
import Testing

/// Which announced machines are dialled (spec 01 F16, spec 03 §15.4).
@Suite struct AutoConnectTests {
    private var plan = AutoConnect(peerCountMax: 12)
    private let start = Instant.epoch + .seconds(1_000)

    private func machine(_ number: Int) -> MachineID { MachineID(words: Words32(UInt64(number), 7, 7, 7)) }

    @Test mutating func oneDialAMinuteForAMachine() {
        #expect(self.plan.begin(self.machine(1), connected: [], now: self.start) == true)
        #expect(self.plan.begin(self.machine(1), connected: [], now: self.start) == false)
        self.plan.finished(self.machine(1), isConnected: false)
        let almost = self.start + AutoConnect.coolDown - .milliseconds(1)
        #expect(self.plan.begin(self.machine(1), connected: [], now: almost) == false)
        #expect(self.plan.begin(self.machine(1), connected: [], now: self.start + AutoConnect.coolDown) == true)
        self.plan.finished(self.machine(1), isConnected: true)
        self.plan.finished(self.machine(1), isConnected: true)
        #expect(self.plan.statistics.attemptCount == 2 && self.plan.statistics.successCount == 1)
    }

    @Test mutating func connectedMachinesAreNotDialled() {
        #expect(self.plan.begin(self.machine(1), connected: [self.machine(1)], now: self.start) == false)
        #expect(self.plan.statistics.attemptCount == 0 && self.plan.statistics.skippedCount == 0)
    }

    @Test mutating func eightDialsAtOnce() {
        let begun = (0..<20).filter { self.plan.begin(self.machine($0), connected: [], now: self.start) }
        #expect(begun.count == AutoConnect.parallelCountMax)
        #expect(self.plan.statistics.skippedCount == 12)
        // What was skipped may be dialled as soon as there is room: it was not left alone for a minute.
        self.plan.finished(self.machine(0), isConnected: false)
        #expect(self.plan.begin(self.machine(19), connected: [], now: self.start) == true)
    }

    @Test mutating func enoughPeersAreEnough() {
        let connected = Set((100..<111).map { self.machine($0) })
        #expect(self.plan.begin(self.machine(1), connected: connected, now: self.start) == true)
        // The one on its way counts.
        #expect(self.plan.begin(self.machine(2), connected: connected, now: self.start) == false)
        self.plan.finished(self.machine(1), isConnected: true)
        let full = connected.union([self.machine(1)])
        #expect(self.plan.begin(self.machine(2), connected: full, now: self.start) == false)
        var never = AutoConnect(peerCountMax: 0)
        let isDialled = never.begin(self.machine(1), connected: [], now: self.start)
        #expect(!isDialled)
    }

    /// Ten thousand machines in a minute: what is remembered has a cap, and nothing waits.
    @Test mutating func aFloodIsNotRemembered() {
        for number in 0..<10_000 {
            _ = self.plan.begin(self.machine(number), connected: [], now: self.start)
            self.plan.finished(self.machine(number), isConnected: false)
        }
        #expect(self.plan.statistics.attemptCount == 10_000)
        #expect(self.plan.begin(self.machine(9_999), connected: [], now: self.start) == false, "among the youngest")
        #expect(self.plan.begin(self.machine(0), connected: [], now: self.start) == true, "forgotten")
        #expect(AutoConnect.rememberedCountMax == 4_096)
    }
}
