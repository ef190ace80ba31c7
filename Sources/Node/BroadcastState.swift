// SPDX-License-Identifier: MIT OR Apache-2.0

/// A reader's wake-up with what it gets; resumed after the lock is released.
struct BroadcastWakeUp<Element: Sendable>: Sendable {
    let continuation: CheckedContinuation<FeedItem<Element>?, Never>
    let item: FeedItem<Element>?

    func resume() { self.continuation.resume(returning: self.item) }
}

/// Everything behind the lock of a ``Broadcast``: decisions only, continuations are resumed by the caller afterwards.
struct BroadcastState<Element: Sendable>: Sendable {
    private struct Subscriber: Sendable {
        var queue: CappedQueue<Element>
        var laggedCount: UInt64 = 0  // dropped at the front of the queue and not yet reported
        var reader: CheckedContinuation<FeedItem<Element>?, Never>?  // waits only while queue and lag are empty

        /// Queues an element; returns how many were lost for it, itself included when it can never fit.
        mutating func enqueue(_ element: Element, byteCount: Int) -> UInt64 {
            // What lies in front of a lost element must not be reported as received after it: drop oldest first.
            let droppedCount = self.queue.makeRoom(forByteCount: byteCount)
            self.laggedCount += droppedCount
            guard self.queue.fits(byteCount: byteCount) else {
                self.laggedCount += 1
                return droppedCount + 1
            }
            self.queue.append(element, byteCount: byteCount)
            return droppedCount
        }

        /// The lag comes before the elements: it was at the front of the queue.
        mutating func next() -> FeedItem<Element>? {
            if self.laggedCount > 0 {
                defer { self.laggedCount = 0 }
                return .lagged(self.laggedCount)
            }
            return self.queue.popFirst().map { .element($0) }
        }
    }

    private var subscribers: [UInt64: Subscriber] = [:]  // ≤ subscriberCountMax
    private var lastID: UInt64 = 0
    private var isFinished = false
    private var counters = BroadcastStatistics()
    private let subscriberCountMax: Int

    init(subscriberCountMax: Int) { self.subscriberCountMax = subscriberCountMax }

    var statistics: BroadcastStatistics {
        var statistics = self.counters
        statistics.subscriberCount = self.subscribers.count
        return statistics
    }

    var waitingReaderCount: Int { self.subscribers.values.count { $0.reader != nil } }

    mutating func subscribe(limits: QueueLimits) -> Result<UInt64, BroadcastError> {
        guard !self.isFinished else { return .failure(.finished) }
        guard self.subscribers.count < self.subscriberCountMax else {
            self.counters.refusedSubscriberTotal += 1
            return .failure(.tooManySubscribers(limit: self.subscriberCountMax))
        }
        self.lastID += 1
        self.subscribers[self.lastID] = Subscriber(queue: CappedQueue(limits: limits))
        return .success(self.lastID)
    }

    mutating func publish(_ element: Element, byteCount: Int) -> [BroadcastWakeUp<Element>] {
        guard !self.isFinished else { return [] }
        self.counters.publishedTotal += 1
        var wakeUps: [BroadcastWakeUp<Element>] = []
        // Order does not matter here: every subscriber has a queue of its own.
        for id in self.subscribers.keys {
            if let reader = self.subscribers[id]?.reader {
                self.subscribers[id]?.reader = nil
                wakeUps.append(BroadcastWakeUp(continuation: reader, item: .element(element)))
            } else {
                self.counters.laggedTotal += self.subscribers[id]?.enqueue(element, byteCount: byteCount) ?? 0
            }
        }
        return wakeUps
    }

    mutating func receive(
        _ id: UInt64,
        _ continuation: CheckedContinuation<FeedItem<Element>?, Never>,
        isCancelled: Bool
    ) -> LaneReceive<FeedItem<Element>> {
        guard !isCancelled, self.subscribers[id] != nil else { return .end }
        if let item = self.subscribers[id]?.next() { return .element(item) }
        guard !self.isFinished else { return .end }
        precondition(self.subscribers[id]?.reader == nil, "a subscription has one reader")
        self.subscribers[id]?.reader = continuation
        return .waiting
    }

    mutating func removeReader(_ id: UInt64) -> BroadcastWakeUp<Element>? {
        guard let reader = self.subscribers[id]?.reader else { return nil }
        self.subscribers[id]?.reader = nil
        return BroadcastWakeUp(continuation: reader, item: nil)
    }

    mutating func unsubscribe(_ id: UInt64) -> BroadcastWakeUp<Element>? {
        let wakeUp = self.removeReader(id)
        self.subscribers[id] = nil
        return wakeUp
    }

    mutating func finish() -> [BroadcastWakeUp<Element>] {
        self.isFinished = true
        return self.subscribers.keys.compactMap { self.removeReader($0) }
    }
}
