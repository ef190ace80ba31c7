// SPDX-License-Identifier: MIT OR Apache-2.0

package import Trust

/// Decides what becomes of a raw direct message (spec 08 §6.2, F-2, F-4, F-22).
///
/// The sender's id is a claim: whoever holds the connection can write any id. It counts as proven only when discovery
/// holds a binding of that agent to the authenticated machine that the agent itself signed.
package enum InboundDirectRule {
    /// What is known about the claimed sender and the machine that carried the frame.
    package struct Evidence: Sendable {
        /// Whether the agent itself announced this machine, verified.
        package var isBindingVerified: Bool
        /// The evaluator's answer for the pair; it includes revocations.
        package var decision: TrustDecision

        /// Creates the evidence.
        package init(isBindingVerified: Bool, decision: TrustDecision) {
            self.isBindingVerified = isBindingVerified
            self.decision = decision
        }
    }

    /// The verdict.
    package enum Verdict: Equatable, Sendable {
        /// Fan out with these two annotations.
        case deliver(isVerified: Bool, decision: TrustDecision)
        /// Drop, and count as rejected by trust.
        case drop
    }

    /// Applies the rule: blocked and revoked senders are dropped; an unverified sender is never called accepted; a pin
    /// mismatch is delivered with its annotation, as the owner of the rule (spec 08) has it.
    package static func verdict(_ evidence: Evidence) -> Verdict {
        switch evidence.decision {
        case .rejectBlocked: .drop
        case .rejectMachineMismatch:
            .deliver(isVerified: evidence.isBindingVerified, decision: .rejectMachineMismatch)
        case .accept, .acceptWithFlag:
            .deliver(
                isVerified: evidence.isBindingVerified,
                decision: evidence.isBindingVerified ? evidence.decision : .unknown
            )
        case .unknown: .deliver(isVerified: evidence.isBindingVerified, decision: .unknown)
        }
    }
}
