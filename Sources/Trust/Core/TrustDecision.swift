// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What to do with something an agent sent from a machine (spec 01 §11).
package enum TrustDecision: String, Sendable, CaseIterable, CustomStringConvertible {
    /// Deliver.
    case accept
    /// Deliver, marked as coming from a known but not trusted contact.
    case acceptWithFlag = "accept_with_flag"
    /// Refuse: the contact is pinned to other machines.
    case rejectMachineMismatch = "reject_machine_mismatch"
    /// Refuse: blocked or revoked.
    case rejectBlocked = "reject_blocked"
    /// Deliver, marked as coming from a stranger.
    case unknown

    /// Whether the thing must be dropped.
    package var isReject: Bool { self == .rejectMachineMismatch || self == .rejectBlocked }

    /// Snake case, as in events.
    package var description: String { self.rawValue }

    /// `Accept`, `AcceptWithFlag`, … as in the answer of `POST /trust/evaluate`.
    package var capitalizedName: String {
        switch self {
        case .accept: "Accept"
        case .acceptWithFlag: "AcceptWithFlag"
        case .rejectMachineMismatch: "RejectMachineMismatch"
        case .rejectBlocked: "RejectBlocked"
        case .unknown: "Unknown"
        }
    }
}

extension ContactBook {
    /// The trust evaluator: a pure look at the book, first matching row of spec 01 §11 wins.
    ///
    /// Row 4 accepts a pinned machine even for a contact of level unknown; whoever grants more than delivery must
    /// ask ``ContactBook/trustLevel(of:)`` too (spec 01 F8).
    package func decision(for agent: AgentID, on machine: MachineID) -> TrustDecision {
        if self.isRevoked(agent) { return .rejectBlocked }  // row 0
        guard let contact = self[agent] else { return .unknown }  // row 1
        if contact.trustLevel == .blocked { return .rejectBlocked }  // row 2
        if contact.identityType == .pinned {  // rows 3 and 4
            return contact.machine(machine)?.isPinned == true ? .accept : .rejectMachineMismatch
        }
        switch contact.trustLevel {  // rows 5 to 7
        case .trusted: return .accept
        case .known: return .acceptWithFlag
        case .unknown, .blocked: return .unknown
        }
    }

    /// The decision about an agent whose machine nobody knows: as above, except that a pin can neither help nor hurt.
    package func decision(for agent: AgentID) -> TrustDecision {
        switch self.trustLevel(of: agent) {
        case .blocked: .rejectBlocked
        case .unknown: .unknown
        case .known: .acceptWithFlag
        case .trusted: .accept
        }
    }

    /// The answer of a path to something of an agent; a pure look at the book.
    package func verdict(
        on path: TrustPath,
        agent: AgentID,
        machine: MachineID?,
        isVerified: Bool
    ) -> TrustVerdict {
        path.verdict(
            machine.map { self.decision(for: agent, on: $0) } ?? self.decision(for: agent),
            level: self.trustLevel(of: agent),
            isVerified: isVerified
        )
    }
}
