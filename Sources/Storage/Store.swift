// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Foundation
internal import GRDB
package import PrivateFiles
internal import Synchronization

/// The private state of one daemon: the database `x0x.db` of a data directory (architecture §5, ruling 1).
///
/// Write-ahead log, `synchronous = FULL`: when a write returns, it survives a power cut. One connection, on a queue of
/// its own; every operation is one transaction and never blocks the caller's thread. Secrets live in files, not here.
package final class Store: Sendable {
    /// Name of the database in the data directory.
    package static let fileName: String = "x0x.db"
    /// Name of the file in the data directory through which one daemon claims it.
    package static let lockFileName: String = "x0x.lock"

    /// `nil` after ``close()``; the connection closes when the last operation that uses it has ended.
    private let connection: Mutex<DatabaseQueue?>
    private let lock: Mutex<DirectoryLock?>  // held as long as the database is open

    private init(queue: DatabaseQueue, lock: DirectoryLock) {
        self.connection = Mutex(queue)
        self.lock = Mutex(lock)
    }

    /// Opens the database of a locked directory, creating or upgrading it.
    ///
    /// Reads the whole file once to find damage; call it at start, off the event loop.
    ///
    /// - Parameter lock: The claim on the data directory; the store keeps it.
    /// - Returns: The open store.
    /// - Throws: ``StorageError/damaged(movedTo:reason:)`` once, then ``StorageError/damagedAwaitsDecision(path:)``
    ///   until the operator decides; ``StorageError/newerSchema(path:)``; or the error of SQLite or the file system.
    package static func open(_ lock: DirectoryLock) throws(StorageError) -> Store {
        let path = lock.directory + "/" + Self.fileName
        if !FileManager.default.fileExists(atPath: path) {
            if let moved = DamagedDatabase.awaitingDecision(in: lock.directory, databaseName: Self.fileName) {
                throw .damagedAwaitsDecision(path: moved)
            }
        }
        try self.makePrivateFile(path)
        do {
            return Store(queue: try self.openChecked(path), lock: lock)
        } catch let error as DatabaseError where error.meansDamage {
            let reason = error.message ?? "unreadable"
            throw .damaged(movedTo: try DamagedDatabase.moveAside(path), reason: reason)
        } catch {
            throw StorageError(error)
        }
    }

    /// How the database is kept, for diagnostics.
    package func diagnostics() async throws(StorageError) -> StoreDiagnostics {
        try await self.read { database in
            StoreDiagnostics(
                journalMode: try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? "",
                synchronousLevel: try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? -1,
                enforcesForeignKeys: try Bool.fetchOne(database, sql: "PRAGMA foreign_keys") ?? false
            )
        }
    }

    /// Writes the log back into the database, closes it and gives the directory up; later operations throw
    /// ``StorageError/closed``.
    package func close() async throws(StorageError) {
        let taken = self.connection.withLock { connection in
            defer { connection = nil }
            return connection
        }
        guard let taken else { return }
        do {
            _ = try await taken.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        } catch {
            throw StorageError(error)
        }
        self.lock.withLock { $0 = nil }
    }

    private func openQueue() throws(StorageError) -> DatabaseQueue {
        guard let queue = self.connection.withLock({ $0 }) else { throw .closed }
        return queue
    }

    /// SQLite gives the log files the mode of the database file, so the mode is set before SQLite sees it.
    private static func makePrivateFile(_ path: String) throws(StorageError) {
        let descriptor = unsafe Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .file(path: path, operation: "open", code: errno) }
        defer { Foundation.close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else { throw .file(path: path, operation: "chmod", code: errno) }
    }

    private static func openChecked(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.label = "x0x.store"
        configuration.observesSuspensionNotifications = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { database in
            // Before anything is written, or a damaged file would be changed by the one who finds the damage.
            let report = try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
            guard report == "ok" else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: report ?? "no answer from the check")
            }
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            // The default for a log is less: what was acknowledged must survive a power cut.
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        guard try !queue.read(Schema.migrator.hasBeenSuperseded) else { throw StorageError.newerSchema(path: path) }
        try Schema.migrator.migrate(queue)
        return queue
    }

    /// Runs one transaction; it is on disk when this returns.
    ///
    /// A task of its own: cancelling the caller of a running transaction would interrupt the connection, and sometimes what
    /// another caller does on it next.
    func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws(StorageError) -> T {
        let queue = try self.openQueue()
        do { return try await Task { try await queue.write(body) }.value } catch { throw StorageError(error) }
    }

    /// Runs one read.
    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws(StorageError) -> T {
        let queue = try self.openQueue()
        do { return try await queue.read(body) } catch { throw StorageError(error) }
    }
}

/// How a store keeps its data.
package struct StoreDiagnostics: Hashable, Sendable {
    /// SQLite's journal mode: `wal`.
    package let journalMode: String
    /// SQLite's `synchronous` level: 2 is FULL.
    package let synchronousLevel: Int
    /// Whether references between tables are enforced.
    package let enforcesForeignKeys: Bool
}

extension DatabaseError {
    /// Whether the file is not a sound database, as opposed to trouble with opening or locking it.
    fileprivate var meansDamage: Bool {
        self.resultCode == .SQLITE_CORRUPT || self.resultCode == .SQLITE_NOTADB
    }
}
