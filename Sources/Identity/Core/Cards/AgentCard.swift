// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// A portable contact that people copy and paste (spec 01 §13).
///
/// A card is a claim: it names addresses to try and keys to use first, and proves nothing about who answers.
/// Its text forms are in ``AgentCard/link`` and ``AgentCard/init(link:)``.
package struct AgentCard: Hashable, Sendable {
    /// An invitation to a named group.
    package struct Group: Hashable, Sendable {
        package var name: String
        package var inviteLink: String

        /// Creates the entry.
        package init(name: String, inviteLink: String) {
            self.name = name
            self.inviteLink = inviteLink
        }
    }

    /// An open key-value store.
    package struct Store: Hashable, Sendable {
        package var name: String
        package var topic: String

        /// Creates the entry.
        package init(name: String, topic: String) {
            self.name = name
            self.topic = topic
        }
    }

    /// What the agent calls itself; may be empty.
    package var displayName: String
    /// The agent.
    package var agentID: AgentID
    /// The machine it runs on; `nil` when the card does not know it.
    package var machineID: MachineID?
    /// The human; in cards of this implementation only on request.
    package var userID: UserID?
    /// Where to dial, best first; at most ``AgentCardLimits/addressCountMax``.
    package var addresses: [NetworkAddress]
    /// Invitations.
    package var groups: [Group]
    /// Stores.
    package var stores: [Store]
    /// Unix seconds.
    package var createdAt: UInt64
    /// How the agent takes direct messages; absent for an agent that does not say.
    package var directMessages: DirectMessageCapabilities?
    /// The agent's own signature of the card, when it carries one (spec 01 §17).
    package var signature: AgentCardSignature?

    /// Creates an unsigned card.
    package init(
        displayName: String,
        agentID: AgentID,
        machineID: MachineID?,
        userID: UserID? = nil,
        addresses: [NetworkAddress] = [],
        groups: [Group] = [],
        stores: [Store] = [],
        createdAt: UInt64,
        directMessages: DirectMessageCapabilities? = nil
    ) {
        self.displayName = displayName
        self.agentID = agentID
        self.machineID = machineID
        self.userID = userID
        self.addresses = addresses
        self.groups = groups
        self.stores = stores
        self.createdAt = createdAt
        self.directMessages = directMessages
    }

    /// The name and the first 8 hexadecimal digits of the id, for lists: `Ann (01234567…)`.
    package var shortDescription: String { "\(self.displayName) (\(self.agentID.hex.prefix(8))…)" }
}

/// The caps on a card that comes from outside.
package enum AgentCardLimits {
    /// Bytes of a link or of card JSON.
    package static let textByteCountMax = 65_536
    /// Addresses kept; later ones are ignored, because addresses are only hints.
    package static let addressCountMax = 16
    /// Groups, and stores.
    package static let listCountMax = 256
    /// Bytes of a display name.
    package static let displayNameByteCountMax = 256
}

/// Which of its own addresses a node tells others.
package enum AddressPolicy: Sendable {
    /// Globally routable addresses only (spec 01 §5.1).
    case publicOnly
    /// Also loopback addresses: for nodes that are told to stay on this machine (`X0X_LOOPBACK_ONLY`).
    case loopbackAllowed

    /// Whether the policy lets `address` out, or in.
    package func allows(_ address: NetworkAddress) -> Bool {
        switch self {
        case .publicOnly: address.isGloballyRoutable
        case .loopbackAllowed: address.isGloballyRoutable || (address.isLoopback && address.port > 0)
        }
    }

    /// The allowed ones among `addresses`, in order and without repetition, at most `limit`.
    package func filter(_ addresses: [NetworkAddress], limit: Int) -> [NetworkAddress] {
        var kept: [NetworkAddress] = []
        for address in addresses where kept.count < limit && self.allows(address) && !kept.contains(address) {
            kept.append(address)
        }
        return kept
    }
}
