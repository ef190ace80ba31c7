// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@testable import X0X

/// Publishers wait for a node that is behind, and not for ever (spec 04 check 19).
@Suite(.timeLimit(.minutes(1))) struct HeldPublisherTests {
    private let start = Instant.epoch + .seconds(1)

    @Test func aNodeThatIsBehindHoldsPublishersUntilItHasCaughtUp() async {
        var held = HeldPublishers()
        #expect(!held.mustWait(depth: HeldPublishers.depthToHold - 1))
        #expect(held.mustWait(depth: HeldPublishers.depthToHold))
        await withCheckedContinuation { publisher in
            held.add(publisher, now: self.start)
            let early = held.take(depth: HeldPublishers.depthToRelease + 1, now: self.start + .milliseconds(499))
            #expect(early.isEmpty)
            let released = held.take(depth: HeldPublishers.depthToRelease, now: self.start + .milliseconds(499))
            #expect(released.count == 1 && held.isEmpty)
            for publisher in released { publisher.resume() }
        }
    }

    @Test func spec04_check19_nobodyWaitsLongerThanHalfASecond() async {
        var held = HeldPublishers()
        await withCheckedContinuation { publisher in
            held.add(publisher, now: self.start)
            let released = held.take(depth: 10_000, now: self.start + HeldPublishers.waitMax)
            #expect(released.count == 1 && held.isEmpty)
            for publisher in released { publisher.resume() }
        }
    }
}
