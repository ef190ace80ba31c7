// SPDX-License-Identifier: MIT OR Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The number of files and sockets this process may open (getrlimit(2)).
enum OpenFileLimit {
    /// Raises the limit to `count`, as far as the system allows without privileges.
    ///
    /// - Returns: The limit in force afterwards; nil when the system does not tell.
    static func raise(to count: Int) -> Int? {
        var limit = rlimit()
        guard unsafe getrlimit(Self.resource, &limit) == 0 else { return nil }
        let wanted = rlim_t(max(0, count))
        if limit.rlim_cur < wanted {
            var raised = limit
            raised.rlim_cur = min(wanted, limit.rlim_max)
            if unsafe setrlimit(Self.resource, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }

    #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
    private static let resource = RLIMIT_NOFILE
    #endif
}
