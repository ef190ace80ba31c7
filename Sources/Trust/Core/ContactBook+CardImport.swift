// SPDX-License-Identifier: MIT OR Apache-2.0

package import Identity
package import Primitives

/// What became of an imported card.
package struct CardImportOutcome: Hashable, Sendable {
    /// The agent of the card.
    package var agentID: AgentID
    /// The card's name for it.
    package var displayName: String
    /// The level the agent has now.
    package var trustLevel: TrustLevel
    /// Whether the agent itself signed the card.
    package var isVerified: Bool
    /// Whether the request asked for less than the agent already had, or for an unblocking.
    package var isTrustDowngradeIgnored: Bool
    /// Invitations in the card.
    package var groupCount: Int
    /// Stores in the card.
    package var storeCount: Int
}

extension ContactBook {
    /// Makes the agent of a card a contact without undoing earlier decisions (spec 01 F11, spec 11 §7.2).
    ///
    /// Blocked stays blocked; a level never falls; `addedAt`, `lastSeen`, identity type, machines and the owner's label stay.
    /// The own card is accepted and ignored. The caller has checked ``AgentCard/authenticity()``.
    /// `requested` is the level the user asked for, `localAgent` the agent of this node.
    package mutating func importCard(
        _ card: AgentCard,
        requesting requested: TrustLevel,
        localAgent: AgentID,
        now: UInt64,
        into changes: inout [ContactChange]
    ) throws(ContactError) -> CardImportOutcome {
        let existing: TrustLevel? =
            self.isRevoked(card.agentID) ? .blocked : self[card.agentID].map(\.trustLevel)
        var outcome = CardImportOutcome(
            agentID: card.agentID,
            displayName: card.displayName,
            trustLevel: existing ?? .unknown,
            isVerified: card.signature != nil,
            isTrustDowngradeIgnored: false,
            groupCount: card.groups.count,
            storeCount: card.stores.count
        )
        guard card.agentID != localAgent else { return outcome }
        let effective = Self.levelAfterImport(existing: existing, requested: requested)
        try self.edit(card.agentID, now: now, into: &changes) { (contact: inout Contact) throws(ContactError) in
            if effective != existing { contact.setTrust(effective) }
            // Parsed cards have names of at most ``AgentCardLimits/displayNameByteCountMax`` bytes: they fit a label.
            if contact.label == nil, !card.displayName.isEmpty { contact.label = card.displayName }
        }
        outcome.trustLevel = effective
        outcome.isTrustDowngradeIgnored = effective != requested
        return outcome
    }

    private static func levelAfterImport(existing: TrustLevel?, requested: TrustLevel) -> TrustLevel {
        switch existing {
        case nil: requested
        case .blocked: .blocked
        case .some(let level): max(level, requested)
        }
    }
}
