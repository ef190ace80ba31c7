// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives
internal import Synchronization

/// Who waits for news of an agent or a machine; a bounded list behind a lock.
final class LookupBoard: Sendable {
    /// Whom a lookup is about.
    enum Subject: Hashable, Sendable {
        case agent(AgentID)
        case machine(MachineID)
    }

    /// One waiting lookup.
    struct Ticket: Sendable {
        let subject: Subject
        fileprivate let number: UInt64
        /// Opens when an announcement of the subject was accepted.
        let news: Latch
    }

    private struct State {
        var lastNumber: UInt64 = 0
        var waiting: [Subject: [UInt64: Latch]] = [:]
        var count = 0  // ≤ waitingCountMax
        var refusedTotal: UInt64 = 0
    }

    /// Lookups that may wait at once; one more is answered from the cache alone, and counted.
    static let waitingCountMax = 256

    private let state = Mutex(State())

    /// Lookups waiting now.
    var waitingCount: Int { self.state.withLock { $0.count } }

    /// Lookups that found no place since the start.
    var refusedTotal: UInt64 { self.state.withLock { $0.refusedTotal } }

    /// Takes a place, to be given back with ``leave(_:)``; `nil` when all are taken.
    func enter(_ subject: Subject) -> Ticket? {
        self.state.withLock { state in
            guard state.count < Self.waitingCountMax else {
                state.refusedTotal += 1
                return nil
            }
            state.count += 1
            state.lastNumber += 1
            let ticket = Ticket(subject: subject, number: state.lastNumber, news: Latch())
            state.waiting[subject, default: [:]][ticket.number] = ticket.news
            return ticket
        }
    }

    /// Gives a place back.
    func leave(_ ticket: Ticket) {
        self.state.withLock { state in
            guard state.waiting[ticket.subject]?.removeValue(forKey: ticket.number) != nil else { return }
            state.count -= 1
            if state.waiting[ticket.subject]?.isEmpty ?? false { state.waiting[ticket.subject] = nil }
        }
    }

    /// There is news of a subject.
    func tell(of subject: Subject) {
        let latches = self.state.withLock { $0.waiting[subject].map { Array($0.values) } ?? [] }
        for latch in latches { latch.open() }
    }
}
