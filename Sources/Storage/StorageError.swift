// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Foundation
internal import GRDB

/// Why private state could not be opened, read or written.
package enum StorageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The database cannot be trusted; it was moved aside and nothing was put in its place.
    case damaged(movedTo: String, reason: String)
    /// An earlier start moved a damaged database aside and nobody has decided yet what becomes of it.
    case damagedAwaitsDecision(path: String)
    /// The database was written by a later version of this program.
    case newerSchema(path: String)
    /// The store was closed; the daemon is shutting down.
    case closed
    /// A row holds what this program never writes there.
    case invalidRow(table: String)
    /// The operating system refused `operation` on a file.
    case file(path: String, operation: String, code: Int32)
    /// SQLite refused an operation, with its extended result code.
    case database(code: Int32, message: String)

    /// The sentence for the operator: what happened, and what to do about it.
    package var description: String {
        switch self {
        case .damaged(let movedTo, let reason):
            "the database is damaged (\(reason)) and was moved to \(movedTo); contacts and blocks are in there, "
                + "so nothing was started without them: \(Self.advice)"
        case .damagedAwaitsDecision(let path):
            "a damaged database waits at \(path): \(Self.advice)"
        case .newerSchema(let path):
            "the database \(path) was written by a later version of this program; it was not touched"
        case .closed:
            "the database is closed"
        case .invalidRow(let table):
            "a row of table \(table) holds a value this program never writes"
        case .file(let path, let operation, let code):
            "\(path): \(operation): \(unsafe String(cString: strerror(code)))"
        case .database(let code, let message):
            "database error \(code): \(message)"
        }
    }

    private static let advice: String =
        "restore a backup as x0x.db, or move the damaged file out of the directory to start with an empty database"

    init(_ error: any Error) {
        switch error {
        case let error as StorageError:
            self = error
        case let error as DatabaseError:
            self = .database(code: error.extendedResultCode.rawValue, message: error.message ?? "no message")
        default:
            self = .database(code: -1, message: String(describing: type(of: error)))
        }
    }
}
