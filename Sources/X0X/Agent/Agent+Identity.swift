// SPDX-License-Identifier: MIT OR Apache-2.0

package import Identity
internal import Node
package import Primitives
package import Trust

// What this agent says about itself (spec 11 §7.2).
extension Agent {
    /// The own card, signed; addresses as in announcements.
    ///
    /// - Parameters:
    ///   - displayName: At most 256 bytes; a longer one is cut.
    ///   - includeUser: Whether the card names the user, if there is one. It also does while announcements do (spec 01 F12).
    /// - Returns: The card.
    /// - Throws: `CryptoSuiteError` when it cannot be signed.
    package func card(displayName: String, includeUser: Bool) async throws -> AgentCard {
        let card = AgentCard(
            displayName: displayName.limited(toByteCount: AgentCardLimits.displayNameByteCountMax),
            agentID: self.identity.agentID,
            machineID: self.identity.machineID,
            userID: includeUser || self.announcer.disclosesUser ? self.identity.userID : nil,
            addresses: self.addresses.current(),
            createdAt: self.clock.wallTime().seconds
        )
        return try card.signed(by: self.keys.agentKey)
    }

    /// What a contact of the peer's level may see of this node; without a peer, what a stranger may see (spec 01 §14.2).
    ///
    ///
    /// - Throws: `Introduction.Refusal`.
    package func introduction(for peer: AgentID?) async throws -> Introduction {
        let level = peer.map(self.contactService.snapshot.book.trustLevel(of:)) ?? .unknown
        return try Introduction(of: self.keys, for: level)
    }

    /// Announces identity and machine now (spec 01 §5.4, §5.6).
    package func announce(includeUser: Bool, humanConsent: Bool) async throws(AnnounceError) {
        try await self.announcer.announce(includeUser: includeUser, humanConsent: humanConsent)
    }

    /// Whether an agent is revoked.
    package func isRevoked(_ id: AgentID) async -> Bool { self.contactService.snapshot.book.isRevoked(id) }
}

extension String {
    /// The longest prefix of whole characters with at most `limit` UTF-8 bytes.
    fileprivate func limited(toByteCount limit: Int) -> String {
        guard self.utf8.count > limit else { return self }
        var text = self
        while text.utf8.count > limit { text.removeLast() }
        return text
    }
}
