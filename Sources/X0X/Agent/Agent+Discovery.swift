// SPDX-License-Identifier: MIT OR Apache-2.0

package import Discovery
package import Primitives
internal import Trust

// Discovery (spec 01 §7.4, spec 11 §7.9).
extension Agent {
    /// Agents heard within the time to live, or all of any age; sorted by id, blocked ones left out.
    package func discoveredAgents(unfiltered: Bool) async -> [DiscoveredAgent] {
        let book = self.contactService.snapshot.book
        return self.discovery.agents(unfiltered: unfiltered).filter { !book.isBlocked($0.agentID) }
    }

    /// One agent, of any age; `nil` when nothing is known or it is blocked.
    package func discoveredAgent(_ id: AgentID) async -> DiscoveredAgent? {
        guard !self.contactService.snapshot.book.isBlocked(id) else { return nil }
        return self.discovery.agent(id)
    }

    /// Connects to an agent over the addresses known for it (spec 01 §9).
    package func connect(to agent: AgentID) async -> ConnectOutcome {
        await self.connector.connect(to: agent, within: AgentConnector.attemptLimit).outcome
    }
}
