// SPDX-License-Identifier: MIT OR Apache-2.0

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension DaemonLocator {
    /// The file in a data directory that a daemon keeps locked as long as its process lives.
    private static let lockFileName = "x0x.lock"

    /// Whether `endpoint` is the one `api.port` in the data directory names: then the daemon there is the one meant.
    package func ownsDirectory(of endpoint: DaemonEndpoint) -> Bool {
        // No port file, or one nobody can read, names nobody.
        guard let written = try? self.writtenEndpoint() else { return false }
        return written.baseURL == endpoint.baseURL
    }

    /// Whether a daemon's process still holds the data directory.
    ///
    /// Asks for the lock itself: unlike a process id it cannot be reused, and unlike a port it is held to the very end.
    package var isDirectoryHeld: Bool {
        let descriptor = unsafe open("\(self.dataDirectory)/\(Self.lockFileName)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }
}
