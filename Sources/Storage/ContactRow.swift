// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// A stored contact; the composition root converts to and from the domain type (spec 01 §10).
package struct ContactRow: Hashable, Sendable {
    /// The agent; the key.
    package var agentID: AgentID
    /// One of `blocked`, `unknown`, `known`, `trusted`.
    package var trustLevel: String
    /// One of `anonymous`, `known`, `trusted`, `pinned`.
    package var identityType: String
    /// The owner's name for the agent.
    package var label: String?
    /// Unix seconds.
    package var addedAt: UInt64
    /// Unix seconds.
    package var lastSeen: UInt64?
    /// The machines, in the order they were given.
    package var machines: [ContactMachineRow]

    /// Creates a row with plain fields.
    package init(
        agentID: AgentID,
        trustLevel: String,
        identityType: String,
        label: String? = nil,
        addedAt: UInt64,
        lastSeen: UInt64? = nil,
        machines: [ContactMachineRow] = []
    ) {
        self.agentID = agentID
        self.trustLevel = trustLevel
        self.identityType = identityType
        self.label = label
        self.addedAt = addedAt
        self.lastSeen = lastSeen
        self.machines = machines
    }
}

/// A stored machine of a contact.
package struct ContactMachineRow: Hashable, Sendable {
    /// The machine; unique within its contact.
    package var machineID: MachineID
    /// The owner's name for the machine.
    package var label: String?
    /// Unix seconds.
    package var firstSeen: UInt64
    /// Unix seconds.
    package var lastSeen: UInt64
    /// Whether a pinned contact is accepted from here.
    package var isPinned: Bool

    /// Creates a row with plain fields.
    package init(machineID: MachineID, label: String? = nil, firstSeen: UInt64, lastSeen: UInt64, isPinned: Bool) {
        self.machineID = machineID
        self.label = label
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.isPinned = isPinned
    }
}

/// A stored revocation; there is no way back from one.
package struct RevocationRow: Hashable, Sendable {
    /// The revoked agent; the key.
    package var agentID: AgentID
    /// Why.
    package var reason: String
    /// Unix seconds.
    package var timestamp: UInt64
    /// Who revoked it, if not the owner.
    package var revokerID: AgentID?

    /// Creates a row with plain fields.
    package init(agentID: AgentID, reason: String, timestamp: UInt64, revokerID: AgentID? = nil) {
        self.agentID = agentID
        self.reason = reason
        self.timestamp = timestamp
        self.revokerID = revokerID
    }
}

/// One change to the stored contacts; a list of them is stored completely or not at all.
package enum ContactRowChange: Hashable, Sendable {
    /// Inserts or replaces a contact with its machines.
    case save(ContactRow)
    /// Deletes a contact and its machines; a revocation stays.
    case remove(AgentID)
    /// Inserts a revocation; one that is there already stays as it is.
    case revoke(RevocationRow)
}
