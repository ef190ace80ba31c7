// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XAPI

/// The daemon's own identity (spec 11 §7.2).
extension X0XClient {
    /// `GET /agent`.
    package func agent() async throws(X0XClientError) -> AgentResponse {
        try await self.call(Endpoints.agent)
    }

    /// `GET /agent/user-id`: the user id as 64 hex digits, nil without a user identity.
    public func agentUserID() async throws(X0XClientError) -> String? {
        try await self.call(Endpoints.agentUserID).userID
    }

    /// `GET /agent/card`: a card and its `x0x://agent/…` link.
    package func agentCard(
        displayName: String = "",
        includeGroups: Bool = false,
        includeUser: Bool = false
    ) async throws(X0XClientError) -> CardResponse {
        var query: [(name: String, value: String)] = []
        if !displayName.isEmpty { query.append(("display_name", displayName)) }
        if includeGroups { query.append(("include_groups", "true")) }
        if includeUser { query.append(("include_user", "true")) }
        return try await self.call(Endpoints.card, query: query)
    }

    /// `POST /agent/card/import`; nil as `trustLevel` means `known`.
    package func importAgentCard(
        _ card: CardImportRequest.Card,
        trustLevel: String? = nil
    ) async throws(X0XClientError) -> CardImportResponse {
        try await self.call(Endpoints.importCard, body: CardImportRequest(card: card, trustLevel: trustLevel))
    }

    /// `GET /introduction` as `peer` (64 hex digits) would see it; nil shows what a stranger sees.
    package func introduction(peer: String? = nil) async throws(X0XClientError) -> IntroductionResponse {
        try await self.call(Endpoints.introduction, query: peer.map { [("peer", $0)] } ?? [])
    }

    /// `POST /announce`.
    package func announce(
        includeUserIdentity: Bool = false,
        humanConsent: Bool = false
    ) async throws(X0XClientError) -> AnnounceResponse {
        let request = AnnounceRequest(includeUserIdentity: includeUserIdentity, humanConsent: humanConsent)
        return try await self.call(Endpoints.announce, body: request)
    }
}
