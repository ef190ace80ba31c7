// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives
package import Trust

/// What discovery knows about where an agent is.
package struct AgentLocation: Sendable {
    /// Its machine, if known.
    package let machineID: MachineID?
    /// Whether the agent itself signed that binding.
    package let isVerified: Bool
    /// Seconds since anything was heard of the agent.
    package let secondsSinceSeen: UInt64

    /// Creates the answer.
    package init(machineID: MachineID?, isVerified: Bool, secondsSinceSeen: UInt64) {
        self.machineID = machineID
        self.isVerified = isVerified
        self.secondsSinceSeen = secondsSinceSeen
    }
}

/// What direct messages need from discovery and the contact list; answers at once, except for connecting.
///
/// It is also the gate that inbound messages pass.
package protocol DirectDirectory: TrustGate {
    /// Where discovery believes the agent to be.
    func location(of agent: AgentID) -> AgentLocation?
    /// Whether nothing may be sent to the agent.
    func isBlocked(_ agent: AgentID) -> Bool
    /// Tries to reach the agent; returns its machine once connected and authenticated.
    func connect(to agent: AgentID, within limit: Nanoseconds) async -> MachineID?
}
