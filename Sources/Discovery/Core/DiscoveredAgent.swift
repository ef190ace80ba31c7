// SPDX-License-Identifier: MIT OR Apache-2.0

package import Identity
package import Primitives

/// How sure the node is that an agent runs on a machine (spec 01 F1).
package enum AgentBinding: Hashable, Sendable, Comparable {
    /// Somebody said so: an unsigned card, or an announcement that did not come from the agent itself.
    case claimed
    /// The agent signed a card that names the machine: its own word, but as old as the card.
    case signedCard
    /// The agent signed the envelope around a fresh announcement of that machine.
    case authenticated
}

/// What the node knows about where an agent is (spec 01 §7.1).
package struct DiscoveredAgent: Hashable, Sendable {
    /// The agent.
    package var agentID: AgentID
    /// Its machine; ``Identifier32/zero`` when unknown, which is also what the API shows.
    package var machineID: MachineID
    /// Its human, when disclosed with a valid certificate.
    package var userID: UserID?
    /// Where to dial, filtered by the node's ``AddressPolicy``.
    package var addresses: [NetworkAddress]
    /// Unix seconds on the sender's clock.
    package var announcedAt: UInt64
    /// Unix seconds on this node's clock.
    package var lastSeen: UInt64
    /// The machine's key, 1952 bytes; empty if unknown.
    package var machinePublicKey: [UInt8]
    /// Reachability the machine claims.
    package var reachability: Reachability
    /// How sure the machine is.
    package var binding: AgentBinding
    /// When the imported card was made that names this machine: Unix seconds, never later than its import; `nil` without.
    package var cardCreatedAt: UInt64?

    /// Creates a record with plain fields.
    package init(
        agentID: AgentID,
        machineID: MachineID,
        userID: UserID? = nil,
        addresses: [NetworkAddress] = [],
        announcedAt: UInt64,
        lastSeen: UInt64,
        machinePublicKey: [UInt8] = [],
        reachability: Reachability = Reachability(),
        binding: AgentBinding = .claimed,
        cardCreatedAt: UInt64? = nil
    ) {
        self.agentID = agentID
        self.machineID = machineID
        self.userID = userID
        self.addresses = addresses
        self.announcedAt = announcedAt
        self.lastSeen = lastSeen
        self.machinePublicKey = machinePublicKey
        self.reachability = reachability
        self.binding = binding
        self.cardCreatedAt = cardCreatedAt
    }

    /// The machine, unless it is unknown.
    package var knownMachineID: MachineID? { self.machineID == .zero ? nil : self.machineID }

    /// Direct dialling will probably work (spec 01 §9).
    package var isLikelyDirect: Bool { !self.addresses.isEmpty && self.reachability.canReceiveDirect == true }
    /// Direct dialling is worth a try.
    package var shouldAttemptDirect: Bool { !self.addresses.isEmpty && self.reachability.canReceiveDirect != false }
    /// A third party may have to help.
    package var needsCoordination: Bool { !self.addresses.isEmpty && self.reachability.canReceiveDirect != true }
}

/// What the node knows about a machine (spec 01 §7.2).
package struct DiscoveredMachine: Hashable, Sendable {
    /// The machine.
    package var machineID: MachineID
    /// Where to dial, most recently seen first, at most ``DiscoveryConfiguration/addressCountMax``.
    package var addresses: [NetworkAddress]
    /// Unix seconds on the sender's clock.
    package var announcedAt: UInt64
    /// Unix seconds on this node's clock.
    package var lastSeen: UInt64
    /// The machine's key, 1952 bytes; empty if unknown.
    package var machinePublicKey: [UInt8]
    /// Reachability the machine claims.
    package var reachability: Reachability
    /// Agents linked to the machine, sorted.
    package var agentIDs: [AgentID]
    /// Humans of these agents, sorted.
    package var userIDs: [UserID]

    /// Creates a record with plain fields.
    package init(
        machineID: MachineID,
        addresses: [NetworkAddress],
        announcedAt: UInt64,
        lastSeen: UInt64,
        machinePublicKey: [UInt8] = [],
        reachability: Reachability = Reachability(),
        agentIDs: [AgentID] = [],
        userIDs: [UserID] = []
    ) {
        self.machineID = machineID
        self.addresses = addresses
        self.announcedAt = announcedAt
        self.lastSeen = lastSeen
        self.machinePublicKey = machinePublicKey
        self.reachability = reachability
        self.agentIDs = agentIDs
        self.userIDs = userIDs
    }
}

/// What the node knows about a human (spec 01 §7.3).
package struct DiscoveredUser: Hashable, Sendable {
    /// The human.
    package var userID: UserID
    /// The human's key, 1952 bytes.
    package var userPublicKey: [UInt8]
    /// Agents the human vouched for, sorted.
    package var agentIDs: [AgentID]
    /// Unix seconds on the sender's clock.
    package var announcedAt: UInt64
    /// Unix seconds on this node's clock.
    package var lastSeen: UInt64
}
