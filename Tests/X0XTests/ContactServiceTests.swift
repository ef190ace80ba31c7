// SPDX-License-Identifier: MIT OR Apache-2.0

import Primitives
import Synchronization
import Testing
import Trust

@testable import X0X

@Suite(.timeLimit(.minutes(1))) struct ContactServiceTests {
    private struct DiskFull: Error {}

    /// A disk that can be made to wait or to fail.
    private final class Disk: Sendable {
        private struct State {
            var stored: [[ContactChange]] = []
            var isFull = false
        }
        private let state = Mutex(State())
        var stored: [[ContactChange]] { self.state.withLock { $0.stored } }
        func fill() { self.state.withLock { $0.isFull = true } }

        func persist(_ changes: [ContactChange]) async throws {
            await Task.yield()
            try self.state.withLock { state in
                guard !state.isFull else { throw DiskFull() }
                state.stored.append(changes)
            }
        }
    }

    private func agent(_ number: UInt64) -> AgentID { AgentID(words: Words32(0, 0, 0, number)) }

    @Test func concurrentChangesAllHappen() async throws {
        let disk = Disk()
        let service = ContactService(ContactBook()) { try await disk.persist($0) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for number in 0..<200 {
                tasks.addTask {
                    try await service.mutate { book, changes in
                        _ = try book.add(
                            self.agent(UInt64(number)),
                            trust: .known,
                            label: nil,
                            now: 1,
                            into: &changes
                        )
                    }
                }
            }
            try await tasks.waitForAll()
        }
        #expect(service.snapshot.book.count == 200)
        #expect(disk.stored.count == 200)
    }

    @Test func aChangeTheDiskRefusesIsNotSeen() async throws {
        let disk = Disk()
        let service = ContactService(ContactBook()) { try await disk.persist($0) }
        disk.fill()
        await #expect(throws: DiskFull.self) {
            try await service.mutate { book, changes in
                try book.setTrust(.blocked, of: self.agent(1), now: 1, into: &changes)
            }
        }
        #expect(service.snapshot.book.count == 0)
        #expect(!service.snapshot.book.isBlocked(self.agent(1)))
    }

    @Test func aChangeThatChangesNothingDoesNotTouchTheDisk() async throws {
        let disk = Disk()
        let service = ContactService(ContactBook()) { try await disk.persist($0) }
        let removed = try await service.mutate { book, changes in book.remove(self.agent(1), into: &changes) != nil }
        #expect(!removed)
        #expect(disk.stored.isEmpty)
    }
}
