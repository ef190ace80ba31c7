// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Synchronization

/// What a subscriber of a ``Broadcast`` receives.
package enum FeedItem<Element> {
    /// The next element.
    case element(Element)
    /// This many elements were dropped at this point because the subscriber was too slow.
    case lagged(UInt64)
}

extension FeedItem: Sendable where Element: Sendable {}
extension FeedItem: Equatable where Element: Equatable {}

/// Why a subscription was refused.
package enum BroadcastError: Error, Hashable, Sendable {
    /// The broadcast has as many subscribers as it may have.
    case tooManySubscribers(limit: Int)
    /// The broadcast is finished.
    case finished
}

/// Counters of a ``Broadcast`` since its creation.
package struct BroadcastStatistics: Hashable, Sendable {
    /// Subscribers now.
    package internal(set) var subscriberCount = 0
    /// Elements published.
    package internal(set) var publishedTotal: UInt64 = 0
    /// Elements dropped for slow subscribers, summed over them.
    package internal(set) var laggedTotal: UInt64 = 0
    /// Subscriptions refused at the cap.
    package internal(set) var refusedSubscriberTotal: UInt64 = 0
}

/// One stream of elements to many subscribers, each with a bounded queue of its own.
///
/// Publishing never waits: a subscriber that reads too slowly loses its oldest elements and is told how many
/// (``FeedItem/lagged(_:)``), the others lose nothing. All subscribers see the elements in the same order.
package final class Broadcast<Element: Sendable>: Sendable {
    private let state: Mutex<BroadcastState<Element>>
    private let measure: @Sendable (Element) -> Int

    /// Creates a broadcast without subscribers.
    ///
    /// - Parameters:
    ///   - subscriberCountMax: Cap on subscribers at one time.
    ///   - measure: The bytes an element holds on to; needed only where subscriptions cap bytes.
    package init(subscriberCountMax: Int, measure: @escaping @Sendable (Element) -> Int = { _ in 0 }) {
        self.state = Mutex(BroadcastState(subscriberCountMax: subscriberCountMax))
        self.measure = measure
    }

    /// Counters since creation.
    package var statistics: BroadcastStatistics { self.state.withLock { $0.statistics } }

    /// Subscribers whose reader waits for an element.
    package var waitingReaderCount: Int { self.state.withLock { $0.waitingReaderCount } }

    /// Hands an element to every subscriber; without one, or after ``finish()``, it goes nowhere.
    ///
    /// - Returns: Elements lost by slow subscribers to make room for it, summed over them.
    @discardableResult
    package func publish(_ element: Element) -> UInt64 {
        let byteCount = self.measure(element)
        let (wakeUps, lostCount) = self.state.withLock { state in
            let before = state.statistics.laggedTotal
            return (state.publish(element, byteCount: byteCount), state.statistics.laggedTotal - before)
        }
        for wakeUp in wakeUps { wakeUp.resume() }
        return lostCount
    }

    /// Adds a subscriber that sees every element published from now on; it is removed when it is dropped.
    package func subscribe(limits: QueueLimits) throws(BroadcastError) -> BroadcastSubscription<Element> {
        // `withLock` does not carry typed errors out under typed throws everywhere; a result does.
        let result = self.state.withLock { $0.subscribe(limits: limits) }
        return BroadcastSubscription(id: try result.get(), source: self)
    }

    /// Adds a subscriber whose queue holds `capacity` elements.
    package func subscribe(capacity: Int) throws(BroadcastError) -> BroadcastSubscription<Element> {
        try self.subscribe(limits: QueueLimits(count: capacity))
    }

    /// Ends every subscription after what it has queued, and refuses new ones.
    package func finish() {
        for wakeUp in self.state.withLock({ $0.finish() }) { wakeUp.resume() }
    }

    fileprivate func unsubscribe(_ id: UInt64) {
        self.state.withLock { $0.unsubscribe(id) }?.resume()
    }

    fileprivate func next(for id: UInt64) async -> FeedItem<Element>? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome = self.state.withLock {
                    // Under the lock: a cancellation from here on finds the registered reader.
                    $0.receive(id, continuation, isCancelled: Task.isCancelled)
                }
                switch outcome {
                case .element(let item): continuation.resume(returning: item)
                case .end: continuation.resume(returning: nil)
                case .waiting: break
                }
            }
        } onCancel: {
            self.state.withLock { $0.removeReader(id) }?.resume()
        }
    }
}

/// One subscriber's end of a ``Broadcast``: an asynchronous sequence for one `for await` loop.
///
/// It ends when the broadcast is finished and everything queued is delivered, after ``cancel()``, or when the
/// reading task is cancelled. Dropping the last reference unsubscribes.
package final class BroadcastSubscription<Element: Sendable>: Sendable {
    private let id: UInt64
    private let source: Broadcast<Element>

    fileprivate init(id: UInt64, source: Broadcast<Element>) {
        self.id = id
        self.source = source
    }

    /// Unsubscribes and drops what is queued; a waiting reader gets the end.
    package func cancel() { self.source.unsubscribe(self.id) }

    deinit { self.source.unsubscribe(self.id) }
}

extension BroadcastSubscription: AsyncSequence {
    /// The reader's end; keeps the subscription alive.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let subscription: BroadcastSubscription<Element>

        package mutating func next() async -> FeedItem<Element>? {
            await self.subscription.source.next(for: self.subscription.id)
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async -> FeedItem<Element>? {
            await self.subscription.source.next(for: self.subscription.id)
        }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(subscription: self) }
}
