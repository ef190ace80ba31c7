// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes
internal import Identity
internal import Primitives
internal import Trust
internal import X0X
internal import X0XAPI

/// `/agent…`, `/introduction`, `/announce` (spec 11 §7.2).
extension APIRoutes {
    var identity: [MountedRoute] {
        [
            Endpoints.agent.answered { _ in .ok(AgentResponse(self.agent.identity)) },
            Endpoints.agentUserID.answered { _ in .ok(UserIDResponse(userID: self.agent.identity.userID?.hex)) },
            Endpoints.card.answered { call in
                // Named groups put invitations into the card; an agent without groups has none to put there.
                _ = try call.query.flag("include_groups")
                let card = try await self.agent.card(
                    displayName: call.query["display_name"] ?? "",
                    includeUser: try call.query.flag("include_user")
                )
                return .ok(CardResponse(card: CardDocument(card), link: card.link))
            },
            Endpoints.importCard.answered { call in
                let card = try AgentCard(importing: call.body.card)
                let level = try Parse.trustLevel(call.body.trustLevel ?? TrustLevel.known.rawValue)
                return .ok(CardImportResponse(try await self.importCard(card, trust: level)))
            },
            Endpoints.introduction.answered { call in
                let peer = try call.query["peer"].map { try Parse.introducedPeer($0) }
                return .ok(IntroductionResponse(try await self.introduction(for: peer)))
            },
            Endpoints.announce.answered { call in
                let includeUser = call.body.includeUserIdentity ?? false
                try await self.announce(includeUser: includeUser, humanConsent: call.body.humanConsent ?? false)
                return .ok(AnnounceResponse(includeUserIdentity: includeUser))
            },
        ]
    }

    private func importCard(_ card: AgentCard, trust: TrustLevel) async throws -> CardImportOutcome {
        do {
            return try await Self.changing { try await self.agent.importCard(card, trust: trust) }
        } catch let error as IdentityError {
            throw APIFailure.badRequest("invalid card: \(error)")
        }
    }

    private func introduction(for peer: AgentID?) async throws -> Trust.Introduction {
        do {
            return try await self.agent.introduction(for: peer)
        } catch Trust.Introduction.Refusal.blocked {
            throw APIFailure(.forbidden, "blocked")
        } catch {
            throw APIFailure(.internalServerError, "failed to build introduction card", detail: "\(error)")
        }
    }

    private func announce(includeUser: Bool, humanConsent: Bool) async throws(APIFailure) {
        do throws(AnnounceError) {
            try await self.agent.announce(includeUser: includeUser, humanConsent: humanConsent)
        } catch {
            throw .badRequest(error.description)
        }
    }
}
