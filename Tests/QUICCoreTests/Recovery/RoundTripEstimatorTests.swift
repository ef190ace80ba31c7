// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@testable import QUICCore

@Suite struct RoundTripEstimatorTests {
    @Test func theInitialGuessIs333Milliseconds() {
        let estimator = RoundTripEstimator()
        #expect(estimator.smoothed == .milliseconds(333))
        // 333 + 4 × 166.5 ms.
        #expect(estimator.probeTimeout(maxAckDelay: .zero) == .milliseconds(999))
    }

    @Test func theFirstSampleReplacesTheGuess() {
        var estimator = RoundTripEstimator()
        estimator.addSample(.milliseconds(100), acknowledgementDelay: .milliseconds(50), now: .epoch)
        #expect(estimator.smoothed == .milliseconds(100))
        #expect(estimator.variation == .milliseconds(50))
        #expect(estimator.minimum == .milliseconds(100))
        #expect(estimator.firstSampleAt == .epoch)
    }

    @Test func laterSamplesAreWeightedAndTheDelayIsTakenOffOnlyAboveTheMinimum() {
        var estimator = RoundTripEstimator()
        estimator.addSample(.milliseconds(100), acknowledgementDelay: .zero, now: .epoch)
        estimator.addSample(.milliseconds(140), acknowledgementDelay: .milliseconds(20), now: .epoch)
        #expect(estimator.smoothed == .microseconds(102_500))
        #expect(estimator.variation == .microseconds(42_500))
        // 110 − 20 would be below the minimum: the delay is not believed.
        estimator.addSample(.milliseconds(110), acknowledgementDelay: .milliseconds(20), now: .epoch)
        #expect(estimator.latest == .milliseconds(110))
        #expect(estimator.smoothed == Nanoseconds(103_437_500))
        #expect(estimator.minimum == .milliseconds(100))
    }

    @Test func timersNeverGoBelowOneMillisecond() {
        var estimator = RoundTripEstimator()
        for _ in 0..<100 { estimator.addSample(.microseconds(50), acknowledgementDelay: .zero, now: .epoch) }
        #expect(estimator.lossDelay == .milliseconds(1))
        #expect(estimator.probeTimeout(maxAckDelay: .milliseconds(25)) == .microseconds(26_050))
        estimator.addSample(.milliseconds(80), acknowledgementDelay: .zero, now: .epoch)
        #expect(estimator.lossDelay == .milliseconds(90))
    }
}
