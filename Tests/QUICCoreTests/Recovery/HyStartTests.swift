// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@testable import QUICCore

/// Slow start that ends in time (RFC 9406).
@Suite struct HyStartTests {
    /// Rounds of acknowledgements; the clock moves by a round trip each.
    private struct Script {
        var hyStart = HyStart()
        var now = Instant.epoch + .seconds(1)

        /// One round of `sampleCount` acknowledgements; returns what the last one allows.
        mutating func round(_ milliseconds: Int64, sampleCount: Int = 10) -> HyStart.Growth {
            let sentAt = self.now
            self.now = self.now + .milliseconds(milliseconds)
            var growth = HyStart.Growth.full
            for _ in 0..<sampleCount {
                growth = self.hyStart.acknowledged(
                    newestSentAt: sentAt,
                    roundTrip: .milliseconds(milliseconds),
                    now: self.now
                )
            }
            return growth
        }
    }

    @Test func aSteadyRoundTripLetsTheWindowGrow() {
        var script = Script()
        for _ in 0..<50 { #expect(script.round(100) == .full) }
    }

    @Test func aSmallRiseIsNoise() {
        var script = Script()
        _ = script.round(20)
        #expect(script.round(23) == .full, "4 ms is the smallest rise that counts")
    }

    /// RFC 9406 §4.2: five rounds of slower growth, then congestion avoidance.
    @Test func aRiseSlowsGrowthAndThenEndsSlowStart() {
        var script = Script()
        _ = script.round(100)
        #expect(script.round(113) == .conservative)
        for _ in 0..<4 { #expect(script.round(120) == .conservative) }
        #expect(script.round(120) == .ended)
        #expect(script.round(20) == .ended, "for good")
    }

    @Test func aFalseAlarmIsTakenBack() {
        var script = Script()
        _ = script.round(100)
        #expect(script.round(120) == .conservative)
        #expect(script.round(110) == .full)
    }

    @Test func fewSamplesSayNothing() {
        var script = Script()
        _ = script.round(100)
        #expect(script.round(200, sampleCount: HyStart.sampleCountMin - 1) == .full)
    }

    @Test func theWindowStaysBehindTheQueueInsteadOfOverflowingIt() {
        var cubic = Cubic(datagramByteCount: 1_200)
        var now = Instant.epoch + .seconds(1)
        // A path of 100 ms and 1.2 MB/s: above 120 kB in flight every byte waits in a queue.
        for _ in 0..<14 {
            let window = cubic.window
            let milliseconds = max(100, Int64(window) / 1_200)
            var estimator = RoundTripEstimator()
            estimator.addSample(.milliseconds(milliseconds), acknowledgementDelay: .zero, now: now)
            let sentAt = now
            now = now + .milliseconds(milliseconds)
            cubic.packetSent(bytesInFlight: window)
            for _ in 0..<10 {
                cubic.acknowledged(
                    byteCount: window / 10,
                    bytesInFlight: window / 2,
                    newestSentAt: sentAt,
                    roundTrip: estimator,
                    now: now
                )
            }
        }
        #expect(cubic.slowStartThreshold < .max, "slow start has ended without a loss")
        #expect(cubic.window < 1_000_000)
    }
}
