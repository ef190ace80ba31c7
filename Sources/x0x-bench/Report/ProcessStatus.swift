// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the kernel says about a process in `/proc/<pid>` (proc_pid_status(5), proc_pid_stat(5)).
struct ProcessStatus: Sendable {
    /// Resident memory (`VmRSS`), in bytes; pages of the program file and of libraries count too.
    let residentByteCount: Int
    /// The part of it that no file stands behind (`RssAnon`): heap and stacks, in bytes.
    let anonymousByteCount: Int
    /// Processor time of all threads since the start of the process (`utime` + `stime`), in seconds; kept in steps of
    /// 10 ms.
    let cpuSeconds: Double

    /// This process.
    static var own: ProcessStatus {
        get throws(BenchError) { try ProcessStatus(of: ProcessInfo.processInfo.processIdentifier) }
    }

    /// Reads the status as it is now.
    ///
    /// - Throws: `BenchError` when the process is gone or there is no `/proc`.
    init(of processIdentifier: Int32) throws(BenchError) {
        let status = try Self.read("/proc/\(processIdentifier)/status")
        self.residentByteCount = try Self.byteCount("VmRSS", in: status)
        self.anonymousByteCount = try Self.byteCount("RssAnon", in: status)

        let stat = try Self.read("/proc/\(processIdentifier)/stat")
        // The program's name, in brackets, may hold spaces: the third field begins behind the last bracket.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].dropFirst().split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            throw BenchError("no processor time in /proc/\(processIdentifier)/stat")
        }
        self.cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func read(_ path: String) throws(BenchError) -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw BenchError("cannot read \(path)")
        }
        return text
    }

    /// A line such as `VmRSS:      37124 kB`.
    private static func byteCount(_ name: String, in status: String) throws(BenchError) -> Int {
        let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        guard let line, let kibibytes = Int(line.filter(\.isNumber)) else {
            throw BenchError("no \(name) in /proc/<pid>/status")
        }
        return kibibytes << 10
    }
}
