// SPDX-License-Identifier: MIT OR Apache-2.0

import TestSupport
import X0XAPI
import X0XClient

extension DaemonFixture {
    /// Lets two daemons trust each other and connects them.
    ///
    /// - Throws: `BenchError` when they are not connected afterwards.
    func meet(_ other: DaemonFixture) async throws {
        for (reader, owner) in [(self, other), (other, self)] {
            let link = try await owner.client.agentCard(displayName: owner.name).link
            _ = try await reader.client.importAgentCard(.link(link), trustLevel: "trusted")
        }
        let answer = try await self.client.connectAgent(other.agentID)
        guard ["Direct", "Coordinated", "AlreadyConnected"].contains(answer.outcome) else {
            throw BenchError("\(self.name) could not connect to \(other.name): \(answer.outcome)")
        }
    }
}
