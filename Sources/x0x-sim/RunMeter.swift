// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation

/// What a run cost this machine.
struct RunCost: Encodable {
    let seconds: Double
    /// Processor time, which other work on the machine does not change.
    let processorSeconds: Double
    /// Peak resident memory of this process over the number of nodes; 0 where the system does not tell.
    let residentBytesPerNode: Double
}

/// Measures real time and memory around a run.
struct RunMeter {
    private let start = ContinuousClock.now
    private let processorStart = clock()
    /// What POSIX demands of `CLOCKS_PER_SEC`.
    private static let ticksPerSecond = 1_000_000.0

    func cost(nodeCount: Int) -> RunCost {
        RunCost(
            seconds: (ContinuousClock.now - self.start) / .seconds(1),
            processorSeconds: Double(clock() - self.processorStart) / Self.ticksPerSecond,
            residentBytesPerNode: Double(Self.peakResidentByteCount()) / Double(max(1, nodeCount))
        )
    }

    /// `VmHWM` of this process (Linux).
    private static func peakResidentByteCount() -> Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kibibytes = line.split(separator: " ").compactMap({ Int($0) }).first
        else { return 0 }
        return kibibytes * 1024
    }
}
