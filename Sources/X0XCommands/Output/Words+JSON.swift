// SPDX-License-Identifier: MIT OR Apache-2.0

import ByteCoding
import Identity
import Primitives
import X0XClient

/// The words beside the ids and addresses of an answer (spec 01 §15.5).
extension JSONValue {
    /// `identity_words` beside `agent_id`, `user_words` beside `user_id`.
    func addingIdentityWords() -> JSONValue {
        guard case .object(var members) = self else { return self }
        if let id: AgentID = members["agent_id"]?.identifier() {
            members["identity_words"] = .string("\(IdentityWords(id))")
        }
        if let id: UserID = members["user_id"]?.identifier() { members["user_words"] = .string("\(IdentityWords(id))") }
        return .object(members)
    }

    /// `location_words` for the IPv4 addresses among `external_addrs`; absent when there are none.
    func addingLocationWords() -> JSONValue {
        guard case .object(var members) = self, let texts = members["external_addrs"]?.arrayValue else { return self }
        let named = texts.compactMap { text -> JSONValue? in
            guard let text = text.stringValue, let address = NetworkAddress(text), let words = LocationWords(address)
            else { return nil }
            return .object(["addr": .string(text), "location_words": .string("\(words)")])
        }
        if !named.isEmpty { members["location_words"] = .array(named) }
        return .object(members)
    }

    /// An id written as 64 hexadecimal digits.
    func identifier<ID: Identifier32>(as type: ID.Type = ID.self) -> ID? {
        guard let text = self.stringValue, let bytes = try? [UInt8](hex: text) else { return nil }
        return ID(bytes: bytes)
    }
}
