// SPDX-License-Identifier: MIT OR Apache-2.0

internal import DirectMessages
internal import Discovery
internal import Primitives
internal import Trust

/// What direct messages ask about agents, answered from discovery and contacts.
struct NodeDirectory: DirectDirectory {
    let discovery: DiscoveryService
    let contacts: ContactSnapshot
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

    func decision(for agent: AgentID, on machine: MachineID) -> TrustDecision {
        self.contacts.book.decision(for: agent, on: machine)
    }

    func isBlocked(_ agent: AgentID) -> Bool { self.contacts.book.isBlocked(agent) }

    func connect(to agent: AgentID, within limit: Nanoseconds) async -> MachineID? {
        await self.connector.connect(to: agent, within: limit).machine
    }
}
