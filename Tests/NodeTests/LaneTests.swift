// SPDX-License-Identifier: MIT OR Apache-2.0

import Node
import Testing

/// Waits until a condition holds; the suite's time limit is the deadline.
func eventually(_ condition: () -> Bool) async throws {
    while !condition() {
        try Task.checkCancellation()
        await Task.yield()
    }
}

@Suite(.timeLimit(.minutes(1))) struct LaneTests {
    @Test func elementsArriveInOrderAndTheLoopEndsAfterFinish() async {
        let lane = Lane<Int>(capacity: 10, overflow: .dropNewest)
        for value in 1...5 { #expect(lane.offer(value) == .accepted) }
        lane.finish()
        #expect(lane.offer(6) == .finished)
        var received: [Int] = []
        for await value in lane { received.append(value) }
        #expect(received == [1, 2, 3, 4, 5])
        #expect(lane.statistics.acceptedTotal == 5 && lane.statistics.deliveredTotal == 5)
        #expect(lane.statistics.queuedCountHighWater == 5 && lane.statistics.queuedCount == 0)
    }

    @Test func dropNewestRefusesOnePastTheCapAndCountsIt() async {
        let lane = Lane<Int>(capacity: 2, overflow: .dropNewest)
        #expect([1, 2, 3].map { lane.offer($0) } == [.accepted, .accepted, .refused])
        #expect(lane.statistics.droppedTotal == 1)
        lane.finish()
        #expect(await lane.collect() == [1, 2])
    }

    @Test func dropOldestMakesRoomAndCountsIt() async {
        let lane = Lane<Int>(capacity: 2, overflow: .dropOldest)
        #expect([1, 2, 3].map { lane.offer($0) } == [.accepted, .accepted, .acceptedDroppingOldest(1)])
        #expect(lane.statistics.droppedTotal == 1)
        lane.finish()
        #expect(await lane.collect() == [2, 3])
    }

    @Test func bytesAreCappedToo() async {
        let limits = QueueLimits(count: 10, byteCount: 8)
        let refusing = Lane<[UInt8]>(limits: limits, overflow: .dropNewest) { $0.count }
        #expect(
            [5, 3, 1].map { refusing.offer([UInt8](repeating: 0, count: $0)) } == [.accepted, .accepted, .refused]
        )
        #expect(refusing.statistics.queuedByteCount == 8)
        let rolling = Lane<[UInt8]>(limits: limits, overflow: .dropOldest) { $0.count }
        #expect(rolling.offer([1, 2, 3, 4]) == .accepted && rolling.offer([5, 6, 7, 8]) == .accepted)
        #expect(rolling.offer([9, 10, 11, 12, 13]) == .acceptedDroppingOldest(2))
        // Larger than the whole lane: refused without costing the others.
        #expect(rolling.offer([UInt8](repeating: 0, count: 9)) == .refused)
        rolling.finish()
        #expect(await rolling.collect() == [[9, 10, 11, 12, 13]])
    }

    @Test func aFullLaneSuspendsItsProducersInOrder() async throws {
        let lane = Lane<Int>(capacity: 1, overflow: .suspendProducer(waitingCountMax: 2))
        #expect(await lane.send(0) == .accepted)
        #expect(lane.offer(9) == .refused, "offer never waits")
        let first = Task { await lane.send(1) }
        try await eventually { lane.waitingProducerCount == 1 }
        let second = Task { await lane.send(2) }
        try await eventually { lane.waitingProducerCount == 2 }
        #expect(await lane.send(3) == .refused, "one past the cap on waiting producers")
        var iterator = lane.makeAsyncIterator()
        #expect(await iterator.next() == 0)
        #expect(await first.value == .accepted)
        #expect(await iterator.next() == 1)
        #expect(await iterator.next() == 2)
        #expect(await second.value == .accepted)
        #expect(lane.statistics.droppedTotal == 2 && lane.statistics.deliveredTotal == 3)
    }

    @Test func finishReleasesWaitingProducersAndConsumer() async throws {
        let full = Lane<Int>(capacity: 1, overflow: .suspendProducer(waitingCountMax: 1))
        full.offer(0)
        let producer = Task { await full.send(1) }
        try await eventually { full.waitingProducerCount == 1 }
        full.finish()
        #expect(await producer.value == .finished)
        #expect(await full.collect() == [0])
        let empty = Lane<Int>(capacity: 1, overflow: .dropNewest)
        let consumer = Task { await empty.collect() }
        try await eventually { empty.hasWaitingConsumer }
        empty.finish()
        #expect(await consumer.value.isEmpty)
    }

    @Test func cancellationReleasesBothSides() async throws {
        let lane = Lane<Int>(capacity: 1, overflow: .suspendProducer(waitingCountMax: 1))
        let consumer = Task { await lane.collect() }
        try await eventually { lane.hasWaitingConsumer }
        consumer.cancel()
        #expect(await consumer.value.isEmpty)
        // The lane itself lives on.
        #expect(lane.offer(0) == .accepted)
        let producer = Task { await lane.send(1) }
        try await eventually { lane.waitingProducerCount == 1 }
        producer.cancel()
        #expect(await producer.value == .cancelled)
        lane.finish()
        #expect(await lane.collect() == [0])
    }

    @Test func manyProducersLoseNothingUnderBackPressure() async {
        let lane = Lane<Int>(capacity: 3, overflow: .suspendProducer(waitingCountMax: 8))
        async let received = lane.collect()
        await withDiscardingTaskGroup { group in
            for producer in 0..<8 {
                group.addTask { for index in 0..<200 { await lane.send(producer * 1000 + index) } }
            }
        }
        lane.finish()
        let values = await received
        #expect(values.count == 1600 && Set(values).count == 1600)
        for producer in 0..<8 {
            let own = values.filter { $0 / 1000 == producer }
            #expect(own == own.sorted(), "the order of one producer is kept")
        }
        #expect(lane.statistics.queuedCountHighWater <= 3 && lane.statistics.droppedTotal == 0)
    }
}

extension Lane {
    func collect() async -> [Element] {
        var elements: [Element] = []
        for await element in self { elements.append(element) }
        return elements
    }
}
