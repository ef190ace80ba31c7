// SPDX-License-Identifier: MIT OR Apache-2.0

/// The contents of a `contacts.json` in the schema of the original (spec 01 §10.2).
///
/// A plain document: it says what the file says. Whether a level exists, and what may be taken over from it, is for those
/// who read it. Ids are 32 bytes, times are Unix seconds.
package struct ContactsDocument: Hashable, Sendable {
    /// The contacts, in the order of the file.
    package var contacts: [Contact]
    /// The revocations, in the order of the file.
    package var revocations: [Revocation]

    /// Creates a document.
    package init(contacts: [Contact] = [], revocations: [Revocation] = []) {
        self.contacts = contacts
        self.revocations = revocations
    }

    /// One contact.
    package struct Contact: Hashable, Sendable {
        /// 32 bytes.
        package var agentID: [UInt8]
        /// `blocked`, `unknown`, `known` or `trusted`.
        package var trustLevel: String
        /// The owner's name for the agent.
        package var label: String?
        /// Unix seconds.
        package var addedAt: UInt64
        /// Unix seconds.
        package var lastSeen: UInt64?
        /// `anonymous`, `known`, `trusted` or `pinned`.
        package var identityType: String
        /// The machines the agent was seen on.
        package var machines: [Machine]

        /// Creates a contact with plain fields.
        package init(
            agentID: [UInt8],
            trustLevel: String,
            label: String? = nil,
            addedAt: UInt64,
            lastSeen: UInt64? = nil,
            identityType: String = "anonymous",
            machines: [Machine] = []
        ) {
            self.agentID = agentID
            self.trustLevel = trustLevel
            self.label = label
            self.addedAt = addedAt
            self.lastSeen = lastSeen
            self.identityType = identityType
            self.machines = machines
        }
    }

    /// One machine of a contact.
    package struct Machine: Hashable, Sendable {
        /// 32 bytes.
        package var machineID: [UInt8]
        /// The owner's name for the machine.
        package var label: String?
        /// Unix seconds.
        package var firstSeen: UInt64
        /// Unix seconds.
        package var lastSeen: UInt64
        /// Whether a pinned contact is accepted from here.
        package var pinned: Bool

        /// Creates a record with plain fields.
        package init(
            machineID: [UInt8],
            label: String? = nil,
            firstSeen: UInt64,
            lastSeen: UInt64,
            pinned: Bool = false
        ) {
            self.machineID = machineID
            self.label = label
            self.firstSeen = firstSeen
            self.lastSeen = lastSeen
            self.pinned = pinned
        }
    }

    /// One revocation.
    package struct Revocation: Hashable, Sendable {
        /// 32 bytes.
        package var agentID: [UInt8]
        /// Why.
        package var reason: String
        /// Unix seconds.
        package var timestamp: UInt64
        /// 32 bytes, who revoked.
        package var revokerID: [UInt8]?

        /// Creates a revocation with plain fields.
        package init(agentID: [UInt8], reason: String, timestamp: UInt64, revokerID: [UInt8]? = nil) {
            self.agentID = agentID
            self.reason = reason
            self.timestamp = timestamp
            self.revokerID = revokerID
        }
    }
}

// MARK: - Codable, with the defaults of old files

extension ContactsDocument: Codable {
    enum CodingKeys: String, CodingKey {
        case contacts
        case revocations
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.contacts = try container.decode([Contact].self, forKey: .contacts)
        self.revocations = try container.decodeIfPresent([Revocation].self, forKey: .revocations) ?? []
    }
}

extension ContactsDocument.Contact: Codable {
    enum CodingKeys: String, CodingKey {
        case agentID = "agent_id"
        case trustLevel = "trust_level"
        case label
        case addedAt = "added_at"
        case lastSeen = "last_seen"
        case identityType = "identity_type"
        case machines
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            agentID: try container.decodeID(.agentID),
            trustLevel: try container.decode(String.self, forKey: .trustLevel),
            label: try container.decodeIfPresent(String.self, forKey: .label),
            addedAt: try container.decode(UInt64.self, forKey: .addedAt),
            lastSeen: try container.decodeIfPresent(UInt64.self, forKey: .lastSeen),
            identityType: try container.decodeIfPresent(String.self, forKey: .identityType) ?? "anonymous",
            machines: try container.decodeIfPresent([ContactsDocument.Machine].self, forKey: .machines) ?? []
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.agentID, forKey: .agentID)
        try container.encode(self.trustLevel, forKey: .trustLevel)
        try container.encode(self.label, forKey: .label)  // null, as the original writes it
        try container.encode(self.addedAt, forKey: .addedAt)
        try container.encode(self.lastSeen, forKey: .lastSeen)
        try container.encode(self.identityType, forKey: .identityType)
        try container.encode(self.machines, forKey: .machines)
    }
}

extension ContactsDocument.Machine: Codable {
    enum CodingKeys: String, CodingKey {
        case machineID = "machine_id"
        case label
        case firstSeen = "first_seen"
        case lastSeen = "last_seen"
        case pinned
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            machineID: try container.decodeID(.machineID),
            label: try container.decodeIfPresent(String.self, forKey: .label),
            firstSeen: try container.decode(UInt64.self, forKey: .firstSeen),
            lastSeen: try container.decode(UInt64.self, forKey: .lastSeen),
            pinned: try container.decode(Bool.self, forKey: .pinned)
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.machineID, forKey: .machineID)
        try container.encode(self.label, forKey: .label)
        try container.encode(self.firstSeen, forKey: .firstSeen)
        try container.encode(self.lastSeen, forKey: .lastSeen)
        try container.encode(self.pinned, forKey: .pinned)
    }
}

extension ContactsDocument.Revocation: Codable {
    enum CodingKeys: String, CodingKey {
        case agentID = "agent_id"
        case reason
        case timestamp
        case revokerID = "revoker_id"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let hasRevoker = try container.contains(.revokerID) && !container.decodeNil(forKey: .revokerID)
        self.init(
            agentID: try container.decodeID(.agentID),
            reason: try container.decode(String.self, forKey: .reason),
            timestamp: try container.decode(UInt64.self, forKey: .timestamp),
            revokerID: hasRevoker ? try container.decodeID(.revokerID) : nil
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.agentID, forKey: .agentID)
        try container.encode(self.reason, forKey: .reason)
        try container.encode(self.timestamp, forKey: .timestamp)
        try container.encode(self.revokerID, forKey: .revokerID)
    }
}

extension KeyedDecodingContainer {
    /// An id as an array of numbers; how many they are is checked with the place in the file.
    fileprivate func decodeID(_ key: Key) throws -> [UInt8] {
        try self.decode([Int].self, forKey: key).map { number in
            guard let byte = UInt8(exactly: number) else {
                throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "\(number)")
            }
            return byte
        }
    }
}
