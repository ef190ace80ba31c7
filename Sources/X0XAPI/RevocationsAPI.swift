// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let revokeContact = Endpoint<RevokeContactRequest, Acknowledgement>(
        .post,
        "/contacts/:agent_id/revoke",
        command: "contacts revoke",
        .contacts,
        body: .json,
        failures: [409],
        "Block an agent for good; there is no way back"
    )

    package static let revocations = Endpoint<NoBody, RevocationsResponse>(
        .get,
        "/contacts/:agent_id/revocations",
        command: "contacts revocations",
        .contacts,
        "Show whether, when and why an agent was revoked"
    )
}

/// `POST /contacts/:agent_id/revoke` request.
package struct RevokeContactRequest: RequestBody, Hashable {
    /// At most 1,024 bytes.
    package let reason: String

    package init(reason: String) {
        self.reason = reason
    }

    package static var fields: [String] { CodingKeys.allCases.map(\.rawValue) }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case reason
    }
}

/// One revocation (spec 11 §7.8).
package struct RevocationRecord: Codable, Hashable, Sendable {
    package let agentID: String
    package let reason: String
    /// Unix seconds.
    package let timestamp: UInt64
    /// The same time, under the name that the original's web page reads.
    package let revokedAt: UInt64
    @Nullable package var revokerID: String?

    package init(agentID: String, reason: String, timestamp: UInt64, revokerID: String?) {
        self.agentID = agentID
        self.reason = reason
        self.timestamp = timestamp
        self.revokedAt = timestamp
        self.revokerID = revokerID
    }

    enum CodingKeys: String, CodingKey {
        case agentID = "agent_id"
        case reason
        case timestamp
        case revokedAt = "revoked_at"
        case revokerID = "revoker_id"
    }
}

/// `GET /contacts/:agent_id/revocations`: those of the named agent, so one at most.
package struct RevocationsResponse: Codable, Hashable, Sendable {
    package let revocations: [RevocationRecord]

    package init(revocations: [RevocationRecord]) {
        self.revocations = revocations
    }
}
