// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// An agent the owner of this node has an opinion about (spec 01 §10).
package struct Contact: Hashable, Sendable {
    /// The agent.
    package var agentID: AgentID
    /// The owner's opinion.
    package var trustLevel: TrustLevel
    /// The owner's name for the agent.
    package var label: String?
    /// Unix seconds.
    package var addedAt: UInt64
    /// Unix seconds of the last accepted message or announcement.
    package var lastSeen: UInt64?
    /// How the agent is tied to its machines.
    package var identityType: IdentityType
    /// Machines the agent was seen on, oldest first; caps in ``ContactLimits``.
    package var machines: [MachineRecord]

    /// Creates a contact with plain fields.
    package init(
        agentID: AgentID,
        trustLevel: TrustLevel = .unknown,
        label: String? = nil,
        addedAt: UInt64,
        lastSeen: UInt64? = nil,
        identityType: IdentityType = .anonymous,
        machines: [MachineRecord] = []
    ) {
        self.agentID = agentID
        self.trustLevel = trustLevel
        self.label = label
        self.addedAt = addedAt
        self.lastSeen = lastSeen
        self.identityType = identityType
        self.machines = machines
    }

    /// The record of one machine.
    package func machine(_ id: MachineID) -> MachineRecord? { self.machines.first { $0.machineID == id } }

    /// Whether any machine is pinned.
    package var hasPinnedMachine: Bool { self.machines.contains { $0.isPinned } }
}

/// A machine a contact was seen on.
package struct MachineRecord: Hashable, Sendable {
    /// The machine.
    package var machineID: MachineID
    /// The owner's name for the machine.
    package var label: String?
    /// Unix seconds.
    package var firstSeen: UInt64
    /// Unix seconds.
    package var lastSeen: UInt64
    /// Whether a pinned contact is accepted from here.
    package var isPinned: Bool

    /// Creates a record with plain fields.
    package init(
        machineID: MachineID,
        label: String? = nil,
        firstSeen: UInt64,
        lastSeen: UInt64,
        isPinned: Bool = false
    ) {
        self.machineID = machineID
        self.label = label
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.isPinned = isPinned
    }
}

/// A decision never to trust a key again; there is no way back (spec 01 §10.3).
package struct Revocation: Hashable, Sendable {
    /// The agent.
    package var agentID: AgentID
    /// Why, in the owner's words.
    package var reason: String
    /// Unix seconds.
    package var timestamp: UInt64
    /// Who revoked.
    package var revokerID: AgentID?

    /// Creates a revocation with plain fields.
    package init(agentID: AgentID, reason: String, timestamp: UInt64, revokerID: AgentID? = nil) {
        self.agentID = agentID
        self.reason = reason
        self.timestamp = timestamp
        self.revokerID = revokerID
    }
}

/// The caps of the contact book.
package enum ContactLimits {
    /// Contacts (spec 11 §9).
    package static let contactCountMax = 10_000
    /// Revocations; the same order of magnitude as contacts, because each names an agent somebody knew.
    package static let revocationCountMax = 10_000
    /// Machines of one contact that are not pinned; the one unseen for longest makes room (spec 01 F3).
    package static let unpinnedMachineCountMax = 32
    /// Pinned machines of one contact; one more is refused.
    package static let pinnedMachineCountMax = 32
    /// Bytes of a label.
    package static let labelByteCountMax = 256
    /// Bytes of a revocation's reason (spec 11 §7.8).
    package static let reasonByteCountMax = 1_024
}
