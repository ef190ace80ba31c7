// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import GRDB
import Storage
import Testing

@Suite(.timeLimit(.minutes(1))) struct StoreOpeningTests {
    @Test func filesArePrivateAndTheLogIsOn() async throws {
        let directory = try TemporaryDirectory()
        let store = try directory.open()
        try await store.apply([.save(contact(1))])
        for name in try directory.fileNames { #expect(try directory.mode(of: name) == 0o600, "\(name)") }
        #expect(try directory.fileNames == ["x0x.db", "x0x.db-shm", "x0x.db-wal", "x0x.lock"])
        let diagnostics = try await store.diagnostics()
        #expect(
            diagnostics.journalMode == "wal" && diagnostics.synchronousLevel == 2 && diagnostics.enforcesForeignKeys
        )
        try await store.close()
    }

    @Test func aPublicDatabaseFileIsMadePrivate() throws {
        let directory = try TemporaryDirectory()
        let created = FileManager.default.createFile(
            atPath: directory.databasePath,
            contents: nil,
            attributes: [.posixPermissions: 0o644]
        )
        #expect(created)
        _ = try directory.open()
        #expect(try directory.mode(of: "x0x.db") == 0o600)
    }

    @Test func theDirectoryIsFreeAgainAfterwards() throws {
        let directory = try TemporaryDirectory()
        for _ in 0..<2 { _ = try directory.open() }
    }

    @Test(arguments: ["not a database at all, but long enough to look like one", ""])
    func anOddFileIsNeverOverwritten(text: String) throws {
        let directory = try TemporaryDirectory()
        let original = Data(String(repeating: text, count: 100).utf8)
        try original.write(to: URL(fileURLWithPath: directory.databasePath))
        guard !original.isEmpty else {
            _ = try directory.open()  // an empty file is a new database
            return
        }
        let failure = #expect(throws: StorageError.self) { try directory.open() }
        guard case .damaged(let movedTo, _) = failure else {
            Issue.record("expected damage, got \(String(describing: failure))")
            return
        }
        #expect(FileManager.default.contents(atPath: movedTo) == original)
        #expect(!FileManager.default.fileExists(atPath: directory.databasePath))
        // Nobody has decided yet: still no start with an empty block list.
        #expect(throws: StorageError.damagedAwaitsDecision(path: movedTo)) { try directory.open() }
        // The operator takes the file away: a fresh start is now what was asked for.
        try FileManager.default.removeItem(atPath: movedTo)
        _ = try directory.open()
    }

    /// Overwrites pages in the middle of a real database: found at the next start, and the bytes are kept.
    @Test func spec01_check33_aDamagedDatabaseIsMovedAsideAndTheStartFails() async throws {
        let directory = try TemporaryDirectory()
        do {
            let store = try directory.open()
            try await store.apply((0..<500).map { .save(contact($0)) })
            try await store.close()
        }
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: directory.databasePath))
        let byteCount = try file.seekToEnd()
        #expect(byteCount > 5 * 4096)
        for page in 2..<byteCount / 4096 {
            try file.seek(toOffset: page * 4096)
            try file.write(contentsOf: Data(repeating: 0xA5, count: 512))
        }
        try file.close()
        let damaged = FileManager.default.contents(atPath: directory.databasePath)
        let failure = #expect(throws: StorageError.self) { try directory.open() }
        guard case .damaged(let movedTo, _) = failure else {
            Issue.record("expected damage, got \(String(describing: failure))")
            return
        }
        #expect(FileManager.default.contents(atPath: movedTo) == damaged)
        #expect(throws: StorageError.damagedAwaitsDecision(path: movedTo)) { try directory.open() }
    }

    @Test func aDatabaseOfALaterVersionIsRefusedUntouched() async throws {
        let directory = try TemporaryDirectory()
        try await directory.open().close()
        let queue = try DatabaseQueue(path: directory.databasePath)
        try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('v999')") }
        try queue.close()
        #expect(throws: StorageError.newerSchema(path: directory.databasePath)) { try directory.open() }
        #expect(FileManager.default.fileExists(atPath: directory.databasePath))
    }
}
