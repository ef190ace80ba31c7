// SPDX-License-Identifier: MIT OR Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A file operation that failed, with the path; never with contents.
package struct PrivateFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What went wrong.
    package enum Reason: Equatable, Sendable {
        /// The file is already there.
        case exists
        /// The path names a directory, device or socket.
        case notAFile
        /// The path names something that is no directory.
        case notADirectory
        /// Larger than any file of its kind.
        case tooLarge
        /// Group or others may read it.
        case readableByOthers
        /// The operating system refused `call` with this `errno`.
        case system(_ call: String, _ code: Int32)
    }

    /// The file.
    package let path: String
    /// What went wrong.
    package let reason: Reason

    init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    package var description: String {
        switch self.reason {
        case .exists: "\(self.path): the file exists already"
        case .notAFile: "\(self.path): not a regular file"
        case .notADirectory: "\(self.path): not a directory"
        case .tooLarge: "\(self.path): too large for a file of this kind"
        case .readableByOthers:
            "\(self.path): group or others may read this secret file; run: chmod 600 '\(self.path)'"
        case .system(let call, let code): "\(self.path): \(call): \(Self.text(of: code))"
        }
    }

    private static func text(of code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
