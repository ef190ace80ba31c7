// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Synchronization
internal import Trust

/// The contact book as everybody on the message path reads it: the last state that is on disk.
///
/// Readers never wait for I/O; only ``ContactService`` replaces the book.
final class ContactSnapshot: Sendable {
    private let current: Mutex<ContactBook>

    init(_ book: ContactBook) { self.current = Mutex(book) }

    /// The book now; copying it shares its storage.
    var book: ContactBook { self.current.withLock { $0 } }

    fileprivate func replace(with book: ContactBook) { self.current.withLock { $0 = book } }
}

/// The only writer of the contact book: a change is on disk before anybody sees it, and before the caller is answered.
///
/// Mutations happen one after another; a mutation that the disk refuses leaves the book as it was.
actor ContactService {
    /// Stores changes atomically; returns after they are durable.
    typealias Persist = @Sendable ([ContactChange]) async throws -> Void

    nonisolated let snapshot: ContactSnapshot
    private let persist: Persist
    private var isBusy = false
    private var queue: [CheckedContinuation<Void, Never>] = []  // ≤ waitingCountMax

    /// Mutations that may wait for the disk at once.
    private static let waitingCountMax = 1024

    init(_ book: ContactBook, persist: @escaping Persist) {
        self.snapshot = ContactSnapshot(book)
        self.persist = persist
    }

    /// Applies a mutation to a copy of the book, stores what it changed, and publishes the copy.
    func mutate<Result: Sendable>(
        _ body: (inout ContactBook, inout [ContactChange]) throws -> Result
    ) async throws -> Result {
        guard self.queue.count < Self.waitingCountMax else { throw ContactServiceError.overloaded }
        await self.enter()
        defer { self.leave() }
        var book = self.snapshot.book
        var changes: [ContactChange] = []
        let result = try body(&book, &changes)
        if !changes.isEmpty {
            try await self.persist(changes)
            self.snapshot.replace(with: book)
        }
        return result
    }

    private func enter() async {
        guard self.isBusy else {
            self.isBusy = true
            return
        }
        await withCheckedContinuation { self.queue.append($0) }
    }

    /// Hands the turn to the next in line, or ends it.
    private func leave() {
        if self.queue.isEmpty {
            self.isBusy = false
        } else {
            self.queue.removeFirst().resume()
        }
    }
}

/// Why a mutation was not even tried.
enum ContactServiceError: Error, CustomStringConvertible {
    case overloaded

    var description: String { "too many contact changes wait for the disk" }
}
