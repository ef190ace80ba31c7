// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Foundation

/// What happens to a database that cannot be trusted (spec 01 §10.2, F4).
///
/// It is moved aside, never overwritten, and the start fails. As long as the moved file lies in the data directory
/// and no `x0x.db` does, every further start fails too: the daemon never runs with an empty block list because of a
/// damaged disk. The operator ends that by restoring a backup or by taking the damaged file away.
enum DamagedDatabase {
    private static let infix = ".damaged-"

    /// The oldest database moved aside in `directory`, if any.
    static func awaitingDecision(in directory: String, databaseName: String) -> String? {
        // An unreadable directory fails a moment later, when the database is opened, with a better message.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let moved = names.filter {
            $0.hasPrefix(databaseName + Self.infix) && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm")
        }
        return moved.min().map { directory + "/" + $0 }
    }

    /// Moves a database with its write-ahead log to names that were not in use; returns the new path.
    static func moveAside(_ path: String) throws(StorageError) -> String {
        let base = path + Self.infix + String(Int(Date().timeIntervalSince1970))
        var target = base
        var attempt = 1
        while FileManager.default.fileExists(atPath: target) {
            target = "\(base)-\(attempt)"
            attempt += 1
        }
        // The log first: a database without its log would look sound and lack the latest transactions.
        for suffix in ["-wal", "-shm", ""] where FileManager.default.fileExists(atPath: path + suffix) {
            guard unsafe rename(path + suffix, target + suffix) == 0 else {
                throw .file(path: path + suffix, operation: "rename", code: errno)
            }
        }
        return target
    }
}
