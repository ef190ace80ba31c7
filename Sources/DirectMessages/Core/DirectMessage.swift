// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives
package import Trust

/// A direct message as its consumers see it (spec 08 §6.3).
package struct DirectMessage: Hashable, Sendable {
    /// The agent that claims to have sent it; proven only when `isVerified`.
    package let sender: AgentID
    /// The machine whose connection carried it, authenticated by the transport.
    package let machineID: MachineID
    /// The application bytes, at most `RawDirectFrame.payloadByteCountMax`.
    package let payload: [UInt8]
    /// When this node received it.
    package let receivedAt: UnixMillis
    /// Whether the agent is known, by its own signature, to live on that machine.
    package let isVerified: Bool
    /// What the contact list says about the pair; never an acceptance while unverified (spec 08 F-4).
    package let trustDecision: TrustDecision?

    /// Creates the record.
    package init(
        sender: AgentID,
        machineID: MachineID,
        payload: [UInt8],
        receivedAt: UnixMillis,
        isVerified: Bool,
        trustDecision: TrustDecision?
    ) {
        self.sender = sender
        self.machineID = machineID
        self.payload = payload
        self.receivedAt = receivedAt
        self.isVerified = isVerified
        self.trustDecision = trustDecision
    }
}
