// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Foundation

/// The exclusive claim of one daemon on a data directory; given up when the last reference goes away or the process ends.
///
/// An advisory lock (`flock`) on `x0x.lock`, which also holds the owner's process id for the message a second start
/// prints. The file stays behind: deleting it would let two daemons lock two different files.
package final class DataDirectoryLock: Sendable {
    /// Name of the lock file in the data directory.
    package static let fileName: String = "x0x.lock"

    /// The locked directory.
    package let directory: String
    private let descriptor: Int32

    /// Claims a directory, creating it with mode 0700 where it does not exist.
    ///
    /// - Parameter directory: The data directory.
    /// - Throws: ``StorageError/directoryInUse(directory:holder:)``, or the error of the file system.
    package init(directory: String) throws(StorageError) {
        self.directory = directory
        do {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw .file(path: directory, operation: "create directory", code: errno)
        }
        let path = directory + "/" + Self.fileName
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .file(path: path, operation: "open", code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = Self.processID(in: descriptor)
            close(descriptor)
            guard code == EWOULDBLOCK else { throw .file(path: path, operation: "lock", code: code) }
            throw .directoryInUse(directory: directory, holder: holder)
        }
        self.descriptor = descriptor
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0,
            unsafe pwrite(descriptor, text, text.count, 0) == text.count
        else { throw .file(path: path, operation: "write", code: errno) }
    }

    deinit { close(self.descriptor) }

    private static func processID(in descriptor: Int32) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = unsafe pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        let text = String(decoding: buffer[..<count], as: UTF8.self)
        return Int32(text.prefix { $0 != "\n" })
    }
}
