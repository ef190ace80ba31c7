// SPDX-License-Identifier: MIT OR Apache-2.0

internal import CryptoSuite

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The members of card JSON by their names on the wire (spec 01 §13).
struct ParsedCard: Decodable {
    struct Group: Decodable {
        let name: String
        let inviteLink: String

        enum CodingKeys: String, CodingKey {
            case name
            case inviteLink = "invite_link"
        }
    }

    struct Store: Decodable {
        let name: String
        let topic: String
    }

    struct Capabilities: Decodable {
        let protocolVersionMax: UInt16
        let hasGossipInbox: Bool
        let algorithm: String
        let envelopeByteCountMax: UInt64
        let publicKey: [UInt8]?

        enum CodingKeys: String, CodingKey {
            case protocolVersionMax = "max_protocol_version"
            case hasGossipInbox = "gossip_inbox"
            case algorithm = "kem_algorithm"
            case envelopeByteCountMax = "max_envelope_bytes"
            case publicKey = "kem_public_key"
        }
    }

    let displayName: String
    let agentID: String
    let machineID: String
    let userID: String?
    let addresses: [String]?
    let groups: [Group]?
    let stores: [Store]?
    let createdAt: UInt64
    let capabilities: Capabilities?
    let agentPublicKey: String?
    let signature: String?

    enum CodingKeys: String, CodingKey {
        case displayName = "display_name"
        case agentID = "agent_id"
        case machineID = "machine_id"
        case userID = "user_id"
        case addresses
        case groups
        case stores
        case createdAt = "created_at"
        case capabilities = "dm_capabilities"
        case agentPublicKey = "agent_public_key"
        case signature
    }
}

extension DirectMessageCapabilities {
    init(_ parsed: ParsedCard.Capabilities) throws(AgentCardError) {
        let key = parsed.publicKey ?? []
        guard key.isEmpty || key.count == MLKEM768Sizes.publicKey else {
            throw .invalidJSON("kem_public_key must have \(MLKEM768Sizes.publicKey) bytes or none")
        }
        self.init(
            protocolVersionMax: parsed.protocolVersionMax,
            hasGossipInbox: parsed.hasGossipInbox,
            keyEncapsulationAlgorithm: parsed.algorithm,
            envelopeByteCountMax: parsed.envelopeByteCountMax,
            keyEncapsulationPublicKey: key
        )
    }

    /// Compact JSON; the key is an array of numbers, as the original writes it.
    var json: String {
        var object = JSONObjectText()
        object.append("max_protocol_version", raw: String(self.protocolVersionMax))
        object.append("gossip_inbox", raw: self.hasGossipInbox ? "true" : "false")
        object.append("kem_algorithm", text: self.keyEncapsulationAlgorithm)
        object.append("max_envelope_bytes", raw: String(self.envelopeByteCountMax))
        object.append("kem_public_key", list: self.keyEncapsulationPublicKey.map { String($0) })
        return object.text
    }
}

extension AgentCard.Group {
    var json: String {
        var object = JSONObjectText()
        object.append("name", text: self.name)
        object.append("invite_link", text: self.inviteLink)
        return object.text
    }
}

extension AgentCard.Store {
    var json: String {
        var object = JSONObjectText()
        object.append("name", text: self.name)
        object.append("topic", text: self.topic)
        return object.text
    }
}

/// Builds one compact JSON object with its members in the order they are appended.
///
/// The library's encoder does not promise an order, and card texts are compared and shown to people.
struct JSONObjectText {
    private var members: [String] = []

    var text: String { "{" + self.members.joined(separator: ",") + "}" }

    mutating func append(_ name: String, raw value: String) { self.members.append("\"\(name)\":\(value)") }

    mutating func append(_ name: String, text value: String) { self.append(name, raw: Self.quoted(value)) }

    mutating func append(_ name: String, list values: [String]) {
        self.append(name, raw: "[" + values.joined(separator: ",") + "]")
    }

    /// A JSON string: quotation mark, backslash and control characters escaped (RFC 8259 §7).
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// What a person can do with a decoding error: the member and the reason.
func explanation(of error: any Error) -> String {
    guard let error = error as? DecodingError else { return "not JSON" }
    switch error {
    case .keyNotFound(let key, _): return "missing field `\(key.stringValue)`"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? "not a JSON object" : "wrong type of `\(path)`"
    case .dataCorrupted: return "not valid JSON, or a number out of range"
    @unknown default: return "not JSON"
    }
}
