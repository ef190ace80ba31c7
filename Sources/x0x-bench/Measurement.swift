// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Clocks and counters of this process.
enum ProcessMeter {
    /// Processor time of all threads since start, in seconds.
    static var cpuSeconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Monotonic time in seconds.
    static var seconds: Double { Double(NIODeadline.now().uptimeNanoseconds) / 1e9 }

    /// Resident memory in bytes; 0 where `/proc` does not exist.
    static var residentByteCount: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// Samples of one quantity.
struct Samples {
    private(set) var values: [Double] = []

    mutating func append(_ value: Double) { self.values.append(value) }

    /// The middle value; the mean of the two middle ones for an even count.
    var median: Double {
        guard !self.values.isEmpty else { return .nan }
        let sorted = self.values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// Median, least and greatest with a unit, for people.
    func summary(_ name: String, unit: String, digits: Int = 2) -> String {
        func text(_ value: Double) -> String { value.formatted(.number.precision(.fractionLength(digits))) }
        let range = "\(text(self.values.min() ?? .nan)) … \(text(self.values.max() ?? .nan))"
        return "\(name): median \(text(self.median)) \(unit)  (\(range), \(self.values.count) runs)"
    }
}
