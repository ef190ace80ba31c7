// SPDX-License-Identifier: MIT OR Apache-2.0

internal import ByteCoding
internal import Primitives
internal import Trust

/// Reads the text values of paths, queries and bodies; each error text is part of the API (spec 11 §2.4).
enum Parse {
    /// Code H1: agent ids in contacts, direct, discovery.
    static func agentID(_ text: String) throws(APIFailure) -> AgentID { try Self.identifier(text) }

    /// Code H1: machine ids in `/machines/…`.
    static func machineID(_ text: String) throws(APIFailure) -> MachineID { try Self.identifier(text) }

    private static func identifier<ID: Identifier32>(_ text: String) throws(APIFailure) -> ID {
        let bytes = try Self.bytes(text) { "invalid hex: \($0)" }
        guard let id = ID(bytes: bytes) else {
            throw .badRequest("expected 32 bytes (64 hex chars), got \(bytes.count)")
        }
        return id
    }

    /// An id whose every mistake has the same message.
    private static func identifier<ID: Identifier32>(
        _ text: String,
        orFail message: String
    ) throws(APIFailure) -> ID {
        guard let id = ID(bytes: try Self.bytes(text) { _ in message }) else { throw .badRequest(message) }
        return id
    }

    /// Code H4: agent ids in presence.
    static func presenceAgentID(_ text: String) throws(APIFailure) -> AgentID {
        try Self.identifier(text, orFail: "invalid agent id (expected 64 hex chars)")
    }

    /// Code H2: the machine that is added to or removed from a contact.
    static func contactMachine(_ text: String) throws(APIFailure) -> MachineID {
        try Self.identifier(text, orFail: "machine_id must be a 64-character hex string")
    }

    /// Code H5: the user of `/users/:user_id/…`.
    static func userID(_ text: String) throws(APIFailure) -> UserID {
        try Self.identifier(text, orFail: "invalid user_id: expected 64 hex characters")
    }

    /// Code H3: the machine of a pin or of a trust evaluation.
    static func evaluatedMachine(_ text: String) throws(APIFailure) -> MachineID {
        try Self.identifier(text, orFail: "invalid machine_id hex")
    }

    /// Code H7: the `peer` of an introduction.
    static func introducedPeer(_ text: String) throws(APIFailure) -> AgentID {
        let bytes = try Self.bytes(text) { _ in "invalid peer agent_id hex" }
        guard let id = AgentID(bytes: bytes) else { throw .badRequest("peer agent_id must be 32 bytes") }
        return id
    }

    /// Code H6: the peer of a probe.
    static func peerID(_ text: String) throws(APIFailure) -> PeerID {
        let bytes = try Self.bytes(text) { "invalid hex peer_id: \($0)" }
        guard let id = PeerID(bytes: bytes) else { throw .badRequest("peer_id must be 32 bytes, got \(bytes.count)") }
        return id
    }

    /// A number of a query; nil if it is absent.
    static func number(_ text: String?, _ name: String) throws(APIFailure) -> UInt64? {
        guard let text else { return nil }
        guard let number = UInt64(text) else { throw .badRequest("invalid query: \(name) must be a whole number") }
        return number
    }

    static func trustLevel(_ text: String) throws(APIFailure) -> TrustLevel {
        do throws(TrustParseError) {
            return try TrustLevel(parsing: text)
        } catch {
            throw .badRequest(error.description)
        }
    }

    static func identityType(_ text: String) throws(APIFailure) -> IdentityType {
        do throws(TrustParseError) {
            return try IdentityType(parsing: text)
        } catch {
            throw .badRequest(error.description)
        }
    }

    /// `wait` of a lookup: true means 10 s; clients also send a number of seconds, 0–60 (spec 11 §7.9).
    static func waitSeconds(_ text: String?) throws(APIFailure) -> Int64 {
        switch text {
        case nil, "false": return 0
        case "true": return 10
        case let number?:
            guard let seconds = Int64(number), (0...60).contains(seconds) else {
                throw .badRequest("invalid query: wait must be true, false or 0 to 60 seconds")
            }
            return seconds
        }
    }

    private static func bytes(_ text: String, or message: (String) -> String) throws(APIFailure) -> [UInt8] {
        do throws(HexError) {
            return try [UInt8](hex: text)
        } catch {
            switch error {
            case .oddDigitCount: throw .badRequest(message("odd number of digits"))
            case .invalidCharacter(let character, let position):
                throw .badRequest(message("invalid character \(character) at position \(position)"))
            }
        }
    }
}
