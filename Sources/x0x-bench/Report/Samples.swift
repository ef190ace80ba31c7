// SPDX-License-Identifier: MIT OR Apache-2.0

/// Samples of one quantity.
struct Samples: Sendable {
    private(set) var values: [Double] = []  // as many as the settings of the measurement say

    mutating func append(_ value: Double) { self.values.append(value) }

    var least: Double { self.values.min() ?? .nan }
    var greatest: Double { self.values.max() ?? .nan }

    /// The middle value; the mean of the two middle ones for an even count.
    var median: Double {
        guard !self.values.isEmpty else { return .nan }
        let sorted = self.values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The least sample that at least `percent` of all samples do not exceed (nearest rank).
    func percentile(_ percent: Double) -> Double {
        guard !self.values.isEmpty else { return .nan }
        let rank = Int((percent / 100 * Double(self.values.count)).rounded(.up))
        return self.values.sorted()[min(max(rank, 1), self.values.count) - 1]
    }
}
