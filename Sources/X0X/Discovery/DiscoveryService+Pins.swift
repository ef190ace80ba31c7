// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Discovery
internal import Node
internal import Primitives
internal import Synchronization
internal import Trust

// Pins on the path whose messages do not tell the machine (spec 01 §12): a pub/sub envelope names the agent alone, so
// the machine the agent announced last decides.
extension DiscoveryService {
    /// The machine a pinned agent is known to be on, if that is none it is pinned to.
    ///
    /// `nil` for an agent that is not pinned, that announced a pinned machine itself, or of which nothing is known: then
    /// its messages are judged by its level alone. What is known here is the agent's own word in a verified envelope.
    func machineElsewhere(of agent: AgentID) -> MachineID? {
        let book = self.gate.book
        guard book[agent]?.identityType == .pinned else { return nil }
        let record = self.agent(agent)
        let announced = record?.binding == .authenticated ? record?.machineID : nil
        let now = self.clock.now()
        guard let machine = announced ?? self.refusedMachines.withLock({ $0.value(for: agent, now: now) }) else {
            return nil
        }
        return book.decision(for: agent, on: machine) == .rejectMachineMismatch ? machine : nil
    }

    /// Remembers where an agent said it is, though that changes nothing in the cache.
    func noteRefused(_ agent: AgentID, on machine: MachineID) {
        let now = self.clock.now()
        self.refusedMachines.withLock { $0.insert(machine, for: agent, now: now) }
    }
}
