// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import Primitives

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Why a text is no agent card; the descriptions are part of the API (spec 01 §13).
package enum AgentCardError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The part behind the prefix is not base64url.
    case invalidBase64(String)
    /// The bytes are not UTF-8.
    case invalidUTF8
    /// The text is not the JSON of a card.
    case invalidJSON(String)
    /// Larger than a card may be.
    case tooLarge(limit: Int)
    /// `agent_id` is not 64 hexadecimal digits.
    case invalidAgentID
    /// `machine_id` is neither empty nor 64 hexadecimal digits.
    case invalidMachineID
    /// A signature is present but wrong.
    case invalidSignature

    package var description: String {
        switch self {
        case .invalidBase64(let reason): "invalid card: invalid base64: \(reason)"
        case .invalidUTF8: "invalid card: invalid UTF-8: the text is not UTF-8"
        case .invalidJSON(let reason): "invalid card: invalid card JSON: \(reason)"
        case .tooLarge(let limit): "invalid card: larger than \(limit) bytes"
        case .invalidAgentID: "invalid agent_id in card"
        case .invalidMachineID: "invalid card: invalid machine_id"
        case .invalidSignature: "invalid card: the signature does not belong to agent_id"
        }
    }
}

extension AgentCard {
    /// Compact JSON with the members in the order of spec 01 §13; `/` is not escaped.
    package var json: String {
        var object = JSONObjectText()
        object.append("display_name", text: self.displayName)
        object.append("agent_id", text: self.agentID.hex)
        object.append("machine_id", text: self.machineID?.hex ?? "")
        if let userID { object.append("user_id", text: userID.hex) }
        object.append("addresses", list: self.addressTexts.map(JSONObjectText.quoted))
        if !self.groups.isEmpty { object.append("groups", list: self.groups.map(\.json)) }
        if !self.stores.isEmpty { object.append("stores", list: self.stores.map(\.json)) }
        object.append("created_at", raw: String(self.createdAt))
        if let directMessages { object.append("dm_capabilities", raw: directMessages.json) }
        if let signature {
            object.append("agent_public_key", text: signature.agentPublicKey.hex)
            object.append("signature", text: signature.bytes.hex)
        }
        return object.text
    }

    /// Parses card JSON; unknown members are ignored, a wrong signature is an error.
    ///
    /// Addresses that are no socket addresses are skipped, those over the cap ignored. Scope is not filtered:
    /// cards with LAN or loopback addresses are for this very use.
    package init(json: String) throws(AgentCardError) {
        guard json.utf8.count <= AgentCardLimits.textByteCountMax else {
            throw .tooLarge(limit: AgentCardLimits.textByteCountMax)
        }
        let parsed: ParsedCard
        do {
            parsed = try JSONDecoder().decode(ParsedCard.self, from: Data(json.utf8))
        } catch {
            throw .invalidJSON(explanation(of: error))
        }
        try self.init(parsed)
    }

    /// The texts a signature covers, or the addresses as we write them.
    private var addressTexts: [String] {
        guard let signature else { return self.addresses.map(\.description) }
        return signature.addressTexts
    }

    private init(_ parsed: ParsedCard) throws(AgentCardError) {
        guard let agentID = AgentID(hexDigits: parsed.agentID) else { throw .invalidAgentID }
        let machineID = MachineID(hexDigits: parsed.machineID)
        guard machineID != nil || parsed.machineID.isEmpty else { throw .invalidMachineID }
        guard parsed.displayName.utf8.count <= AgentCardLimits.displayNameByteCountMax else {
            throw .invalidJSON("display_name is longer than \(AgentCardLimits.displayNameByteCountMax) bytes")
        }
        let groups = parsed.groups ?? []
        let stores = parsed.stores ?? []
        guard groups.count <= AgentCardLimits.listCountMax, stores.count <= AgentCardLimits.listCountMax else {
            throw .invalidJSON("more than \(AgentCardLimits.listCountMax) groups or stores")
        }
        let texts = parsed.addresses ?? []
        self.init(
            displayName: parsed.displayName,
            agentID: agentID,
            machineID: machineID == .zero ? nil : machineID,
            userID: parsed.userID.flatMap { UserID(hexDigits: $0) },
            addresses: Array(texts.lazy.compactMap { NetworkAddress($0) }.prefix(AgentCardLimits.addressCountMax)),
            groups: groups.map { Group(name: $0.name, inviteLink: $0.inviteLink) },
            stores: stores.map { Store(name: $0.name, topic: $0.topic) },
            createdAt: parsed.createdAt,
            directMessages: try parsed.capabilities.map(DirectMessageCapabilities.init)
        )
        // One without the other is what is left of a signature, not a card without one.
        guard (parsed.signature == nil) == (parsed.agentPublicKey == nil) else { throw .invalidSignature }
        guard let signature = parsed.signature else { return }
        guard let publicKey = parsed.agentPublicKey.flatMap({ try? [UInt8](hex: $0) }),
            let bytes = try? [UInt8](hex: signature)
        else { throw .invalidSignature }
        self.signature = AgentCardSignature(agentPublicKey: publicKey, bytes: bytes, addressTexts: texts)
        guard (try? self.authenticity()) != nil else { throw .invalidSignature }
    }
}

extension Identifier32 {
    /// Exactly 64 hexadecimal digits of either case.
    fileprivate init?(hexDigits text: String) {
        guard let bytes = try? [UInt8](hex: text) else { return nil }
        self.init(bytes: bytes)
    }
}
