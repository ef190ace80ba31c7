// SPDX-License-Identifier: MIT OR Apache-2.0

package import CryptoSuite
internal import Primitives

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Files that only their owner may read: keys, certificates, tokens (spec 01 §2.4).
///
/// Written atomically and durably: a temporary file opened with `O_EXCL | O_NOFOLLOW` and mode 0600, synced, moved
/// into place, the directory synced. A reader sees the old contents or the new ones, never a part.
package enum PrivateFile {
    /// Whether a write may take the place of an existing file.
    package enum Placement: Sendable {
        /// Fail with ``PrivateFileError/exists`` if the file is there: for generated keys.
        case new
        /// Take its place.
        case replacing
    }

    /// The contents, or `nil` if there is no such file.
    ///
    /// Symbolic links are followed, so that a key may live on another volume. A file larger than `byteCountMax` is
    /// refused unread; with `requiringPrivacy`, so is one that group or others may read.
    package static func read(
        _ path: String,
        byteCountMax: Int,
        requiringPrivacy: Bool = true
    ) throws(PrivateFileError) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw PrivateFileError(path, .system("open", errno))
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw PrivateFileError(path, .system("fstat", errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw PrivateFileError(path, .notAFile) }
        guard !requiringPrivacy || status.st_mode & 0o077 == 0 else {
            throw PrivateFileError(path, .readableByOthers)
        }
        guard status.st_size <= byteCountMax else { throw PrivateFileError(path, .tooLarge) }
        return try self.readAll(descriptor, path: path, expecting: Int(status.st_size), byteCountMax: byteCountMax)
    }

    /// Writes the whole file; on any failure the old contents stay and no temporary file is left.
    package static func write(_ bytes: [UInt8], to path: String, _ placement: Placement) throws(PrivateFileError) {
        let outcome = unsafe bytes.withUnsafeBytes { buffer in
            Result { () throws(PrivateFileError) in try unsafe self.write(buffer, to: path, placement) }
        }
        try outcome.get()
    }

    /// Writes the whole file straight from the memory of its one owner.
    package static func write(_ secret: SecretBytes, to path: String, _ placement: Placement) throws(PrivateFileError) {
        let outcome = unsafe secret.withUnsafeBytes { buffer in
            Result { () throws(PrivateFileError) in try unsafe self.write(buffer, to: path, placement) }
        }
        try outcome.get()
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer,
        to path: String,
        _ placement: Placement
    ) throws(PrivateFileError) {
        let temporary = try unsafe self.writeTemporary(bytes, beside: path)
        var isInPlace = false
        defer { if !isInPlace { unsafe unlink(temporary) } }
        switch placement {
        case .new:
            // A hard link, unlike a rename, fails if somebody else created the file meanwhile.
            guard unsafe link(temporary, path) == 0 else {
                throw PrivateFileError(path, errno == EEXIST ? .exists : .system("link", errno))
            }
            unsafe unlink(temporary)
        case .replacing:
            guard unsafe rename(temporary, path) == 0 else { throw PrivateFileError(path, .system("rename", errno)) }
        }
        isInPlace = true
        try self.syncDirectory(of: path)
    }

    /// Creates a directory and its missing parents, mode 0700; an existing one is left as it is.
    package static func createDirectory(_ path: String) throws(PrivateFileError) {
        guard unsafe mkdir(path, 0o700) != 0 else { return }
        switch errno {
        case EEXIST:
            var status = stat()
            guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw PrivateFileError(path, .notADirectory)
            }
        case ENOENT:
            let parent = directory(of: path)
            guard parent != path else { throw PrivateFileError(path, .system("mkdir", ENOENT)) }
            try self.createDirectory(parent)
            guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw PrivateFileError(path, .system("mkdir", errno))
            }
        default:
            throw PrivateFileError(path, .system("mkdir", errno))
        }
    }

    private static func readAll(
        _ descriptor: Int32,
        path: String,
        expecting byteCount: Int,
        byteCountMax: Int
    ) throws(PrivateFileError) -> [UInt8] {
        var contents: [UInt8] = []
        // A growing array would leave parts of the secret behind in memory that is given back.
        contents.reserveCapacity(byteCount)
        var chunk = [UInt8](repeating: 0, count: 4_096)
        defer { wipe(&chunk) }
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                Self.retrying { unsafe posixRead(descriptor, buffer.baseAddress, buffer.count) }
            }
            guard count >= 0 else { throw PrivateFileError(path, .system("read", errno)) }
            guard count > 0 else { return contents }
            guard contents.count + count <= byteCountMax else { throw PrivateFileError(path, .tooLarge) }
            contents.append(contentsOf: chunk[..<count])
        }
    }

    private static func writeTemporary(
        _ bytes: UnsafeRawBufferPointer,
        beside path: String
    ) throws(PrivateFileError) -> String {
        var random = SystemSecureRandom()
        let suffix = String(random.nextUInt64(), radix: 16)
        let name = path.split(separator: "/").last ?? "file"
        let temporary = "\(directory(of: path))/.\(name).\(getpid()).\(suffix).tmp"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PrivateFileError(path, .system("create", errno)) }
        var isComplete = false
        defer { if !isComplete { unsafe unlink(temporary) } }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = Self.retrying { unsafe posixWrite(descriptor, rest.baseAddress, rest.count) }
            guard count > 0 else { throw PrivateFileError(path, .system("write", errno)) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw PrivateFileError(path, .system("fsync", errno)) }
        isComplete = true
        return temporary
    }

    private static func syncDirectory(of path: String) throws(PrivateFileError) {
        let descriptor = unsafe open(directory(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PrivateFileError(path, .system("open directory", errno)) }
        defer { close(descriptor) }
        // Some file systems cannot sync directories and say EINVAL; there is nothing more to do then.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw PrivateFileError(path, .system("fsync directory", errno))
        }
    }

    /// Repeats a call that a signal interrupted.
    private static func retrying(_ body: () -> Int) -> Int {
        while true {
            let result = body()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}

/// The directory part of a path; `.` for a bare name.
package func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

// The names `read` and `write` are taken by the methods above.
private func posixRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    unsafe read(descriptor, buffer, count)
}

private func posixWrite(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
    unsafe write(descriptor, buffer, count)
}
