// SPDX-License-Identifier: MIT OR Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Exclusive use of a directory by one process (spec 01 F42).
///
/// Held from creation until the last reference goes away; the kernel lets go when the process dies. An advisory lock
/// (`flock`) on a file that also names the owner, for the message a second start prints. The file stays behind: deleting
/// it would let two processes lock two different files.
package final class DirectoryLock: Sendable {
    /// Why the directory cannot be used.
    package enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
        /// Another process holds the lock.
        case held(path: String, byProcess: Int32?)
        /// The lock file cannot be opened or locked.
        case file(PrivateFileError)

        package var description: String {
            switch self {
            case .held(let path, let process?): "\(path) is in use by process \(process)"
            case .held(let path, nil): "\(path) is in use by another process"
            case .file(let error): "\(error)"
            }
        }
    }

    /// The locked directory.
    package let directory: String
    private let descriptor: Int32

    /// Locks `directory`, which must exist, through a file in it, without waiting.
    package init(_ directory: String, fileName: String = ".lock") throws(Failure) {
        self.directory = directory
        let path = "\(directory)/\(fileName)"
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .file(PrivateFileError(path, .system("open", errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = Self.holder(descriptor)
            close(descriptor)
            if code == EWOULDBLOCK { throw .held(path: directory, byProcess: holder) }
            throw .file(PrivateFileError(path, .system("flock", code)))
        }
        self.descriptor = descriptor
        // Only for the error message of the next process; the lock does not depend on it.
        let text = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = unsafe text.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit { close(self.descriptor) }

    private static func holder(_ descriptor: Int32) -> Int32? {
        var text = [UInt8](repeating: 0, count: 16)
        let count = unsafe text.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return nil }
        return Int32(String(decoding: text[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
    }
}
