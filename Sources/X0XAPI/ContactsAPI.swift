// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let contacts = Endpoint<NoBody, ContactsResponse>(
        .get,
        "/contacts",
        command: "contacts list",
        .contacts,
        query: ["complete"],
        "List the contacts"
    )

    package static let addContact = Endpoint<AddContactRequest, AddContactResponse>(
        .post,
        "/contacts",
        command: "contacts add",
        .contacts,
        body: .strictJSON,
        statuses: [200, 201],
        failures: [409],
        "Add a contact, or change the trust and label of an existing one"
    )

    package static let setTrust = Endpoint<SetTrustRequest, Acknowledgement>(
        .post,
        "/contacts/trust",
        command: "trust set",
        .contacts,
        body: .strictJSON,
        failures: [409],
        "Set how far an agent is trusted"
    )

    package static let updateContact = Endpoint<UpdateContactRequest, Acknowledgement>(
        .patch,
        "/contacts/:agent_id",
        command: "contacts update",
        .contacts,
        body: .strictJSON,
        failures: [409],
        "Change trust, identity type or label of a contact"
    )

    package static let removeContact = Endpoint<NoBody, Acknowledgement>(
        .delete,
        "/contacts/:agent_id",
        command: "contacts remove",
        .contacts,
        "Forget a contact"
    )

    package static let evaluateTrust = Endpoint<EvaluateTrustRequest, EvaluateTrustResponse>(
        .post,
        "/trust/evaluate",
        command: "trust evaluate",
        .trust,
        body: .json,
        "Decide how a message of an agent on a machine would be treated"
    )
}

/// One contact (spec 11 §6).
package struct ContactRecord: Codable, Hashable, Sendable {
    package let agentID: String
    /// `blocked`, `unknown`, `known` or `trusted`.
    package let trustLevel: String
    @Nullable package var label: String?
    /// Unix seconds.
    package let addedAt: UInt64
    @Nullable package var lastSeen: UInt64?
    /// `anonymous`, `known`, `trusted` or `pinned`.
    package let identityType: String
    package let isRevoked: Bool
    /// Only with `complete=true`: the recorded machines.
    package var machines: [MachineRecordDocument]?

    package init(
        agentID: String,
        trustLevel: String,
        label: String?,
        addedAt: UInt64,
        lastSeen: UInt64?,
        identityType: String,
        isRevoked: Bool,
        machines: [MachineRecordDocument]? = nil
    ) {
        self.agentID = agentID
        self.trustLevel = trustLevel
        self.label = label
        self.addedAt = addedAt
        self.lastSeen = lastSeen
        self.identityType = identityType
        self.isRevoked = isRevoked
        self.machines = machines
    }

    enum CodingKeys: String, CodingKey {
        case agentID = "agent_id"
        case trustLevel = "trust_level"
        case label
        case addedAt = "added_at"
        case lastSeen = "last_seen"
        case identityType = "identity_type"
        case isRevoked = "revoked"
        case machines
    }
}

/// `GET /contacts`, sorted by agent id; `complete=true`, an addition of this implementation, adds what a backup needs.
package struct ContactsResponse: Codable, Hashable, Sendable {
    package let contacts: [ContactRecord]
    /// Only with `complete=true`: all revocations, those of removed contacts included.
    package let revocations: [RevocationRecord]?

    package init(contacts: [ContactRecord], revocations: [RevocationRecord]? = nil) {
        self.contacts = contacts
        self.revocations = revocations
    }
}

/// `POST /contacts` request (spec 11 §7.8).
package struct AddContactRequest: RequestBody, Hashable {
    package let agentID: String
    /// Defaults to `known`.
    package let trustLevel: String?
    package let label: String?

    package init(agentID: String, trustLevel: String? = nil, label: String? = nil) {
        self.agentID = agentID
        self.trustLevel = trustLevel
        self.label = label
    }

    package static var fields: [String] { CodingKeys.allCases.map(\.rawValue) }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case agentID = "agent_id"
        case trustLevel = "trust_level"
        case label
    }
}

/// 201 when the contact is new, 200 when it was updated.
package struct AddContactResponse: Codable, Hashable, Sendable {
    package let agentID: String

    package init(agentID: String) {
        self.agentID = agentID
    }

    enum CodingKeys: String, CodingKey {
        case agentID = "agent_id"
    }
}

/// `POST /contacts/trust` request.
package struct SetTrustRequest: RequestBody, Hashable {
    package let agentID: String
    package let level: String

    package init(agentID: String, level: String) {
        self.agentID = agentID
        self.level = level
    }

    package static var fields: [String] { CodingKeys.allCases.map(\.rawValue) }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case agentID = "agent_id"
        case level
    }
}

/// `PATCH /contacts/:agent_id` request; nothing given changes nothing.
package struct UpdateContactRequest: RequestBody, Hashable {
    package let trustLevel: String?
    package let identityType: String?
    package let label: String?

    package init(trustLevel: String? = nil, identityType: String? = nil, label: String? = nil) {
        self.trustLevel = trustLevel
        self.identityType = identityType
        self.label = label
    }

    package static var fields: [String] { CodingKeys.allCases.map(\.rawValue) }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case trustLevel = "trust_level"
        case identityType = "identity_type"
        case label
    }
}

/// `POST /trust/evaluate` request.
package struct EvaluateTrustRequest: RequestBody, Hashable {
    package let agentID: String
    package let machineID: String

    package init(agentID: String, machineID: String) {
        self.agentID = agentID
        self.machineID = machineID
    }

    package static var fields: [String] { CodingKeys.allCases.map(\.rawValue) }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case agentID = "agent_id"
        case machineID = "machine_id"
    }
}

package struct EvaluateTrustResponse: Codable, Hashable, Sendable {
    /// `Accept`, `AcceptWithFlag`, `RejectMachineMismatch`, `RejectBlocked` or `Unknown`.
    package let decision: String

    package init(decision: String) {
        self.decision = decision
    }
}
