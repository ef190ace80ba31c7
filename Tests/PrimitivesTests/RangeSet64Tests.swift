// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Testing

@Suite struct RangeSet64Tests {
    @Test func behavesLikeASetOfIntegers() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<300 {
            var ranges = RangeSet64()
            var model: Set<UInt64> = []
            for _ in 0..<60 {
                let low = UInt64.random(in: 0..<50, using: &random)
                let range = low..<low + UInt64.random(in: 0..<8, using: &random)
                if Bool.random(using: &random) {
                    ranges.insert(range)
                    model.formUnion(range)
                } else {
                    ranges.remove(range)
                    model.subtract(range)
                }
                #expect(Set(ranges.ranges.flatMap { Array($0) }) == model)
                #expect(ranges.minimum == model.min() && ranges.maximum == model.max())
                let pairs = zip(ranges.ranges, ranges.ranges.dropFirst())
                #expect(pairs.allSatisfy { $0.upperBound < $1.lowerBound }, "ranges touch or are out of order")
                for value in 0..<60 as Range<UInt64> { #expect(ranges.contains(value) == model.contains(value)) }
            }
        }
    }
}

@Suite struct ExpiringCacheTests {
    @Test func entriesExpireAndTheOldestMakesRoom() {
        var cache = ExpiringCache<Int, String>(capacity: 2, lifetime: .seconds(10))
        cache.insert("a", for: 1, now: .epoch)
        cache.insert("b", for: 2, now: .epoch + .seconds(1))
        #expect(cache.value(for: 1, now: .epoch + .seconds(9)) == "a")
        #expect(cache.value(for: 1, now: .epoch + .seconds(10)) == nil)
        cache.insert("c", for: 3, now: .epoch + .seconds(2))
        #expect(cache.value(for: 1, now: .epoch + .seconds(2)) == nil)
        #expect(cache.evictedCount == 1)
        #expect(cache.keys(now: .epoch + .seconds(2)) == [2, 3])
        let swept = cache.sweep(now: .epoch + .seconds(11))
        #expect(swept == 1)
        #expect(cache.count == 1)
    }

    @Test func reinsertingMakesAnEntryTheYoungestAndMemoryStaysBounded() {
        var cache = ExpiringCache<Int, Int>(capacity: 3, lifetime: .seconds(100))
        for round in 0..<10_000 { cache.insert(round, for: round % 3, now: Instant(nanoseconds: UInt64(round))) }
        #expect(cache.count == 3)
        #expect(cache.evictedCount == 0)
        cache.insert(0, for: 9, now: .epoch + .seconds(1))
        #expect(cache.count == 3)
        #expect(cache.evictedCount == 1)
    }
}

@Suite struct BoundedQueueTests {
    @Test func theCapHoldsUnderBothPolicies() {
        var newest = BoundedQueue<Int>(capacity: 2, policy: .dropNewest)
        var oldest = BoundedQueue<Int>(capacity: 2, policy: .dropOldest)
        for value in 1...3 {
            newest.enqueue(value)
            oldest.enqueue(value)
        }
        let first = (newest.dequeue(), oldest.dequeue())
        #expect(first == (1, 2))
        #expect(newest.droppedCount == 1 && newest.count == 1)
        #expect(oldest.droppedCount == 1 && oldest.count == 1)
    }
}

@Suite struct TokenBucketTests {
    @Test func tokensAreSpentAndComeBack() {
        var bucket = TokenBucket(tokensPerSecond: 2, burst: 3, now: .epoch)
        var taken: [Bool] = []
        for _ in 0..<4 { taken.append(bucket.take(now: .epoch)) }
        for _ in 0..<2 { taken.append(bucket.take(now: .epoch + .milliseconds(500))) }
        taken.append(bucket.take(3, now: .epoch + .seconds(60)))
        #expect(taken == [true, true, true, false, true, false, true])
    }
}
