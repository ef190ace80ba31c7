// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Presence
internal import Primitives
internal import Synchronization
internal import Trust

/// The trust evaluator's answer about a machine: what it decides about the agents on it (spec 01 §11, §12, spec 05 §8).
///
/// The agents are those discovery knows on the machine, and the contacts that were seen there: a blocked agent has left
/// discovery, but its machine stays with the contact.
final class PresenceTrust: Sendable {
    private struct Index {
        var generation: UInt64?
        var agents: [MachineID: [AgentID]] = [:]  // ≤ machines of all contacts, themselves capped
    }

    private let contacts: ContactSnapshot
    private let discovery: DiscoveryService
    private let index = Mutex(Index())

    init(contacts: ContactSnapshot, discovery: DiscoveryService) {
        self.contacts = contacts
        self.discovery = discovery
    }

    /// What the owner thinks of the machine.
    func standing(of machine: MachineID) -> PeerStanding {
        let (book, generation) = self.contacts.current
        let seen = self.index.withLock { index in
            if index.generation != generation {
                index.generation = generation
                index.agents = Self.agentsByMachine(book)
            }
            return index.agents[machine] ?? []
        }
        var isRejected = false
        var hasOthers = false
        for agent in self.discovery.agents(on: machine) {
            switch book.decision(for: agent.agentID, on: machine) {
            case .rejectBlocked, .rejectMachineMismatch: isRejected = true
            // Somebody else's claim that a contact lives here opens no door.
            case .accept, .acceptWithFlag:
                if agent.binding == .authenticated { return .contact }
                hasOthers = true
            case .unknown: hasOthers = true
            }
        }
        for agent in seen {
            if book.decision(for: agent, on: machine).isReject {
                isRejected = true
            } else if book[agent]?.machine(machine)?.isPinned == true {
                return .contact
            }
        }
        return isRejected && !hasOthers ? .blocked : .stranger
    }

    private static func agentsByMachine(_ book: ContactBook) -> [MachineID: [AgentID]] {
        var agents: [MachineID: [AgentID]] = [:]
        for contact in book.contacts {
            for machine in contact.machines { agents[machine.machineID, default: []].append(contact.agentID) }
        }
        return agents
    }
}
