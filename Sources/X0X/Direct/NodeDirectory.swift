// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DirectMessages
internal import Discovery
internal import Primitives
internal import Trust

/// What direct messages ask about agents, answered from discovery and contacts.
struct NodeDirectory: DirectDirectory {
    let discovery: DiscoveryService
    let gate: ContactGate
    let connector: AgentConnector

    func location(of agent: AgentID) -> AgentLocation? {
        self.discovery.agent(agent).map { record in
            AgentLocation(
                machineID: record.knownMachineID,
                isVerified: record.binding == .authenticated,
                secondsSinceSeen: self.discovery.secondsSinceHeard(agent) ?? 0
            )
        }
    }

    func verdict(on path: TrustPath, agent: AgentID, machine: MachineID?, isVerified: Bool) -> TrustVerdict {
        self.gate.verdict(on: path, agent: agent, machine: machine, isVerified: isVerified)
    }

    func isBlocked(_ agent: AgentID) -> Bool { self.gate.book.isBlocked(agent) }

    func connect(to agent: AgentID, within limit: Nanoseconds) async -> MachineID? {
        await self.connector.connect(to: agent, within: limit).machine
    }
}
