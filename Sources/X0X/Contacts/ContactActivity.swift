// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Logging
internal import Node
internal import Primitives
internal import Synchronization
internal import Trust

/// Signs of life of contacts, collected on the message path and stored together (spec 01 §10.3, F26, F37).
///
/// Nobody on the message path waits for the disk. What a crash loses is a quarter of a second of "last seen"; decisions
/// of the owner never come this way.
final class ContactActivity: Sendable {
    private let contacts: ContactService
    private let clock: SystemClock
    private let logger: Logger
    private let pending = Mutex<[AgentID: Set<MachineID>]>([:])  // contacts only: ≤ ContactLimits.contactCountMax
    private let wakeUps = Lane<Void>(capacity: 1, overflow: .dropNewest)

    /// Machines of one contact between two writes; more are seen again with their next announcement.
    private static let machineCountMax = ContactLimits.unpinnedMachineCountMax
    /// How long signs of life are collected before they are written.
    private static let pause = Nanoseconds.milliseconds(250)

    init(contacts: ContactService, clock: SystemClock, logger: Logger) {
        self.contacts = contacts
        self.clock = clock
        self.logger = logger
    }

    /// Notes that something of a contact, proven to come from this machine, was accepted; strangers are not recorded (F3).
    func note(_ agent: AgentID, on machine: MachineID) {
        guard self.contacts.snapshot.book[agent] != nil else { return }
        self.pending.withLock { pending in
            guard pending[agent, default: []].count < Self.machineCountMax else { return }
            pending[agent, default: []].insert(machine)
        }
        _ = self.wakeUps.offer(())
    }

    /// Writes what was collected, until the task is cancelled; the rest is for one last ``write()``.
    func run() async {
        for await _ in self.wakeUps {
            guard (try? await self.clock.sleep(until: self.clock.now() + Self.pause)) != nil else { return }
            await self.write()
        }
    }

    /// Writes what was collected; what the disk refuses is kept for the next time.
    func write() async {
        let taken = self.pending.withLock { pending in
            defer { pending = [:] }
            return pending
        }
        guard !taken.isEmpty else { return }
        let now = self.clock.wallTime().seconds
        do {
            try await self.contacts.mutate { book, changes in
                for (agent, machines) in taken {
                    book.touch(agent, now: now, into: &changes)
                    for machine in machines { book.observeMachine(machine, of: agent, now: now, into: &changes) }
                }
            }
        } catch {
            self.pending.withLock { $0.merge(taken) { $0.union($1) } }
            guard !Task.isCancelled else { return }  // the daemon is shutting down; see run()
            self.logger.error("cannot store when contacts were seen", metadata: ["reason": "\(error)"])
        }
    }
}
