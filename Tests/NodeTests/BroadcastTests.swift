// SPDX-License-Identifier: MIT OR Apache-2.0

import Node
import Testing

@Suite(.timeLimit(.minutes(1))) struct BroadcastTests {
    @Test func everySubscriberSeesEverythingFromItsSubscriptionOn() async throws {
        let broadcast = Broadcast<Int>(subscriberCountMax: 4)
        broadcast.publish(0)
        let first = try broadcast.subscribe(capacity: 10)
        broadcast.publish(1)
        let second = try broadcast.subscribe(capacity: 10)
        broadcast.publish(2)
        broadcast.finish()
        broadcast.publish(3)
        #expect(await first.collect() == [.element(1), .element(2)])
        #expect(await second.collect() == [.element(2)])
        #expect(broadcast.statistics.publishedTotal == 3)
    }

    @Test func aSlowSubscriberLosesItsOldestAndIsToldHowMany() async throws {
        let broadcast = Broadcast<Int>(subscriberCountMax: 4)
        let slow = try broadcast.subscribe(capacity: 2)
        let roomy = try broadcast.subscribe(capacity: 100)
        for value in 1...5 { broadcast.publish(value) }
        var iterator = slow.makeAsyncIterator()
        #expect(await iterator.next() == .lagged(3))
        #expect(await iterator.next() == .element(4))
        // Lost again: reported again, for the new gap only.
        for value in 6...8 { broadcast.publish(value) }
        #expect(await iterator.next() == .lagged(2))
        #expect(await iterator.next() == .element(7))
        broadcast.finish()
        #expect(await slow.collect() == [.element(8)])
        #expect(await roomy.collect() == (1...8).map { .element($0) })
        #expect(broadcast.statistics.laggedTotal == 5)
    }

    @Test func bytesAreCappedToo() async throws {
        let broadcast = Broadcast<[UInt8]>(subscriberCountMax: 1) { $0.count }
        let subscription = try broadcast.subscribe(limits: QueueLimits(count: 10, byteCount: 4))
        for element in [[1, 2], [3, 4], [5]] as [[UInt8]] { broadcast.publish(element) }
        broadcast.finish()
        #expect(await subscription.collect() == [.lagged(1), .element([3, 4]), .element([5])])
    }

    @Test func subscribersAreCappedAndDroppedOnesMakeRoom() throws {
        let broadcast = Broadcast<Int>(subscriberCountMax: 2)
        let kept = try broadcast.subscribe(capacity: 1)
        do {
            let dropped = try broadcast.subscribe(capacity: 1)
            #expect(throws: BroadcastError.tooManySubscribers(limit: 2)) { try broadcast.subscribe(capacity: 1) }
            withExtendedLifetime(dropped) {}
        }
        #expect(broadcast.statistics.subscriberCount == 1)
        let next = try broadcast.subscribe(capacity: 1)
        next.cancel()
        #expect(broadcast.statistics.subscriberCount == 1 && broadcast.statistics.refusedSubscriberTotal == 1)
        withExtendedLifetime(kept) {}
        broadcast.finish()
        #expect(throws: BroadcastError.finished) { try broadcast.subscribe(capacity: 1) }
    }

    @Test func waitingReadersWakeOnElementFinishCancelAndTaskCancellation() async throws {
        let broadcast = Broadcast<Int>(subscriberCountMax: 4)
        let reader = try broadcast.subscribe(capacity: 1)
        let element = Task { await reader.first() }
        try await eventually { broadcast.waitingReaderCount == 1 }
        broadcast.publish(7)
        #expect(await element.value == .element(7))
        let cancelledTask = Task { await reader.first() }
        try await eventually { broadcast.waitingReaderCount == 1 }
        cancelledTask.cancel()
        #expect(await cancelledTask.value == nil)
        let unsubscribed = Task { await reader.first() }
        try await eventually { broadcast.waitingReaderCount == 1 }
        reader.cancel()
        #expect(await unsubscribed.value == nil)
        let last = try broadcast.subscribe(capacity: 1)
        let finished = Task { await last.first() }
        try await eventually { broadcast.waitingReaderCount == 1 }
        broadcast.finish()
        #expect(await finished.value == nil)
    }

    @Test func allSubscribersSeeOneOrder() async throws {
        let broadcast = Broadcast<Int>(subscriberCountMax: 3)
        let subscriptions = try (0..<3).map { _ in try broadcast.subscribe(capacity: 4000) }
        let readers = subscriptions.map { subscription in Task { await subscription.collect() } }
        await withDiscardingTaskGroup { group in
            for producer in 0..<4 {
                group.addTask { for index in 0..<500 { broadcast.publish(producer * 1000 + index) } }
            }
        }
        broadcast.finish()
        let first = await readers[0].value
        #expect(first.count == 2000)
        for reader in readers { #expect(await reader.value == first) }
    }
}

extension BroadcastSubscription {
    func collect() async -> [FeedItem<Element>] {
        var items: [FeedItem<Element>] = []
        for await item in self { items.append(item) }
        return items
    }

    func first() async -> FeedItem<Element>? {
        var iterator = self.makeAsyncIterator()
        return await iterator.next()
    }
}
