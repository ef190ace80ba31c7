// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@testable import GossipCore

/// Score and cooling of one peer on one topic (spec 04 §7.5, §7.6; checks 17 and 18).
@Suite struct PeerScoreTests {
    private let start = Instant.epoch + .seconds(100)

    @Test func spec04_check17_scoreValues() {
        #expect(self.isClose(PeerScore(now: self.start).value(now: self.start), 0.70))
        var deliverer = PeerScore(now: self.start)
        for _ in 0..<5 { deliverer.record(.delivered, now: self.start) }
        #expect(self.isClose(deliverer.value(now: self.start), 0.88))
        var halfHearted = PeerScore(now: self.start)
        halfHearted.record(.delivered, now: self.start)
        for _ in 0..<4 { halfHearted.record(.iWantSent, now: self.start) }
        for _ in 0..<2 { halfHearted.record(.iWantAnswered, now: self.start) }
        #expect(self.isClose(halfHearted.value(now: self.start), 0.70))
    }

    @Test func spec04_check17_evidenceHalvesIn300Seconds() {
        var score = PeerScore(now: self.start)
        for _ in 0..<8 { score.record(.sendTimedOut, now: self.start) }
        #expect(self.isClose(score.sendHealth, 1.0 / 9))
        let later = score.decayed(to: self.start + .seconds(300))
        #expect(self.isClose(later.sendTimeouts, 4))
        #expect(self.isClose(later.sendHealth, 1.0 / 5))
        // Decaying in steps gives the same.
        var stepped = score
        for second in 1...300 { stepped = stepped.decayed(to: self.start + .seconds(Int64(second))) }
        #expect(self.isClose(stepped.sendTimeouts, 4))
        #expect(score.decayed(to: self.start + .seconds(300_000)).sendTimeouts == 0)
    }

    @Test func spec04_check17_silenceLowersTheScore() {
        var score = PeerScore(now: self.start)
        score.record(.delivered, now: self.start)
        #expect(self.isClose(score.value(now: self.start + .seconds(150)), 0.68))
        #expect(self.isClose(score.value(now: self.start + .seconds(300)), 0.48))
        #expect(self.isClose(score.value(now: self.start + .seconds(3000)), 0.48))
    }

    @Test func spec04_check18_fiveTimeoutsCool() {
        var cooling = PeerCooling(now: self.start)
        for index in 1...4 {
            #expect(cooling.timedOut(RequestID(UInt64(index)), now: self.start + .seconds(Int64(index))) == false)
            #expect(cooling.admission(now: self.start + .seconds(5)) == .send)
        }
        let cooledAt = self.start + .seconds(6)
        #expect(cooling.timedOut(RequestID(5), now: cooledAt) == true)
        #expect(cooling.isSuppressed)
        #expect(cooling.admission(now: cooledAt + .seconds(119)) == .skip)
        #expect(cooling.admission(now: cooledAt + .seconds(120)) == .probe)
    }

    @Test func spec04_check18_aSuccessEmptiesTheWindow() {
        var cooling = PeerCooling(now: self.start)
        for index in 1...4 { _ = cooling.timedOut(RequestID(UInt64(index)), now: self.start) }
        #expect(cooling.succeeded(RequestID(9), now: self.start) == false)
        #expect(cooling.timedOut(RequestID(10), now: self.start) == false)
        #expect(!cooling.isSuppressed)
    }

    @Test func spec04_check18_timeoutsOutsideTheWindowDoNotCool() {
        var cooling = PeerCooling(now: self.start)
        for index in 1...20 {
            let at = self.start + .seconds(Int64(index) * 8)
            #expect(cooling.timedOut(RequestID(UInt64(index)), now: at) == false, "timeout \(index)")
        }
    }

    @Test func spec04_check18_oneProbeAndDoublingToTheMaximum() {
        var cooling = PeerCooling(now: self.start)
        for index in 1...5 { _ = cooling.timedOut(RequestID(UInt64(index)), now: self.start) }
        var now = self.start
        var expected = Nanoseconds.seconds(120)
        for attempt in 0..<6 {
            now = now + expected
            #expect(cooling.admission(now: now) == .probe)
            let probe = RequestID(UInt64(100 + attempt))
            cooling.probeStarted(probe)
            #expect(cooling.admission(now: now) == .skip)
            #expect(cooling.timedOut(RequestID(7), now: now) == false, "a stale result changes nothing")
            #expect(cooling.succeeded(RequestID(7), now: now) == false, "a stale result changes nothing")
            #expect(cooling.timedOut(probe, now: now) == true)
            expected = min(expected * 2, .seconds(1800))
            #expect(cooling.report(now: now)?.cooldown == expected)
        }
        #expect(expected == .seconds(1800))
        now = now + expected
        cooling.probeStarted(RequestID(999))
        #expect(cooling.succeeded(RequestID(999), now: now) == true)
        #expect(!cooling.isSuppressed)
    }

    @Test func spec04_check18_aFailedProbeCountsAsATimeout() {
        var cooling = PeerCooling(now: self.start)
        #expect(cooling.failed(RequestID(1), now: self.start) == false)
        for index in 1...5 { _ = cooling.timedOut(RequestID(UInt64(index)), now: self.start) }
        let now = self.start + .seconds(120)
        cooling.probeStarted(RequestID(6))
        #expect(cooling.failed(RequestID(6), now: now) == true)
        #expect(cooling.report(now: now)?.cooldown == .seconds(240))
    }

    private func isClose(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) < 1e-6 }
}
