// SPDX-License-Identifier: MIT OR Apache-2.0

/// An agent card as JSON: also the wire format inside `x0x://agent/…` links (spec 11 §7.2, 01 §13).
package struct CardDocument: Codable, Hashable, Sendable {
    package struct Group: Codable, Hashable, Sendable {
        package let name: String
        package let inviteLink: String

        package init(name: String, inviteLink: String) {
            self.name = name
            self.inviteLink = inviteLink
        }

        enum CodingKeys: String, CodingKey {
            case name
            case inviteLink = "invite_link"
        }
    }

    package struct Store: Codable, Hashable, Sendable {
        package let name: String
        package let topic: String

        package init(name: String, topic: String) {
            self.name = name
            self.topic = topic
        }
    }

    package struct DirectMessageCapabilities: Codable, Hashable, Sendable {
        package let maximumProtocolVersion: UInt16
        package let gossipInbox: Bool
        package let keyEncapsulationAlgorithm: String
        package let maximumEnvelopeByteCount: UInt64
        /// 1184 bytes, written as a JSON array of numbers.
        package let keyEncapsulationPublicKey: [UInt8]?

        package init(
            maximumProtocolVersion: UInt16,
            gossipInbox: Bool,
            keyEncapsulationAlgorithm: String,
            maximumEnvelopeByteCount: UInt64,
            keyEncapsulationPublicKey: [UInt8]?
        ) {
            self.maximumProtocolVersion = maximumProtocolVersion
            self.gossipInbox = gossipInbox
            self.keyEncapsulationAlgorithm = keyEncapsulationAlgorithm
            self.maximumEnvelopeByteCount = maximumEnvelopeByteCount
            self.keyEncapsulationPublicKey = keyEncapsulationPublicKey
        }

        enum CodingKeys: String, CodingKey {
            case maximumProtocolVersion = "max_protocol_version"
            case gossipInbox = "gossip_inbox"
            case keyEncapsulationAlgorithm = "kem_algorithm"
            case maximumEnvelopeByteCount = "max_envelope_bytes"
            case keyEncapsulationPublicKey = "kem_public_key"
        }
    }

    package let displayName: String
    package let agentID: String
    package let machineID: String
    package let userID: String?
    package let addresses: [String]?
    package let groups: [Group]?
    package let stores: [Store]?
    /// Unix seconds.
    package let createdAt: UInt64
    package let directMessageCapabilities: DirectMessageCapabilities?
    /// Hex of the agent's ML-DSA-65 key; together with `signature` proof that the agent wrote the card (spec 01 §17).
    package let agentPublicKey: String?
    /// Hex.
    package let signature: String?

    package init(
        displayName: String,
        agentID: String,
        machineID: String,
        userID: String?,
        addresses: [String]?,
        groups: [Group]? = nil,
        stores: [Store]? = nil,
        createdAt: UInt64,
        directMessageCapabilities: DirectMessageCapabilities?,
        agentPublicKey: String? = nil,
        signature: String? = nil
    ) {
        self.displayName = displayName
        self.agentID = agentID
        self.machineID = machineID
        self.userID = userID
        self.addresses = addresses
        self.groups = groups
        self.stores = stores
        self.createdAt = createdAt
        self.directMessageCapabilities = directMessageCapabilities
        self.agentPublicKey = agentPublicKey
        self.signature = signature
    }

    enum CodingKeys: String, CodingKey {
        case displayName = "display_name"
        case agentID = "agent_id"
        case machineID = "machine_id"
        case userID = "user_id"
        case addresses
        case groups
        case stores
        case createdAt = "created_at"
        case directMessageCapabilities = "dm_capabilities"
        case agentPublicKey = "agent_public_key"
        case signature
    }
}

/// `GET /agent/card` (spec 11 §7.2).
package struct CardResponse: Codable, Hashable, Sendable {
    package let card: CardDocument
    /// `x0x://agent/` + base64url without padding of the card's compact JSON.
    package let link: String

    package init(card: CardDocument, link: String) {
        self.card = card
        self.link = link
    }
}

/// `POST /agent/card/import` request (spec 11 §7.2).
package struct CardImportRequest: RequestBody, Hashable {
    /// What people paste: a link (or its bare base64 part), or the card itself.
    package enum Card: Codable, Hashable, Sendable {
        case link(String)
        case document(CardDocument)
        /// Neither; the text says why. Read as a value, because the answer to it is 400 and not 422.
        case unreadable(String)

        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let link = try? container.decode(String.self) {  // not a string: then it must be an object
                self = .link(link)
                return
            }
            do {
                self = .document(try container.decode(CardDocument.self))
            } catch DecodingError.keyNotFound(let key, _) {
                self = .unreadable("missing field `\(key.stringValue)`")
            } catch {
                self = .unreadable("it is neither a link nor a card object")
            }
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .link(let link): try container.encode(link)
            case .document(let card): try container.encode(card)
            case .unreadable: try container.encodeNil()
            }
        }
    }

    package let card: Card
    /// `blocked`, `unknown`, `known` (the default) or `trusted`, in any case.
    package let trustLevel: String?

    package init(card: Card, trustLevel: String? = nil) {
        self.card = card
        self.trustLevel = trustLevel
    }

    package static var fields: [String] { CodingKeys.allCases.map(\.rawValue) }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case card
        case trustLevel = "trust_level"
    }
}

package struct CardImportResponse: Codable, Hashable, Sendable {
    package let agentID: String
    package let displayName: String
    /// The level that holds now, capitalised (`Known`); a blocked contact stays `Blocked`.
    package let trustLevel: String
    /// Group invitations on the card.
    package let groups: UInt64
    /// Store topics on the card.
    package let stores: UInt64
    /// Whether the agent itself signed the card; a card without signature may be anybody's.
    package let isVerified: Bool?
    /// `true` when the agent has a level that the import does not change; otherwise absent.
    package let isTrustDowngradeIgnored: Bool?

    package init(
        agentID: String,
        displayName: String,
        trustLevel: String,
        groups: UInt64,
        stores: UInt64,
        isVerified: Bool? = nil,
        isTrustDowngradeIgnored: Bool? = nil
    ) {
        self.agentID = agentID
        self.displayName = displayName
        self.trustLevel = trustLevel
        self.groups = groups
        self.stores = stores
        self.isVerified = isVerified
        self.isTrustDowngradeIgnored = isTrustDowngradeIgnored
    }

    enum CodingKeys: String, CodingKey {
        case agentID = "agent_id"
        case displayName = "display_name"
        case trustLevel = "trust_level"
        case groups
        case stores
        case isVerified = "verified"
        case isTrustDowngradeIgnored = "trust_downgrade_ignored"
    }
}
