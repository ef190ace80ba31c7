// SPDX-License-Identifier: MIT OR Apache-2.0

package import Identity
internal import Node
package import Primitives
package import Trust

// What this agent says about itself (spec 11 §7.2).
extension Agent {
    /// The own card, signed; addresses as in announcements.
    ///
    /// - Parameter displayName: At most 256 bytes; a longer one is cut.
    /// - Returns: The card.
    /// - Throws: `CryptoSuiteError` when it cannot be signed.
    package func card(displayName: String) async throws -> AgentCard {
        let card = AgentCard(
            displayName: displayName.limited(toByteCount: AgentCardLimits.displayNameByteCountMax),
            agentID: self.identity.agentID,
            machineID: self.identity.machineID,
            addresses: self.addresses.current(),
            createdAt: self.clock.wallTime().seconds
        )
        return try card.signed(by: self.keys.agentKey)
    }

    /// What a contact of the peer's level may see of this node; without a peer, what a stranger may see (spec 01 §14.2).
    ///
    /// The dictionary of the four-word names is not there yet: the four groups are hexadecimal digits of the ids.
    ///
    /// - Throws: `Introduction.Refusal`.
    package func introduction(for peer: AgentID?) async throws -> Introduction {
        let level = peer.map(self.contactService.snapshot.book.trustLevel(of:)) ?? .unknown
        return try Introduction(
            of: self.keys,
            agentWords: Self.fourGroups(self.identity.agentID),
            userWords: self.identity.userID.map(Self.fourGroups),
            for: level
        )
    }

    private static func fourGroups(_ id: some Identifier32) -> String {
        let digits = Array(id.shortHex)
        return stride(from: 0, to: 16, by: 4).map { String(digits[$0..<$0 + 4]) }.joined(separator: " ")
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
