// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// A way by which something of another agent reaches this node; each asks its gate at exactly one place (spec 01 §12).
///
/// What a path accepts is this one table; no other code turns a ``TrustDecision`` into "let it in".
package enum TrustPath: String, Sendable, CaseIterable {
    /// An identity, machine or user announcement, before its signatures are checked and before anything is cached.
    case announcement
    /// A signed pub/sub message, before it is handed to local subscribers. Its machine is not known.
    case pubSub = "pub_sub"
    /// A direct message on a connection of its own; its sender is a claim.
    case rawDirect = "direct_raw"
    /// A direct message over the gossip inbox: signature checked, not yet decrypted.
    case gossipDirect = "direct_gossip"
    /// An offer of a file.
    case file
    /// A presence beacon, or an entry of the list of who is online.
    case presence
    /// An answer about somebody else's friends (FOAF), passed on for contacts only.
    case presenceReferral = "presence_referral"
    /// A message or card of a group.
    case group
    /// A request to run a command here.
    case remoteExecution = "remote_execution"
}

/// Why a path refused something.
package enum TrustRefusal: String, Sendable, CaseIterable, Error {
    /// The sender is blocked or revoked.
    case blocked
    /// The sender is pinned to other machines.
    case machineMismatch = "machine_mismatch"
    /// The path takes nothing whose sender is only a claim.
    case unverified
    /// The path asks for more trust than the sender has.
    case notTrusted = "not_trusted"
}

/// What a gate says.
package enum TrustVerdict: Hashable, Sendable {
    /// Let it in, annotated with the decision.
    case admit(TrustDecision)
    /// Drop it.
    case refuse(TrustRefusal)

    /// The annotation, or why it was refused in the words of the evaluator.
    package var decision: TrustDecision {
        switch self {
        case .admit(let decision): decision
        case .refuse(.blocked): .rejectBlocked
        case .refuse(.machineMismatch): .rejectMachineMismatch
        case .refuse(.unverified), .refuse(.notTrusted): .unknown
        }
    }

    /// Whether it may come in.
    package var isAdmitted: Bool {
        if case .admit = self { true } else { false }
    }
}

extension TrustPath {
    /// The table: reject decisions stop on every path; what a path asks beyond that is its own row.
    ///
    /// - Parameters:
    ///   - decision: The evaluator's answer for the sender and its machine.
    ///   - level: The sender's level, which a pin does not raise (spec 01 F8).
    ///   - isVerified: Whether the sender is proven, not only claimed.
    /// - Returns: Whether it may come in, and with which annotation.
    package func verdict(_ decision: TrustDecision, level: TrustLevel, isVerified: Bool) -> TrustVerdict {
        switch decision {
        case .rejectBlocked: return .refuse(.blocked)
        case .rejectMachineMismatch: return .refuse(.machineMismatch)
        case .accept, .acceptWithFlag, .unknown: break
        }
        // A claimed sender gets nothing the real one has earned (spec 08 F-4).
        let decision = isVerified ? decision : .unknown
        switch self {
        case .announcement, .pubSub, .rawDirect, .gossipDirect, .presence, .group: return .admit(decision)
        case .file: return isVerified ? .admit(decision) : .refuse(.unverified)
        case .presenceReferral: return decision == .unknown ? .refuse(.notTrusted) : .admit(decision)
        case .remoteExecution:
            guard isVerified else { return .refuse(.unverified) }
            return decision == .accept && level == .trusted ? .admit(.accept) : .refuse(.notTrusted)
        }
    }
}

/// The enforcement point that every path asks: decides by the contact book, and counts.
package protocol TrustGate: Sendable {
    /// Decides about something of `agent` and counts the answer; call it once per message.
    ///
    /// - Parameters:
    ///   - path: The way it came.
    ///   - agent: The sender.
    ///   - machine: Its machine; `nil` where the path does not tell, and then pins cannot be checked.
    ///   - isVerified: Whether the sender is proven, not only claimed.
    /// - Returns: Whether it may come in, and with which annotation.
    func verdict(on path: TrustPath, agent: AgentID, machine: MachineID?, isVerified: Bool) -> TrustVerdict
}

/// What the gates answered since start.
package struct TrustTally: Hashable, Sendable {
    /// The counters of one path.
    package struct Line: Hashable, Sendable {
        /// Let in.
        package var admitted: UInt64 = 0
        /// Refused, by reason.
        package var refused: [TrustRefusal: UInt64] = [:]  // one entry per reason

        /// Creates counters at zero.
        package init() {}
    }

    private var lines: [TrustPath: Line] = [:]  // one entry per path

    /// Creates counters at zero.
    package init() {}

    /// The counters of a path.
    package subscript(path: TrustPath) -> Line { self.lines[path] ?? Line() }

    /// Counts one answer.
    package mutating func count(_ verdict: TrustVerdict, on path: TrustPath) {
        switch verdict {
        case .admit: self.lines[path, default: Line()].admitted += 1
        case .refuse(let reason): self.lines[path, default: Line()].refused[reason, default: 0] += 1
        }
    }
}
