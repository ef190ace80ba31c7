// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What happens to the datagrams of one direction: seeded, so that a run can be repeated.
package struct Impairment: Sendable {
    /// What becomes of one datagram.
    package enum Fate: Equatable, Sendable {
        case lost
        case delivered(after: Nanoseconds)
    }

    /// Share of datagrams lost, in percent.
    package let lossPercent: UInt64
    /// Share of the others held back by `holdBack`, in percent, so that later ones overtake them.
    package let reorderingPercent: UInt64
    /// Delay of every datagram.
    package let delay: Nanoseconds
    /// Additional delay of those held back.
    package let holdBack: Nanoseconds
    private var random: SplitMix64

    /// Describes a path; the defaults change nothing.
    package init(
        seed: UInt64 = 0,
        lossPercent: UInt64 = 0,
        reorderingPercent: UInt64 = 0,
        delay: Nanoseconds = .zero,
        holdBack: Nanoseconds = .milliseconds(5)
    ) {
        precondition(lossPercent <= 100 && reorderingPercent <= 100, "shares are in percent")
        self.lossPercent = lossPercent
        self.reorderingPercent = reorderingPercent
        self.delay = delay
        self.holdBack = holdBack
        self.random = SplitMix64(seed: seed)
    }

    /// The same path with another sequence of random decisions.
    package func reseeded(_ seed: UInt64) -> Impairment {
        var copy = self
        copy.random = SplitMix64(seed: seed)
        return copy
    }

    /// Decides about the next datagram.
    package mutating func nextFate() -> Fate {
        // Both are drawn always, so that one share does not change the other's sequence.
        let isLost = UInt64.random(in: 0..<100, using: &self.random) < self.lossPercent
        let isHeldBack = UInt64.random(in: 0..<100, using: &self.random) < self.reorderingPercent
        if isLost { return .lost }
        return .delivered(after: isHeldBack ? self.delay + self.holdBack : self.delay)
    }
}
