// SPDX-License-Identifier: MIT OR Apache-2.0

/// How far the owner of this node trusts a contact (spec 01 §10.1).
package enum TrustLevel: String, Sendable, CaseIterable, Comparable, CustomStringConvertible {
    /// Nothing from or to this agent.
    case blocked
    /// Delivered, marked as coming from a stranger.
    case unknown
    /// Delivered.
    case known
    /// Delivered, may trigger actions.
    case trusted

    /// Parses a level in any letter case.
    package init(parsing text: String) throws(TrustParseError) {
        guard let level = Self(rawValue: text.lowercased()) else { throw .invalidTrustLevel(text) }
        self = level
    }

    /// The place in the order blocked < unknown < known < trusted.
    package var rank: Int {
        switch self {
        case .blocked: 0
        case .unknown: 1
        case .known: 2
        case .trusted: 3
        }
    }

    package static func < (lhs: TrustLevel, rhs: TrustLevel) -> Bool { lhs.rank < rhs.rank }

    /// Lower case, as in JSON.
    package var description: String { self.rawValue }

    /// `Blocked`, `Unknown`, `Known` or `Trusted`, as in the answer to a card import.
    package var capitalizedName: String {
        switch self {
        case .blocked: "Blocked"
        case .unknown: "Unknown"
        case .known: "Known"
        case .trusted: "Trusted"
        }
    }
}

/// How an agent's identity is tied to its machines (spec 01 §10.1).
package enum IdentityType: String, Sendable, CaseIterable, CustomStringConvertible {
    /// Nothing is known about who it is.
    case anonymous
    /// Somebody the owner knows.
    case known
    /// Somebody the owner trusts.
    case trusted
    /// Accepted from pinned machines only; the one type with an effect.
    case pinned

    /// Parses a type in any letter case.
    package init(parsing text: String) throws(TrustParseError) {
        guard let type = Self(rawValue: text.lowercased()) else { throw .invalidIdentityType(text) }
        self = type
    }

    /// Lower case, as in JSON.
    package var description: String { self.rawValue }
}

/// A text that names no level or type; the description is part of the API (spec 01 §10.1).
package enum TrustParseError: Error, Equatable, Sendable, CustomStringConvertible {
    case invalidTrustLevel(String)
    case invalidIdentityType(String)

    package var description: String {
        switch self {
        case .invalidTrustLevel(let text):
            "invalid trust level: \(text) (valid values: blocked, unknown, known, trusted)"
        case .invalidIdentityType(let text): "invalid identity type: \(text)"
        }
    }
}
