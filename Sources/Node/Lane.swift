// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Synchronization

/// What a full ``Lane`` does with one more element.
package enum LaneOverflow: Hashable, Sendable {
    /// The new element is refused; for traffic that repairs itself, such as pub/sub.
    case dropNewest
    /// The oldest elements make room; for state of which only the newest matters.
    case dropOldest
    /// ``Lane/send(_:)`` waits for room; at most `waitingCountMax` producers wait, one more is refused.
    case suspendProducer(waitingCountMax: Int)
}

/// What became of an element handed to a ``Lane``.
package enum LaneAdmission: Hashable, Sendable {
    /// It is queued or already with the consumer.
    case accepted
    /// It is queued; this many older elements made room.
    case acceptedDroppingOldest(UInt64)
    /// The lane is full, or the element is larger than the whole lane; it was counted and is gone.
    case refused
    /// The lane is finished; the element is gone.
    case finished
    /// The sending task was cancelled while it waited for room; the element is gone.
    case cancelled

    /// Whether the consumer will see the element.
    package var isAccepted: Bool {
        switch self {
        case .accepted, .acceptedDroppingOldest: true
        case .refused, .finished, .cancelled: false
        }
    }
}

/// Counters of a ``Lane`` since its creation.
package struct LaneStatistics: Hashable, Sendable {
    /// Elements queued now.
    package internal(set) var queuedCount = 0
    /// Bytes queued now, as measured by the lane.
    package internal(set) var queuedByteCount = 0
    /// Largest number of elements queued at once.
    package internal(set) var queuedCountHighWater = 0
    /// Elements taken in.
    package internal(set) var acceptedTotal: UInt64 = 0
    /// Elements handed to the consumer.
    package internal(set) var deliveredTotal: UInt64 = 0
    /// Elements lost to the caps: refused ones, and old ones that made room.
    package internal(set) var droppedTotal: UInt64 = 0
}

/// A bounded queue from many producers to one consumer: the only way messages cross from a shell into a service.
///
/// The caps, the overflow policy and a counter for what they cost are part of the lane, so no queue in the
/// daemon grows without limit and no loss goes uncounted. ``offer(_:)`` never blocks and may be called from an
/// event loop; ``send(_:)`` waits under the policy `suspendProducer`.
///
/// The consumer is one `for await` loop. It ends after ``finish()``, once everything queued is delivered, or at once
/// when its task is cancelled. Two loops at the same time are a programmer fault.
package final class Lane<Element: Sendable>: Sendable {
    private let state: Mutex<LaneState<Element>>
    private let measure: @Sendable (Element) -> Int

    /// Creates an empty lane.
    ///
    /// - Parameters:
    ///   - limits: The caps.
    ///   - overflow: What happens at the caps.
    ///   - measure: The bytes an element holds on to; needed only where `limits` caps bytes.
    package init(
        limits: QueueLimits,
        overflow: LaneOverflow,
        measure: @escaping @Sendable (Element) -> Int = { _ in 0 }
    ) {
        self.state = Mutex(LaneState(limits: limits, overflow: overflow))
        self.measure = measure
    }

    /// Creates an empty lane that caps the number of elements only.
    package convenience init(capacity: Int, overflow: LaneOverflow) {
        self.init(limits: QueueLimits(count: capacity), overflow: overflow)
    }

    /// Counters since creation.
    package var statistics: LaneStatistics { self.state.withLock { $0.statistics } }

    /// Whether the consumer waits for an element.
    package var hasWaitingConsumer: Bool { self.state.withLock { $0.hasWaitingConsumer } }

    /// Producers that wait for room.
    package var waitingProducerCount: Int { self.state.withLock { $0.waitingProducerCount } }

    /// Hands over an element without ever waiting; under `suspendProducer` a full lane refuses.
    @discardableResult
    package func offer(_ element: Element) -> LaneAdmission {
        let byteCount = self.measure(element)
        let (admission, wakeUp) = self.state.withLock { $0.offer(element, byteCount: byteCount) }
        wakeUp?.resume()
        return admission
    }

    /// Hands over an element, waiting for room where the policy says so; cancelling the task ends the wait.
    @discardableResult
    package func send(_ element: Element) async -> LaneAdmission {
        let byteCount = self.measure(element)
        let ticket = self.state.withLock { $0.newTicket() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (admission, wakeUp) = self.state.withLock {
                    // Under the lock: a cancellation from here on finds the registered producer.
                    $0.send(
                        element,
                        byteCount: byteCount,
                        as: LaneProducer(ticket: ticket, continuation: continuation),
                        isCancelled: Task.isCancelled
                    )
                }
                wakeUp?.resume()
                if let admission { continuation.resume(returning: admission) }
            }
        } onCancel: {
            let producer = self.state.withLock { $0.removeProducer(ticket) }
            producer?.continuation.resume(returning: .cancelled)
        }
    }

    /// Takes no more elements; what is queued is still delivered, waiting producers get `finished`.
    package func finish() {
        let (wakeUp, producers) = self.state.withLock { $0.finish() }
        wakeUp?.resume()
        for producer in producers { producer.continuation.resume(returning: .finished) }
    }

    /// The next element, waiting for one; `nil` when the lane is finished and empty or the task is cancelled.
    fileprivate func next() async -> Element? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (outcome, admitted) = self.state.withLock {
                    $0.receive(continuation, isCancelled: Task.isCancelled)
                }
                for producer in admitted { producer.continuation.resume(returning: .accepted) }
                switch outcome {
                case .element(let element): continuation.resume(returning: element)
                case .end: continuation.resume(returning: nil)
                case .waiting: break
                }
            }
        } onCancel: {
            self.state.withLock { $0.removeConsumer() }?.resume(returning: nil)
        }
    }
}

extension Lane: AsyncSequence {
    /// The consumer's end.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let lane: Lane

        package mutating func next() async -> Element? { await self.lane.next() }

        package mutating func next(isolation actor: isolated (any Actor)?) async -> Element? { await self.lane.next() }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(lane: self) }
}
