// SPDX-License-Identifier: MIT OR Apache-2.0

import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Clocks of this process.
enum ProcessMeter {
    /// Processor time of all threads since start, in seconds.
    static var cpuSeconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Monotonic time in seconds.
    static var seconds: Double { Double(NIODeadline.now().uptimeNanoseconds) / 1e9 }
}
