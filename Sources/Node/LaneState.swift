// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule

/// A producer that waits for room, with the element it wants to hand over in the queue of waiters.
struct LaneProducer: Sendable {
    let ticket: UInt64
    let continuation: CheckedContinuation<LaneAdmission, Never>
}

/// The consumer's wake-up together with what it gets; resumed after the lock is released.
struct LaneWakeUp<Element: Sendable>: Sendable {
    let continuation: CheckedContinuation<Element?, Never>
    let element: Element?

    func resume() { self.continuation.resume(returning: self.element) }
}

/// What a receive leads to.
enum LaneReceive<Element> {
    case element(Element)
    case end
    case waiting
}

/// Everything behind the lock of a ``Lane``: decisions only, continuations are resumed by the caller afterwards.
///
/// Invariants: a consumer waits only while the queue is empty; producers wait only while it is full.
struct LaneState<Element: Sendable>: Sendable {
    private typealias Waiting = (producer: LaneProducer, element: Element, byteCount: Int)

    private var queue: CappedQueue<Element>
    private var waitingProducers: Deque<Waiting> = []  // ≤ waitingCountMax
    private var consumer: CheckedContinuation<Element?, Never>?
    private var isFinished = false
    private var lastTicket: UInt64 = 0
    private var counters = LaneStatistics()
    private let overflow: LaneOverflow

    init(limits: QueueLimits, overflow: LaneOverflow) {
        self.queue = CappedQueue(limits: limits)
        self.overflow = overflow
    }

    var statistics: LaneStatistics {
        var statistics = self.counters
        statistics.queuedCount = self.queue.count
        statistics.queuedByteCount = self.queue.byteCount
        return statistics
    }

    var hasWaitingConsumer: Bool { self.consumer != nil }
    var waitingProducerCount: Int { self.waitingProducers.count }

    mutating func newTicket() -> UInt64 {
        self.lastTicket += 1
        return self.lastTicket
    }

    mutating func offer(_ element: Element, byteCount: Int) -> (LaneAdmission, LaneWakeUp<Element>?) {
        guard !self.isFinished else { return (.finished, nil) }
        if let consumer = self.consumer, self.queue.canEverFit(byteCount: byteCount) {
            self.consumer = nil
            self.counters.acceptedTotal += 1
            self.counters.deliveredTotal += 1
            return (.accepted, LaneWakeUp(continuation: consumer, element: element))
        }
        // Producers that already wait come first, even where a smaller element would still fit.
        if self.waitingProducers.isEmpty, self.queue.fits(byteCount: byteCount) {
            self.enqueue(element, byteCount: byteCount)
            return (.accepted, nil)
        }
        guard self.overflow == .dropOldest, self.queue.canEverFit(byteCount: byteCount) else {
            self.counters.droppedTotal += 1
            return (.refused, nil)
        }
        let droppedCount = self.queue.makeRoom(forByteCount: byteCount)
        self.counters.droppedTotal += droppedCount
        self.enqueue(element, byteCount: byteCount)
        return (.acceptedDroppingOldest(droppedCount), nil)
    }

    /// Like ``offer(_:byteCount:)``, but registers the producer where the policy lets it wait: then the admission is `nil`.
    mutating func send(
        _ element: Element,
        byteCount: Int,
        as producer: LaneProducer,
        isCancelled: Bool
    ) -> (LaneAdmission?, LaneWakeUp<Element>?) {
        guard !isCancelled else { return (.cancelled, nil) }
        if case .suspendProducer(let waitingCountMax) = self.overflow, !self.isFinished, self.consumer == nil,
            !self.waitingProducers.isEmpty || !self.queue.fits(byteCount: byteCount),
            self.queue.canEverFit(byteCount: byteCount), self.waitingProducers.count < waitingCountMax
        {
            self.waitingProducers.append((producer, element, byteCount))
            return (nil, nil)
        }
        return self.offer(element, byteCount: byteCount)
    }

    /// Takes the next element, or registers the consumer; also returns the producers whose elements got in.
    mutating func receive(
        _ continuation: CheckedContinuation<Element?, Never>,
        isCancelled: Bool
    ) -> (LaneReceive<Element>, admitted: [LaneProducer]) {
        guard !isCancelled else { return (.end, []) }
        if let element = self.queue.popFirst() {
            self.counters.deliveredTotal += 1
            return (.element(element), self.admitWaitingProducers())
        }
        guard !self.isFinished else { return (.end, []) }
        precondition(self.consumer == nil, "a lane has one consumer")
        self.consumer = continuation
        return (.waiting, [])
    }

    mutating func finish() -> (LaneWakeUp<Element>?, [LaneProducer]) {
        guard !self.isFinished else { return (nil, []) }
        self.isFinished = true
        let producers = self.waitingProducers.map(\.producer)
        self.counters.droppedTotal += UInt64(producers.count)
        self.waitingProducers.removeAll()
        let wakeUp = self.removeConsumer().map { LaneWakeUp<Element>(continuation: $0, element: nil) }
        return (wakeUp, producers)
    }

    mutating func removeProducer(_ ticket: UInt64) -> LaneProducer? {
        guard let index = self.waitingProducers.firstIndex(where: { $0.producer.ticket == ticket }) else { return nil }
        self.counters.droppedTotal += 1
        return self.waitingProducers.remove(at: index).producer
    }

    mutating func removeConsumer() -> CheckedContinuation<Element?, Never>? {
        defer { self.consumer = nil }
        return self.consumer
    }

    private mutating func admitWaitingProducers() -> [LaneProducer] {
        var admitted: [LaneProducer] = []
        while let first = self.waitingProducers.first, self.queue.fits(byteCount: first.byteCount) {
            self.waitingProducers.removeFirst()
            self.enqueue(first.element, byteCount: first.byteCount)
            admitted.append(first.producer)
        }
        return admitted
    }

    private mutating func enqueue(_ element: Element, byteCount: Int) {
        self.queue.append(element, byteCount: byteCount)
        self.counters.acceptedTotal += 1
        self.counters.queuedCountHighWater = max(self.counters.queuedCountHighWater, self.queue.count)
    }
}
