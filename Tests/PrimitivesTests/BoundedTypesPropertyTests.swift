// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import TestVectors
import Testing

@Suite struct BoundedTypesPropertyTests {
    /// Against a plain array with the same rules.
    @Test(arguments: [OverflowPolicy.dropNewest, .dropOldest])
    func aBoundedQueueBehavesLikeItsModel(policy: OverflowPolicy) {
        var random = TestRandom("bounded queue")
        for capacity in [1, 2, 7] {
            var queue = BoundedQueue<Int>(capacity: capacity, policy: policy)
            var model: [Int] = []
            var droppedCount: UInt64 = 0
            for value in 0..<2000 {
                if Int.random(in: 0..<3, using: &random) > 0 {
                    let isFull = model.count == capacity
                    let isWhole = queue.enqueue(value)
                    #expect(isWhole == !isFull, "\(TestSeed.note)")
                    if isFull { droppedCount += 1 }
                    if isFull, policy == .dropOldest { model.removeFirst() }
                    if !isFull || policy == .dropOldest { model.append(value) }
                } else {
                    let expected = model.isEmpty ? nil : model.removeFirst()
                    let dequeued = queue.dequeue()
                    #expect(dequeued == expected, "\(TestSeed.note)")
                }
                #expect(queue.count == model.count && queue.count <= capacity && queue.isEmpty == model.isEmpty)
                #expect(queue.droppedCount == droppedCount, "\(TestSeed.note)")
            }
            queue.removeAll()
            #expect(queue.isEmpty)
        }
    }

    /// Against a list of (key, value, time): capacity, lifetime, youth by insertion, and the eviction counter.
    @Test func anExpiringCacheBehavesLikeItsModel() {
        var random = TestRandom("expiring cache")
        for capacity in [1, 3, 40] {
            var cache = ExpiringCache<Int, Int>(capacity: capacity, lifetime: .seconds(50))
            var model: [(key: Int, value: Int, insertedAt: Instant)] = []
            var evictedCount: UInt64 = 0
            var now = Instant.epoch
            for step in 0..<3000 {
                now = now + .seconds(Int64.random(in: 0...3, using: &random))
                let key = Int.random(in: 0..<60, using: &random)
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<6:
                    cache.insert(step, for: key, now: now)
                    model.removeAll { $0.key == key }
                    model.append((key, step, now))
                    if model.count > capacity {
                        model.removeFirst()
                        evictedCount += 1
                    }
                case 6:
                    let expected = model.first { $0.key == key }?.value
                    let removed = cache.remove(key)
                    #expect(removed == expected, "\(TestSeed.note)")
                    model.removeAll { $0.key == key }
                case 7:
                    let expiredCount = model.count { now - $0.insertedAt >= .seconds(50) }
                    let sweptCount = cache.sweep(now: now)
                    #expect(sweptCount == expiredCount, "\(TestSeed.note)")
                    model.removeAll { now - $0.insertedAt >= .seconds(50) }
                case 8:
                    cache.update(key, now: now) { $0 += 1 }
                    for index in model.indices
                    where model[index].key == key && now - model[index].insertedAt < .seconds(50) {
                        model[index].value += 1
                    }
                default:
                    let live = model.filter { now - $0.insertedAt < .seconds(50) }
                    #expect(cache.keys(now: now) == live.map(\.key), "\(TestSeed.note)")
                }
                let entry = model.first { $0.key == key && now - $0.insertedAt < .seconds(50) }
                #expect(cache.value(for: key, now: now) == entry?.value, "\(TestSeed.note)")
                #expect(cache.insertionInstant(of: key, now: now) == entry?.insertedAt, "\(TestSeed.note)")
                #expect(cache.count == model.count && cache.count <= capacity, "\(TestSeed.note)")
                #expect(cache.evictedCount == evictedCount, "\(TestSeed.note)")
            }
        }
    }

    /// Over any stretch of time a bucket gives at most burst + rate × time.
    @Test func aTokenBucketNeverGivesMoreThanItsRate() {
        var random = TestRandom("token bucket")
        for _ in 0..<50 {
            let rate = Double.random(in: 0.5...50, using: &random)
            let burst = Double.random(in: 1...20, using: &random)
            var bucket = TokenBucket(tokensPerSecond: rate, burst: burst, now: .epoch)
            var now = Instant.epoch
            var given = 0.0
            for _ in 0..<500 {
                now = now + .milliseconds(Int64.random(in: 0...200, using: &random))
                let count = Double(Int.random(in: 1...3, using: &random))
                if bucket.take(count, now: now) { given += count }
                #expect(given <= burst + rate * (now - .epoch).seconds + 1e-6, "\(TestSeed.note)")
            }
            // Nothing is lost either: after a long rest exactly one burst is there.
            now = now + .seconds(1000)
            let isWholeBurstThere = bucket.take(burst, now: now)
            let isMoreThere = bucket.take(1, now: now)
            #expect(isWholeBurstThere && !isMoreThere, "\(TestSeed.note)")
        }
    }

    @Test func aClockThatStandsStillOrJumpsBackGivesNothing() {
        var bucket = TokenBucket(tokensPerSecond: 1000, burst: 1, now: .epoch + .seconds(10))
        let taken = [10, 5, 10, 11].map { bucket.take(now: .epoch + .seconds($0)) }
        #expect(taken == [true, false, false, true])
    }

    @Test func secureRandomIsNotConstantAndRespectsBounds() {
        var random = SystemSecureRandom()
        let (first, second) = (random.bytes(32), random.bytes(32))
        #expect(first != second)
        let byteCounts = [0, 1, 7, 8, 9, 33]
        let counts = byteCounts.map { random.bytes($0).count }
        #expect(counts == byteCounts)
        for bound in [1, 2, 10] as [UInt64] {
            let values = (0..<50).map { _ in random.next(below: bound) }
            #expect(values.allSatisfy { $0 < bound })
        }
    }

    @Test func instantsSaturateForEverySpan() {
        for count in [Int64.min, Int64.min + 1, -1, 0, 1, Int64.max] {
            let span = Nanoseconds(count)
            for instant in [Instant.epoch, Instant(nanoseconds: 5), Instant.distantFuture] {
                let later = instant + span
                let earlier = instant - span
                #expect(count >= 0 ? later >= instant : later <= instant)
                #expect(count >= 0 ? earlier <= instant : earlier >= instant)
            }
        }
    }
}
