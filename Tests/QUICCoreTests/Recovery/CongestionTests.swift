// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@testable import QUICCore

@Suite struct CubicTests {
    private static func at(_ milliseconds: Int64) -> Instant { .epoch + .seconds(1) + .milliseconds(milliseconds) }

    private static func roundTrip(_ milliseconds: Int64) -> RoundTripEstimator {
        var estimator = RoundTripEstimator()
        for _ in 0..<50 {
            estimator.addSample(.milliseconds(milliseconds), acknowledgementDelay: .zero, now: .epoch)
        }
        return estimator
    }

    /// One round trip with a full window, acknowledged at its end.
    private static func fullRound(_ cubic: inout Cubic, endingAt milliseconds: Int64, roundTrip: Int64 = 100) {
        let window = cubic.window
        cubic.packetSent(bytesInFlight: window)
        cubic.acknowledged(
            byteCount: window,
            bytesInFlight: 0,
            newestSentAt: Self.at(milliseconds - roundTrip),
            roundTrip: Self.roundTrip(roundTrip),
            now: Self.at(milliseconds)
        )
    }

    @Test func theWindowStartsAtTenDatagramsAndDoubles() {
        var cubic = Cubic(datagramByteCount: 1_200)
        #expect(cubic.window == 12_000)
        Self.fullRound(&cubic, endingAt: 100)
        #expect(cubic.window == 24_000)
        Self.fullRound(&cubic, endingAt: 200)
        #expect(cubic.window == 48_000)
    }

    @Test func aWindowThatIsNotUsedDoesNotGrow() {
        var cubic = Cubic(datagramByteCount: 1_200)
        for round in 1...50 as ClosedRange<Int64> {
            cubic.packetSent(bytesInFlight: 1_200)
            cubic.acknowledged(
                byteCount: 1_200,
                bytesInFlight: 0,
                newestSentAt: Self.at(round * 100 - 100),
                roundTrip: Self.roundTrip(100),
                now: Self.at(round * 100)
            )
        }
        #expect(cubic.window == 12_000)
    }

    @Test func aLossTakesThreeTenthsOncePerRecoveryPeriod() {
        var cubic = Cubic(datagramByteCount: 1_200)
        for round in 1...3 as ClosedRange<Int64> { Self.fullRound(&cubic, endingAt: round * 100) }
        #expect(cubic.window == 96_000)
        cubic.congestionDetected(sentAt: Self.at(290), now: Self.at(400))
        #expect(cubic.window == 67_200)
        cubic.congestionDetected(sentAt: Self.at(400), now: Self.at(410))
        #expect(cubic.window == 67_200, "sent before the reduction")
        cubic.congestionDetected(sentAt: Self.at(411), now: Self.at(500))
        #expect(cubic.window == 47_040)
    }

    @Test func theWindowNeverFallsBelowTwoDatagrams() {
        var cubic = Cubic(datagramByteCount: 1_200)
        for round in 1...30 as ClosedRange<Int64> {
            cubic.congestionDetected(sentAt: Self.at(round * 100), now: Self.at(round * 100))
        }
        #expect(cubic.window == 2_400)
    }

    /// RFC 9438 §4.2: K = ∛(W_max (1 − β) / C) seconds after the loss the window is back at W_max, then passes it.
    @Test func theWindowReturnsToItsMaximumAfterK() {
        var cubic = Cubic(datagramByteCount: 1_200)
        for round in 1...7 as ClosedRange<Int64> { Self.fullRound(&cubic, endingAt: round * 100) }
        let maximum = cubic.window  // 1,280 datagrams
        cubic.congestionDetected(sentAt: Self.at(700), now: Self.at(800))
        // K = ∛(1280 × 0.3 / 0.4) = 9.87 s.
        var history: [Int64: Int] = [:]
        var round: Int64 = 0
        while round < 200 {
            round += 1
            Self.fullRound(&cubic, endingAt: 800 + round * 100)
            history[round] = cubic.window
        }
        #expect(history[50, default: 0] < maximum)
        #expect(history[50, default: 0] > maximum * 9 / 10, "concave: most of the way in half the time")
        #expect(abs(history[100, default: 0] - maximum) < maximum / 50)
        #expect(history[200, default: 0] > maximum * 5 / 4, "convex beyond")
    }

    @Test func onAShortRoundTripTheWindowGrowsAsRenoWould() {
        var cubic = Cubic(datagramByteCount: 1_200)
        Self.fullRound(&cubic, endingAt: 1, roundTrip: 1)
        cubic.congestionDetected(sentAt: Self.at(1), now: Self.at(2))
        let start = cubic.window
        for round in 1...40 as ClosedRange<Int64> { Self.fullRound(&cubic, endingAt: 2 + round, roundTrip: 1) }
        // α is 0.53 datagrams per round below the old window and one above it.
        #expect(cubic.window > start + 20 * 1_200)
        #expect(cubic.window < start + 41 * 1_200)
    }

    @Test func persistentCongestionStartsOver() {
        var cubic = Cubic(datagramByteCount: 1_200)
        for round in 1...5 as ClosedRange<Int64> { Self.fullRound(&cubic, endingAt: round * 100) }
        cubic.congestionDetected(sentAt: Self.at(500), now: Self.at(2_000))
        cubic.persistentCongestionDetected()
        #expect(cubic.window == 2_400)
        Self.fullRound(&cubic, endingAt: 2_100)
        #expect(cubic.window == 4_800, "slow start again")
    }

    @Test func theWindowIsBounded() {
        var cubic = Cubic(datagramByteCount: 1_200)
        for round in 1...40 as ClosedRange<Int64> { Self.fullRound(&cubic, endingAt: round) }
        #expect(cubic.window == Cubic.windowMax)
    }
}

@Suite struct PacerTests {
    /// Sends whenever allowed for one virtual second; returns bytes sent and the largest burst.
    private static func run(window: Int, roundTrip: Nanoseconds) -> (byteCount: Int, burst: Int) {
        var pacer = Pacer(datagramByteCount: 1_200)
        var now = Instant.epoch + .seconds(1)
        let end = now + .seconds(1)
        var total = 0
        var burst = 0
        var largestBurst = 0
        while now < end {
            if let deadline = pacer.waitDeadline(window: window, roundTrip: roundTrip, now: now) {
                #expect(deadline > now)
                now = deadline
                burst = 0
            } else {
                pacer.packetSent(byteCount: 1_200)
                total += 1_200
                burst += 1_200
                largestBurst = max(largestBurst, burst)
            }
        }
        return (total, largestBurst)
    }

    @Test(arguments: [(120_000, 100), (1_200_000, 100), (1_200_000, 10), (12_000, 50)])
    func theRateIsFiveQuartersOfTheWindowPerRoundTrip(window: Int, milliseconds: Int) {
        let outcome = Self.run(window: window, roundTrip: .milliseconds(Int64(milliseconds)))
        let expected = window * 1_000 / milliseconds * 5 / 4
        #expect(abs(outcome.byteCount - expected) < expected / 20 + 12_000)
        #expect(outcome.burst <= max(12_000, expected / 500) + 1_200)
    }

    @Test func aFastPathGetsLargeButBoundedBursts() {
        let outcome = Self.run(window: 8 << 20, roundTrip: .milliseconds(1))
        #expect(outcome.burst <= 65 * 1_200)
        #expect(outcome.byteCount > 1 << 30)
    }
}
