// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@testable import QUICCore

/// BBR against an ideal path: a rate, a round trip, no queue.
struct BBRTests {
    private struct Path {
        var bbr = BBR(datagramByteCount: 1200)
        let bytesPerSecond: Double
        let roundTrip: Nanoseconds
        var now = Instant.epoch + .seconds(1)
        private var delivered = 0

        init(bytesPerSecond: Double, roundTrip: Nanoseconds) {
            self.bytesPerSecond = bytesPerSecond
            self.roundTrip = roundTrip
        }

        var product: Double { self.bytesPerSecond * self.roundTrip.seconds }

        /// A round trip: everything the window and the path allow is acknowledged in pieces, `lost` of it is not.
        mutating func round(lost: Double = 0, isApplicationLimited: Bool = false) {
            let pace = Double(self.bbr.pacingWindow(roundTrip: self.roundTrip)) * 1.25
            let sent = min(Double(self.bbr.window), pace)
            let prior = self.delivered
            let arrived = min(sent, self.product) * (1 - lost)
            if lost > 0 {
                self.bbr.congestionDetected(
                    CongestionSignal(
                        sentAt: self.now,
                        byteCount: Int(min(sent, self.product) * lost),
                        bytesInFlight: Int(sent),
                        isMarked: false,
                        now: self.now
                    )
                )
            }
            var estimator = RoundTripEstimator()
            estimator.addSample(self.roundTrip, acknowledgementDelay: .zero, now: self.now)
            self.now = self.now + self.roundTrip + .microseconds(1)
            self.delivered += Int(arrived)
            self.bbr.acknowledged(
                CongestionAcknowledgement(
                    byteCount: Int(arrived),
                    bytesInFlight: Int(max(0, sent - self.product)),
                    newestSentAt: self.now - self.roundTrip,
                    roundTrip: estimator,
                    sample: DeliverySample(
                        bytesPerSecond: arrived / self.roundTrip.seconds,
                        priorByteCount: prior,
                        isApplicationLimited: isApplicationLimited
                    ),
                    now: self.now
                )
            )
        }
    }

    @Test func theStartFindsTheRateOfThePath() {
        var path = Path(bytesPerSecond: 10_000_000, roundTrip: .milliseconds(50))
        for _ in 0..<20 { path.round() }
        #expect(abs(path.bbr.bytesPerSecond - 10_000_000) < 100_000)
        #expect(Double(path.bbr.window) > path.product)
        #expect(Double(path.bbr.window) < 2.2 * path.product)
    }

    @Test func aFewLossesChangeNothing() {
        var path = Path(bytesPerSecond: 10_000_000, roundTrip: .milliseconds(50))
        for _ in 0..<20 { path.round() }
        let window = path.bbr.window
        for _ in 0..<20 { path.round(lost: 0.02) }
        #expect(Double(path.bbr.window) > 0.95 * Double(window))
    }

    @Test func manyLossesCapWhatIsInFlight() {
        var path = Path(bytesPerSecond: 10_000_000, roundTrip: .milliseconds(50))
        for _ in 0..<20 { path.round() }
        let window = path.bbr.window
        path.round(lost: 0.3)
        #expect(path.bbr.window < window)
        #expect(Double(path.bbr.window) >= 0.6 * path.product)
    }

    @Test func anOldShortestRoundTripIsMeasuredAnewWithLittleInFlight() {
        var path = Path(bytesPerSecond: 10_000_000, roundTrip: .milliseconds(50))
        for _ in 0..<20 { path.round() }
        var smallest = Int.max
        // The same round trip again keeps the measurement fresh, a longer one does not.
        var longer = Path(bytesPerSecond: 10_000_000, roundTrip: .milliseconds(60))
        longer.bbr = path.bbr
        longer.now = path.now
        for _ in 0..<200 {
            longer.round()
            smallest = min(smallest, longer.bbr.window)
        }
        #expect(Double(smallest) < 0.55 * longer.product)
        #expect(Double(longer.bbr.window) > path.product)
    }

    @Test func whatTheApplicationDoesNotSendIsNoLimitOfThePath() {
        var path = Path(bytesPerSecond: 10_000_000, roundTrip: .milliseconds(50))
        for _ in 0..<10 { path.round(isApplicationLimited: true) }
        #expect(path.bbr.pacingWindow(roundTrip: .milliseconds(50)) > path.bbr.window / 4)
        for _ in 0..<20 { path.round() }
        #expect(abs(path.bbr.bytesPerSecond - 10_000_000) < 100_000)
    }

    @Test func persistentCongestionLeavesFourDatagrams() {
        var path = Path(bytesPerSecond: 10_000_000, roundTrip: .milliseconds(50))
        for _ in 0..<20 { path.round() }
        path.bbr.persistentCongestionDetected()
        #expect(path.bbr.window == 4 * 1200)
    }
}
