// SPDX-License-Identifier: MIT OR Apache-2.0

extension Endpoints {
    package static let agent = Endpoint<NoBody, AgentResponse>(
        .get,
        "/agent",
        command: "agent",
        .identity,
        "Show this agent's identity"
    )

    package static let agentUserID = Endpoint<NoBody, UserIDResponse>(
        .get,
        "/agent/user-id",
        command: "agent user-id",
        .identity,
        "Show the user identity, if one is configured"
    )

    package static let card = Endpoint<NoBody, CardResponse>(
        .get,
        "/agent/card",
        command: "agent card",
        .identity,
        query: ["display_name", "include_groups", "include_user"],
        "Make a card that others can import to find and reach this agent"
    )

    package static let importCard = Endpoint<CardImportRequest, CardImportResponse>(
        .post,
        "/agent/card/import",
        command: "agent import",
        .identity,
        body: .json,
        failures: [409],
        "Import another agent's card as a contact"
    )

    package static let introduction = Endpoint<NoBody, IntroductionResponse>(
        .get,
        "/introduction",
        command: "agent introduction",
        .identity,
        query: ["peer"],
        "Show what this agent tells a peer about itself"
    )

    package static let announce = Endpoint<AnnounceRequest, AnnounceResponse>(
        .post,
        "/announce",
        command: "announce",
        .identity,
        body: .optionalJSON,
        "Announce this agent and its addresses to the network now"
    )
}

/// `GET /agent` (spec 11 §7.2).
package struct AgentResponse: Codable, Hashable, Sendable {
    package let agentID: String
    package let machineID: String
    @Nullable package var userID: String?
    /// Base64 of the 1184-byte ML-KEM-768 public key.
    package let keyEncapsulationPublicKey: String

    package init(agentID: String, machineID: String, userID: String?, keyEncapsulationPublicKey: String) {
        self.agentID = agentID
        self.machineID = machineID
        self.userID = userID
        self.keyEncapsulationPublicKey = keyEncapsulationPublicKey
    }

    enum CodingKeys: String, CodingKey {
        case agentID = "agent_id"
        case machineID = "machine_id"
        case userID = "user_id"
        case keyEncapsulationPublicKey = "kem_public_key_b64"
    }
}

/// `GET /agent/user-id` (spec 11 §7.2).
package struct UserIDResponse: Codable, Hashable, Sendable {
    @Nullable package var userID: String?

    package init(userID: String?) {
        self.userID = userID
    }

    enum CodingKeys: String, CodingKey {
        case userID = "user_id"
    }
}

/// `POST /announce` request; an empty body means both false (spec 11 §7.2).
package struct AnnounceRequest: RequestBody, Hashable {
    package let includeUserIdentity: Bool?
    package let humanConsent: Bool?

    package init(includeUserIdentity: Bool? = nil, humanConsent: Bool? = nil) {
        self.includeUserIdentity = includeUserIdentity
        self.humanConsent = humanConsent
    }

    package static var fields: [String] { CodingKeys.allCases.map(\.rawValue) }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case includeUserIdentity = "include_user_identity"
        case humanConsent = "human_consent"
    }
}

package struct AnnounceResponse: Codable, Hashable, Sendable {
    package let includeUserIdentity: Bool

    package init(includeUserIdentity: Bool) {
        self.includeUserIdentity = includeUserIdentity
    }

    enum CodingKeys: String, CodingKey {
        case includeUserIdentity = "include_user_identity"
    }
}

/// `GET /introduction` (spec 11 §7.2); fields a peer's trust does not earn are absent.
package struct IntroductionResponse: Codable, Hashable, Sendable {
    package struct Service: Codable, Hashable, Sendable {
        package let name: String
        package let description: String
        package let minimumTrust: String

        package init(name: String, description: String, minimumTrust: String) {
            self.name = name
            self.description = description
            self.minimumTrust = minimumTrust
        }

        enum CodingKeys: String, CodingKey {
            case name
            case description
            case minimumTrust = "min_trust"
        }
    }

    package let agentID: String
    @Nullable package var displayName: String?
    package let identityWords: String
    package let services: [Service]
    package let machineID: String?
    package let userID: String?
    package let certificate: String?
    /// The first 8 bytes, as the original shows it.
    package let signature: String?
    /// Additions with which a reader can check everything: hex of the machine's key, the whole signature and the certificate.
    package let machinePublicKey: String?
    package let fullSignature: String?
    package let agentCertificate: String?

    package init(
        agentID: String,
        displayName: String?,
        identityWords: String,
        services: [Service],
        machineID: String?,
        userID: String?,
        certificate: String?,
        signature: String?,
        machinePublicKey: String? = nil,
        fullSignature: String? = nil,
        agentCertificate: String? = nil
    ) {
        self.agentID = agentID
        self.displayName = displayName
        self.identityWords = identityWords
        self.services = services
        self.machineID = machineID
        self.userID = userID
        self.certificate = certificate
        self.signature = signature
        self.machinePublicKey = machinePublicKey
        self.fullSignature = fullSignature
        self.agentCertificate = agentCertificate
    }

    enum CodingKeys: String, CodingKey {
        case agentID = "agent_id"
        case displayName = "display_name"
        case identityWords = "identity_words"
        case services
        case machineID = "machine_id"
        case userID = "user_id"
        case certificate
        case signature
        case machinePublicKey = "machine_public_key"
        case fullSignature = "full_signature"
        case agentCertificate = "agent_certificate"
    }
}
