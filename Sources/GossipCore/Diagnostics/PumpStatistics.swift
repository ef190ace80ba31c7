// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// One stream of section `dispatcher` of `GET /diagnostics/gossip` (spec 04 §14); kept by the shell that runs handlers.
package struct DispatchStatistics: Equatable, Sendable {
    package private(set) var received: UInt64 = 0
    package private(set) var completed: UInt64 = 0
    package private(set) var timedOut: UInt64 = 0
    /// How long handlers ran.
    package private(set) var elapsed = StageTimer()
    package private(set) var latestDepth: UInt64 = 0
    package private(set) var maxDepth: UInt64 = 0

    /// Creates zero counters.
    package init() {}

    /// A message was taken from its queue, which held `depth` messages.
    package mutating func started(depth: Int) {
        self.received += 1
        self.latestDepth = UInt64(max(0, depth))
        self.maxDepth = max(self.maxDepth, self.latestDepth)
    }

    /// Its handler returned.
    package mutating func finished(elapsed: Nanoseconds) {
        self.completed += 1
        self.elapsed.record(elapsed)
    }

    /// Its handler was cancelled by the watchdog.
    package mutating func cancelled(elapsed: Nanoseconds) {
        self.timedOut += 1
        self.elapsed.record(elapsed)
    }
}

/// One stream of section `recv_pump` of `GET /diagnostics/gossip` (spec 04 §14); kept by the shell that owns the queue.
package struct PumpStatistics: Equatable, Sendable {
    package private(set) var produced: UInt64 = 0
    package private(set) var enqueued: UInt64 = 0
    package private(set) var dequeued: UInt64 = 0
    package private(set) var droppedFull: UInt64 = 0
    package private(set) var droppedClosed: UInt64 = 0
    package private(set) var latestDepth: UInt64 = 0
    package private(set) var maxDepth: UInt64 = 0
    /// How long messages waited.
    package private(set) var dwell = StageTimer()
    /// Size of the queue.
    package let capacity: Int

    /// Creates zero counters for a queue.
    package init(capacity: Int) { self.capacity = capacity }

    /// What became of an arriving message.
    package enum Arrival: Sendable {
        case enqueued(depth: Int)
        case full
        case closed
    }

    /// A message arrived from the transport.
    package mutating func arrived(_ arrival: Arrival) {
        self.produced += 1
        switch arrival {
        case .enqueued(let depth):
            self.enqueued += 1
            self.latestDepth = UInt64(max(0, depth))
            self.maxDepth = max(self.maxDepth, self.latestDepth)
        case .full: self.droppedFull += 1
        case .closed: self.droppedClosed += 1
        }
    }

    /// A message left the queue, which now holds `depth` messages.
    package mutating func left(dwell: Nanoseconds, depth: Int) {
        self.dequeued += 1
        self.latestDepth = UInt64(max(0, depth))
        self.dwell.record(dwell)
    }
}
