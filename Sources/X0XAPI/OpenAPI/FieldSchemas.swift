// SPDX-License-Identifier: MIT OR Apache-2.0

// The closer forms of text fields (spec 11 §6): which strings are ids, base64, or one of a few words.
// Words and hex digits are accepted in either case; the schema of a request shows the usual one.

private let trustLevels = Schema.choice(["blocked", "unknown", "known", "trusted"])
private let identityTypes = Schema.choice(["anonymous", "known", "trusted", "pinned"])
private let identifiers = Schema.array(of: .identifier)

extension AddContactRequest: FieldDescribing {
    package static var fieldSchemas: [String: Schema] { ["agent_id": .identifier, "trust_level": trustLevels] }
}

extension SetTrustRequest: FieldDescribing {
    package static var fieldSchemas: [String: Schema] { ["agent_id": .identifier, "level": trustLevels] }
}

extension UpdateContactRequest: FieldDescribing {
    package static var fieldSchemas: [String: Schema] { ["trust_level": trustLevels, "identity_type": identityTypes] }
}

extension EvaluateTrustRequest: FieldDescribing {
    package static var fieldSchemas: [String: Schema] { ["agent_id": .identifier, "machine_id": .identifier] }
}

extension EvaluateTrustResponse: FieldDescribing {
    package static var fieldSchemas: [String: Schema] {
        ["decision": .choice(["Accept", "AcceptWithFlag", "RejectMachineMismatch", "RejectBlocked", "Unknown"])]
    }
}

extension ContactRecord: FieldDescribing {
    package static var fieldSchemas: [String: Schema] {
        ["agent_id": .identifier, "trust_level": trustLevels, "identity_type": identityTypes]
    }
}

extension AddMachineRequest: FieldDescribing {
    package static var fieldSchemas: [String: Schema] { ["machine_id": .identifier] }
}

extension MachineRecordDocument: FieldDescribing {
    package static var fieldSchemas: [String: Schema] { ["machine_id": .identifier] }
}

extension CardImportRequest: FieldDescribing {
    package static var fieldSchemas: [String: Schema] { ["trust_level": trustLevels] }
}

extension CardDocument: FieldDescribing {
    package static var fieldSchemas: [String: Schema] { ["agent_id": .identifier, "machine_id": .identifier] }
}

extension DiscoveredAgentRecord: FieldDescribing {
    package static var fieldSchemas: [String: Schema] {
        ["agent_id": .identifier, "machine_id": .identifier, "user_id": .identifier]
    }
}

extension DiscoveredMachineRecord: FieldDescribing {
    package static var fieldSchemas: [String: Schema] {
        ["machine_id": .identifier, "agent_ids": identifiers, "user_ids": identifiers]
    }
}

extension AgentResponse: FieldDescribing {
    package static var fieldSchemas: [String: Schema] {
        ["agent_id": .identifier, "machine_id": .identifier, "user_id": .identifier, "kem_public_key_b64": .base64]
    }
}

extension PresenceResponse: FieldDescribing {
    package static var fieldSchemas: [String: Schema] { ["agents": identifiers] }
}

extension PublishRequest: FieldDescribing {
    package static var fieldSchemas: [String: Schema] { ["payload": .base64] }
}

extension SubscribeResponse: FieldDescribing {
    package static var fieldSchemas: [String: Schema] { ["subscription_id": .pattern("^[0-9a-f]{16}$")] }
}

extension TopicMessage: FieldDescribing {
    package static var fieldSchemas: [String: Schema] {
        ["payload": .base64, "sender": .identifier, "trust_level": trustLevels]
    }
}

extension ConnectRequest: FieldDescribing {
    package static var fieldSchemas: [String: Schema] { ["agent_id": .identifier] }
}

extension ConnectMachineRequest: FieldDescribing {
    package static var fieldSchemas: [String: Schema] { ["machine_id": .identifier] }
}

extension DirectSendRequest: FieldDescribing {
    package static var fieldSchemas: [String: Schema] { ["agent_id": .identifier, "payload": .base64] }
}

extension DirectSendResponse: FieldDescribing {
    package static var fieldSchemas: [String: Schema] {
        [
            "path": .choice(["loopback", "gossip_inbox", "raw_quic", "raw_quic_acked"]),
            "request_id": .pattern("^[0-9a-f]{32}$"),
        ]
    }
}

extension DirectMessageEvent: FieldDescribing {
    package static var fieldSchemas: [String: Schema] {
        ["sender": .identifier, "machine_id": .identifier, "payload": .base64]
    }
}

extension CardImportRequest.Card: SelfDescribing {
    package static var sample: Self { .link("") }

    package static func schema(using probe: SchemaProbe) throws -> Schema {
        .anyOf([.string, try probe.schema(of: CardDocument.self)])
    }
}

extension FeedEvent: SelfDescribing {
    package static var sample: Self { .lagged(missed: 0) }

    package static func schema(using probe: SchemaProbe) throws -> Schema {
        let message = ["type": Schema.choice(["message"]), "data": try probe.schema(of: TopicMessage.self)]
        let lagged = ["type": Schema.choice(["lagged"]), "data": try probe.schema(of: LaggedNotice.self)]
        return .anyOf([.object(ObjectSchema(message)), .object(ObjectSchema(lagged))])
    }
}

extension PresenceEvent: SelfDescribing {
    package static var sample: Self { .lagged(missed: 0) }

    package static func schema(using probe: SchemaProbe) -> Schema {
        let online: [String: Schema] = [
            "event": .choice(["online"]), "type": .choice(["online"]), "agent_id": .identifier, "reachable": .boolean,
        ]
        let offline: [String: Schema] = [
            "event": .choice(["offline"]), "type": .choice(["offline"]), "agent_id": .identifier,
        ]
        let lagged: [String: Schema] = ["event": .choice(["lagged"]), "missed": .unsigned]
        return .anyOf([online, offline, lagged].map { .object(ObjectSchema($0)) })
    }
}
