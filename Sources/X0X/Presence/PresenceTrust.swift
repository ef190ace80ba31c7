// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Presence
internal import Primitives
internal import Trust

/// The trust evaluator's answer about a machine: what it decides about the agents on it (spec 01 §11, §12, spec 05 §8).
///
/// The agents are those discovery knows on the machine, and the contacts that were seen there: a blocked agent has left
/// discovery, but its machine stays with the contact.
struct PresenceTrust: Sendable {
    let gate: ContactGate
    let discovery: DiscoveryService

    /// What the owner thinks of the machine.
    func standing(of machine: MachineID) -> PeerStanding {
        let book = self.gate.book
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
        for agent in book.agents(on: machine) {
            if book.decision(for: agent, on: machine).isReject {
                isRejected = true
            } else if book[agent]?.machine(machine)?.isPinned == true {
                return .contact
            }
        }
        return isRejected && !hasOthers ? .blocked : .stranger
    }

    /// The gate of presence: whether a message of a machine is read at all; call it once per message.
    ///
    /// The gate is asked about the agent for whose sake the machine stands as it does; a machine without a known agent is
    /// a stranger's, and the gate knows agents only. What a message says about other machines the presence node judges
    /// by their ``standing(of:)``.
    func isAdmitted(messageFrom machine: MachineID) -> Bool {
        let book = self.gate.book
        let isBlocked = self.standing(of: machine) == .blocked
        let agents = self.discovery.agents(on: machine).map(\.agentID) + book.agents(on: machine)
        let decisive = agents.first { book.decision(for: $0, on: machine).isReject == isBlocked }
        guard let agent = decisive else { return true }
        return self.gate.verdict(on: .presence, agent: agent, machine: machine, isVerified: true).isAdmitted
    }
}
