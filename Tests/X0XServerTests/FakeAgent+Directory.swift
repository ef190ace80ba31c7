// SPDX-License-Identifier: MIT OR Apache-2.0

import Discovery
import Primitives
import Synchronization
import X0X
import X0XServer

/// Machines and users as the test arranged the agents: each agent of `world.discovered` with its machine.
extension FakeAgent {
    func findAgent(_ id: AgentID, within limit: Nanoseconds) async -> DiscoveredAgent? {
        self.world.withLock { $0.searchLimits.append(limit) }
        return await self.discoveredAgent(id)
    }

    func machine(of agent: AgentID) async -> DiscoveredMachine? {
        guard let machine = await self.discoveredAgent(agent)?.knownMachineID else { return nil }
        return await self.findMachine(machine, within: .zero)
    }

    func agents(of user: UserID) async -> [DiscoveredAgent] {
        await self.discoveredAgents(unfiltered: false).filter { $0.userID == user }
    }

    func discoveredMachines(unfiltered: Bool) async -> [DiscoveredMachine] {
        let agents = await self.discoveredAgents(unfiltered: unfiltered)
        return Set(agents.compactMap(\.knownMachineID)).sorted().map { machine in
            let here = agents.filter { $0.machineID == machine }
            return DiscoveredMachine(
                machineID: machine,
                addresses: here[0].addresses,
                announcedAt: here[0].announcedAt,
                lastSeen: here[0].lastSeen,
                machinePublicKey: [],
                reachability: here[0].reachability,
                agentIDs: here.map(\.agentID).sorted(),
                userIDs: Set(here.compactMap(\.userID)).sorted()
            )
        }
    }

    func findMachine(_ id: MachineID, within limit: Nanoseconds) async -> DiscoveredMachine? {
        self.world.withLock { $0.searchLimits.append(limit) }
        return await self.discoveredMachines(unfiltered: true).first { $0.machineID == id }
    }

    func machines(of user: UserID) async -> [DiscoveredMachine] {
        await self.discoveredMachines(unfiltered: false).filter { $0.userIDs.contains(user) }
    }

    func lastDialAttempt(of agent: AgentID) async -> DialAttempt? { self.world.withLock { $0.dialAttempts[agent] } }

    func connect(toMachine machine: MachineID) async -> ConnectOutcome { self.world.withLock { $0.connectOutcome } }
}
