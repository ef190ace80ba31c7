// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Simulation
import Testing

@Suite struct EventQueueTests {
    @Test func eventsComeInOrderOfTimeThenOfInsertion() {
        var random = SplitMix64(seed: 11)
        var queue = EventQueue<Int>()
        var expected: [(at: UInt64, number: Int)] = []
        for number in 0..<2000 {
            let at = UInt64.random(in: 0..<200, using: &random)
            queue.insert(number, at: Instant(nanoseconds: at))
            expected.append((at, number))
        }
        expected.sort { ($0.at, $0.number) < ($1.at, $1.number) }
        var numbers: [Int] = []
        while let next = queue.popNext(until: .distantFuture) { numbers.append(next.payload) }
        #expect(numbers == expected.map(\.number))
        #expect(queue.count == 0 && queue.nextInstant == nil)
    }

    @Test func insertingBetweenTakingKeepsTheOrder() {
        var random = SplitMix64(seed: 12)
        var queue = EventQueue<UInt64>()
        var now: UInt64 = 0
        for _ in 0..<3000 {
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let at = now + UInt64.random(in: 0..<50, using: &random)
                queue.insert(at, at: Instant(nanoseconds: at))
            }
            guard let next = queue.popNext(until: .distantFuture) else { continue }
            #expect(next.at.nanoseconds == next.payload && next.payload >= now)
            now = next.payload
        }
    }

    @Test func nothingIsTakenBeforeItsTime() {
        var queue = EventQueue<String>()
        queue.insert("later", at: Instant(nanoseconds: 10))
        #expect(queue.popNext(until: Instant(nanoseconds: 9)) == nil)
        #expect(queue.popNext(until: Instant(nanoseconds: 10))?.payload == "later")
        #expect(queue.popNext(until: .distantFuture) == nil)
    }
}
