// SPDX-License-Identifier: MIT OR Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Keeps the memory of a process that holds keys out of files and of other processes (spec 01 §2.7).
package enum ProcessHardening {
    /// Switches core dumps off, for this process and what it starts; on Linux other processes of the same user can no
    /// longer attach to it or read its memory either.
    ///
    /// - Returns: Whether everything was switched off; nothing depends on it.
    @discardableResult
    package static func forbidMemoryDumps() -> Bool {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        #if canImport(Glibc)
        let isLimited = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0
        #else
        let isLimited = unsafe setrlimit(RLIMIT_CORE, &limit) == 0
        #endif
        #if os(Linux)
        // Where the kernel pipes dumps to a program, only this stops them.
        return Self.setNotDumpable() && isLimited
        #else
        return isLimited
        #endif
    }

    #if os(Linux)
    /// `prctl(PR_SET_DUMPABLE, 0)`.
    ///
    /// C declares `prctl` with variable arguments, which Swift does not import; the Linux calling conventions pass these
    /// as ordinary integers, so the symbol can be called as the function it is.
    private static func setNotDumpable() -> Bool {
        typealias Prctl = @convention(c) (CInt, CUnsignedLong, CUnsignedLong, CUnsignedLong, CUnsignedLong) -> CInt
        guard let symbol = unsafe dlsym(nil, "prctl") else { return false }
        let prctl = unsafe unsafeBitCast(symbol, to: Prctl.self)
        return prctl(Self.setDumpable, 0, 0, 0, 0) == 0
    }

    /// PR_SET_DUMPABLE of <sys/prctl.h>.
    private static let setDumpable: CInt = 4
    #endif
}
