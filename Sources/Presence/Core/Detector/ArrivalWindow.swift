// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Settings of the failure detector (spec 05 §7).
///
/// The specification's clamp of 180 to 600 s is 6 and 20 beacon intervals of 30 s; it is kept in intervals, so that a
/// network configured to beacon faster also detects faster.
package struct DetectorConfiguration: Hashable, Sendable {
    /// Shortest timeout.
    package var timeoutMin: Nanoseconds
    /// Longest timeout.
    package var timeoutMax: Nanoseconds
    /// Timeout with fewer than two arrivals, not clamped.
    package var fallbackTimeout: Nanoseconds

    /// The settings for a beacon interval; with 30 s those of the specification.
    package init(beaconInterval: Nanoseconds = .seconds(30), fallbackTimeout: Nanoseconds = .seconds(300)) {
        precondition(beaconInterval > .zero && fallbackTimeout > .zero, "time must pass")
        self.timeoutMin = beaconInterval * 6
        self.timeoutMax = beaconInterval * 20
        self.fallbackTimeout = fallbackTimeout
    }
}

/// When the last beacons of one machine came, and how long their absence may be (Phi-accrual lite, spec 05 §7).
package struct ArrivalWindow: Hashable, Sendable {
    /// Arrivals kept.
    package static let capacity = 10

    private var arrivals: [Instant] = []  // ≤ capacity, oldest first

    /// Creates an empty window.
    package init() {}

    /// Number of arrivals in the window.
    package var count: Int { self.arrivals.count }

    /// The newest arrival.
    package var last: Instant? { self.arrivals.last }

    /// Takes in an arrival; one that is not newer than the last counts as that one.
    package mutating func record(_ now: Instant) {
        if let last = self.last, now <= last { return }
        if self.arrivals.count == Self.capacity { self.arrivals.removeFirst() }
        self.arrivals.append(now)
    }

    /// How long after the last arrival the machine counts as gone: `clamp(μ + 3σ)` of the intervals, whole seconds.
    package func timeout(_ configuration: DetectorConfiguration) -> Nanoseconds {
        guard let (mean, deviation) = self.statistics else { return configuration.fallbackTimeout }
        let bound = configuration.timeoutMax
        // Compared as floating point first: an absence of years must not overflow.
        let estimate = mean + 3 * deviation
        guard estimate < bound.seconds else { return bound }
        return max(configuration.timeoutMin, .seconds(Int64(estimate)))
    }

    /// `1/(1+σ)`: how regular the machine is, 0…1; 0.5 without two arrivals (spec 05 §6, `foaf_peer_score`).
    package var regularity: Double {
        guard let (_, deviation) = self.statistics else { return 0.5 }
        return 1 / (1 + deviation)
    }

    /// Mean and population standard deviation of the intervals in seconds; `nil` without an interval.
    private var statistics: (mean: Double, deviation: Double)? {
        guard self.arrivals.count >= 2 else { return nil }
        let intervals = zip(self.arrivals.dropFirst(), self.arrivals).map { ($0 - $1).seconds }
        let mean = intervals.reduce(0, +) / Double(intervals.count)
        let variance = intervals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(intervals.count)
        return (mean, variance.squareRoot())
    }
}
