// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DequeModule
internal import Synchronization

/// Commands on their way from any thread to the event loop; bounded, refuses when full.
final class CommandMailbox<Command: Sendable>: Sendable {
    enum Appended {
        /// The mailbox was empty: somebody has to wake the loop.
        case first
        /// A wake-up is already on its way.
        case queued
        /// Full.
        case refused
    }

    private let commands = Mutex<Deque<Command>>([])
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    func append(_ command: Command) -> Appended {
        self.commands.withLock { commands in
            guard commands.count < self.capacity else { return .refused }
            commands.append(command)
            return commands.count == 1 ? .first : .queued
        }
    }

    /// Takes everything; the next append is a first one again.
    func drain() -> Deque<Command> {
        self.commands.withLock { commands in
            defer { commands = [] }
            return commands
        }
    }
}
