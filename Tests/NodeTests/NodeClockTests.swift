// SPDX-License-Identifier: MIT OR Apache-2.0

import Node
import Primitives
import Testing

@Suite(.timeLimit(.minutes(1))) struct SystemClockTests {
    @Test func timeMovesForwardAndSleepReachesItsDeadline() async throws {
        let clock = SystemClock()
        let start = clock.now()
        let deadline = start + .milliseconds(5)
        try await clock.sleep(until: deadline)
        #expect(clock.now() >= deadline)
        try await clock.sleep(until: start)  // in the past: returns at once
        #expect(clock.wallTime() > UnixMillis(seconds: 1_700_000_000))
    }

    @Test func aCancelledSleepThrows() async {
        let sleeper = Task { try await SystemClock().sleep(until: .distantFuture) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }
}
