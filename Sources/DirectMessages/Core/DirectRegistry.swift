// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// Which agent lives on which machine, and whether that machine is connected (spec 08 §9).
///
/// Only verified bindings are registered. Both directions hold at most `capacity` entries; the one registered longest
/// ago goes first, entries of connected machines last.
package struct DirectRegistry: Sendable {
    /// Entries kept.
    package static let capacityDefault = 65_536

    private var machines: [AgentID: Entry] = [:]
    private var agents: [MachineID: Set<AgentID>] = [:]
    private var connected: Set<MachineID> = []
    private var lastSequence: UInt64 = 0
    private let capacity: Int

    private struct Entry: Sendable {
        var machine: MachineID
        var sequence: UInt64
    }

    /// Creates an empty registry.
    package init(capacity: Int = capacityDefault) {
        precondition(capacity > 0, "a registry without room is not a registry")
        self.capacity = capacity
    }

    /// Number of registered agents.
    package var count: Int { self.machines.count }

    /// Registers a verified binding; an agent has one machine, the latest wins.
    package mutating func register(_ agent: AgentID, on machine: MachineID) {
        guard machine != .zero else { return }
        self.forget(agent)
        self.lastSequence += 1
        self.machines[agent] = Entry(machine: machine, sequence: self.lastSequence)
        self.agents[machine, default: []].insert(agent)
        if self.machines.count > self.capacity { self.evict() }
    }

    /// Removes an agent, when it is blocked for example.
    package mutating func forget(_ agent: AgentID) {
        guard let entry = self.machines.removeValue(forKey: agent) else { return }
        self.agents[entry.machine]?.remove(agent)
        if self.agents[entry.machine]?.isEmpty ?? false { self.agents[entry.machine] = nil }
    }

    /// A connection to the machine is ready.
    package mutating func connected(_ machine: MachineID) { self.connected.insert(machine) }

    /// The last connection to the machine ended.
    package mutating func disconnected(_ machine: MachineID) { self.connected.remove(machine) }

    /// The machine of an agent.
    package func machine(of agent: AgentID) -> MachineID? { self.machines[agent]?.machine }

    /// Whether the machine is connected.
    package func isConnected(_ machine: MachineID) -> Bool { self.connected.contains(machine) }

    /// The agents of a machine, sorted.
    package func agents(on machine: MachineID) -> [AgentID] { self.agents[machine, default: []].sorted() }

    /// Registered agents whose machine is connected, sorted by agent.
    package var connections: [(agent: AgentID, machine: MachineID)] {
        self.machines.filter { self.connected.contains($0.value.machine) }
            .map { (agent: $0.key, machine: $0.value.machine) }
            .sorted { $0.agent < $1.agent }
    }

    /// Makes room for an eighth of the capacity at once, so that the sort is paid for by many registrations.
    private mutating func evict() {
        let kept = self.capacity - self.capacity / 8
        let order = self.machines.sorted { first, second in
            let firstIsConnected = self.connected.contains(first.value.machine)
            let secondIsConnected = self.connected.contains(second.value.machine)
            guard firstIsConnected == secondIsConnected else { return !firstIsConnected }
            return first.value.sequence < second.value.sequence
        }
        for entry in order.prefix(self.machines.count - kept) { self.forget(entry.key) }
    }
}
