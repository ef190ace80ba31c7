// SPDX-License-Identifier: MIT OR Apache-2.0

package import DirectMessages
internal import Node
package import Primitives

/// An agent that can be reached right now (spec 08 §7.2).
package struct DirectConnection: Hashable, Sendable {
    /// The agent.
    package let agentID: AgentID
    /// Its connected machine.
    package let machineID: MachineID?

    /// Creates the record.
    package init(agentID: AgentID, machineID: MachineID?) {
        self.agentID = agentID
        self.machineID = machineID
    }
}

// Direct messages (spec 08 §7).
extension Agent {
    /// Sends a direct message; blocked recipients are refused before anything else.
    ///
    /// - Parameters:
    ///   - agent: The recipient.
    ///   - payload: At most 4,194,271 bytes.
    ///   - limit: When given, the recipient's machine is probed after the send, for 100…30,000 ms at most.
    /// - Returns: The receipt.
    /// - Throws: `DirectSendError`.
    package func sendDirect(
        to agent: AgentID,
        payload: [UInt8],
        requireAcknowledgementWithin limit: Nanoseconds?
    ) async throws(DirectSendError) -> DirectSendReceipt {
        try await self.direct.send(to: agent, payload: payload, probeTimeout: limit, now: self.clock.wallTime())
    }

    /// The agents whose machine is connected now, sorted by agent.
    package func directConnections() async -> [DirectConnection] {
        await self.direct.connections.map { DirectConnection(agentID: $0.agent, machineID: $0.machine) }
    }

    /// A feed of received direct messages; 8,192 messages and 64 MiB wait per client.
    package func directEvents() async throws(TooManyStreams) -> EventFeed<DirectMessage> {
        do {
            return try self.directFeeds.subscribe(limits: Self.directFeedLimits)
        } catch {
            throw TooManyStreams()
        }
    }

    /// Counters of direct messages.
    package func directStatistics() async -> DirectStatistics {
        var statistics = await self.direct.statistics
        statistics.subscriberEventsEvicted = self.directFeeds.statistics.laggedTotal
        return statistics
    }
}
