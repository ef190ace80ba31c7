// SPDX-License-Identifier: MIT OR Apache-2.0

/// A set of unsigned integers kept as sorted, disjoint, non-adjacent half-open ranges.
///
/// The number of ranges is what costs memory; callers bound it with `removeLowestRange()` or refuse input
/// that would add one (`wouldAddRange`).
package struct RangeSet64: Hashable, Sendable {
    /// The ranges in ascending order.
    package private(set) var ranges: [Range<UInt64>] = []

    /// Creates an empty set.
    package init() {}

    /// Whether the set has no element.
    package var isEmpty: Bool { self.ranges.isEmpty }

    /// The smallest element.
    package var minimum: UInt64? { self.ranges.first?.lowerBound }

    /// The largest element.
    package var maximum: UInt64? { self.ranges.last.map { $0.upperBound - 1 } }

    /// Index of the first range whose end lies behind `value`.
    private func firstIndex(endingBehind value: UInt64) -> Int {
        var low = 0
        var high = self.ranges.count
        while low < high {
            let middle = (low + high) / 2
            if self.ranges[middle].upperBound > value { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Whether `value` is an element.
    package func contains(_ value: UInt64) -> Bool {
        let index = self.firstIndex(endingBehind: value)
        return index < self.ranges.count && self.ranges[index].lowerBound <= value
    }

    /// Whether every element of `range` is in the set.
    package func contains(_ range: Range<UInt64>) -> Bool {
        guard !range.isEmpty else { return true }
        let index = self.firstIndex(endingBehind: range.lowerBound)
        guard index < self.ranges.count else { return false }
        return self.ranges[index].lowerBound <= range.lowerBound && range.upperBound <= self.ranges[index].upperBound
    }

    /// Inserts one value below 2⁶⁴ − 1, which every packet number and offset is; returns whether it was new.
    @discardableResult
    package mutating func insert(_ value: UInt64) -> Bool {
        guard !self.contains(value) else { return false }
        self.insert(value..<value + 1)
        return true
    }

    /// Inserts a half-open range, merging what it touches.
    package mutating func insert(_ range: Range<UInt64>) {
        guard !range.isEmpty else { return }
        // The common case of in-order arrival: extend the last range.
        if let last = self.ranges.last, range.lowerBound >= last.lowerBound {
            if range.lowerBound <= last.upperBound {
                self.ranges[self.ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
                return
            }
            self.ranges.append(range)
            return
        }
        let first = self.firstIndex(endingBehind: range.lowerBound == 0 ? 0 : range.lowerBound - 1)
        var end = first
        var merged = range
        while end < self.ranges.count, self.ranges[end].lowerBound <= range.upperBound {
            merged =
                min(
                    merged.lowerBound,
                    self.ranges[end].lowerBound
                )..<max(merged.upperBound, self.ranges[end].upperBound)
            end += 1
        }
        self.ranges.replaceSubrange(first..<end, with: CollectionOfOne(merged))
    }

    /// Removes a half-open range, splitting what it cuts.
    package mutating func remove(_ range: Range<UInt64>) {
        guard !range.isEmpty else { return }
        let first = self.firstIndex(endingBehind: range.lowerBound)
        guard first < self.ranges.count, self.ranges[first].lowerBound < range.upperBound else { return }
        var start = first
        // What is left in front of `range` stays where it is; what is left behind takes the place of the last one cut.
        if self.ranges[first].lowerBound < range.lowerBound {
            let cut = self.ranges[first]
            self.ranges[first] = cut.lowerBound..<range.lowerBound
            start += 1
            if range.upperBound < cut.upperBound {
                self.ranges.insert(range.upperBound..<cut.upperBound, at: start)
                return
            }
        }
        var end = start
        while end < self.ranges.count, self.ranges[end].lowerBound < range.upperBound {
            guard self.ranges[end].upperBound <= range.upperBound else {
                self.ranges[end] = range.upperBound..<self.ranges[end].upperBound
                break
            }
            end += 1
        }
        self.ranges.removeSubrange(start..<end)
    }

    /// Drops the lowest range; the cap of callers that must forget something.
    package mutating func removeLowestRange() {
        if !self.ranges.isEmpty { self.ranges.removeFirst() }
    }

    /// Removes and returns the lowest range.
    package mutating func popFirstRange() -> Range<UInt64>? {
        self.ranges.isEmpty ? nil : self.ranges.removeFirst()
    }
}
