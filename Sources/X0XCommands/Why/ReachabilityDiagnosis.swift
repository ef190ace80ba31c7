// SPDX-License-Identifier: MIT OR Apache-2.0

import X0XAPI
import X0XClient

/// Why an agent can or cannot be reached, step by step, and the one next thing to try.
struct ReachabilityDiagnosis: Sendable {
    /// One question and its answer.
    struct Step: Hashable, Sendable {
        enum Verdict: String, Sendable {
            case yes
            case no
            /// Not asked, or no answer possible.
            case open
        }

        /// `known`, `address`, `handshake`, `trust`, `last_error`.
        let name: String
        let verdict: Verdict
        let detail: String
    }

    let isReachable: Bool
    /// In the order of a connection: each depends on those before.
    let steps: [Step]
    /// A sentence, with a command where there is one; nil when there is nothing to do.
    let next: String?

    init(_ facts: AgentFacts) {
        self.steps = [
            Self.known(facts), Self.address(facts), Self.handshake(facts), Self.trust(facts), Self.lastError(facts),
        ]
        self.isReachable =
            facts.isOwn || (facts.connectedMachine != nil && !facts.isShutOut && !Self.isMismatched(facts))
        self.next = Self.next(facts, isReachable: self.isReachable)
    }

    // MARK: - Steps

    private static func known(_ facts: AgentFacts) -> Step {
        if facts.isOwn { return Step(name: "known", verdict: .yes, detail: "it is this daemon's own agent") }
        let contact = facts.contact.map { "a contact\($0.label.map { " (“\($0)”)" } ?? "")" }
        if let record = facts.record {
            let age = facts.now > record.lastSeen ? facts.now - record.lastSeen : 0
            let seen = "last heard \(age) s ago"
            return Step(name: "known", verdict: .yes, detail: contact.map { "\($0), \(seen)" } ?? seen)
        }
        guard let contact else {
            let search = facts.wasSearched ? ", and a search of the network found nothing" : ""
            return Step(name: "known", verdict: .no, detail: "never heard of\(search)")
        }
        let silence = facts.isShutOut ? "its announcements are ignored" : "but never heard from"
        return Step(name: "known", verdict: .yes, detail: "\(contact), \(silence)")
    }

    private static func address(_ facts: AgentFacts) -> Step {
        if facts.isOwn { return Step(name: "address", verdict: .yes, detail: "here") }
        let addresses = facts.record?.addresses ?? []
        if !addresses.isEmpty {
            return Step(name: "address", verdict: .yes, detail: addresses.joined(separator: ", "))
        }
        if facts.connectedMachine != nil {
            return Step(name: "address", verdict: .open, detail: "none announced, but it connected to us")
        }
        let reason = facts.record == nil ? "none, as it was never heard" : "it announced none that may be dialled"
        return Step(name: "address", verdict: .no, detail: reason)
    }

    private static func handshake(_ facts: AgentFacts) -> Step {
        if facts.isOwn { return Step(name: "handshake", verdict: .open, detail: "not needed") }
        if let machine = facts.connectedMachine {
            let health = facts.connectionHealth.map { ": \($0)" } ?? ""
            return Step(name: "handshake", verdict: .yes, detail: "connected to machine \(machine.prefix(8))…\(health)")
        }
        if facts.isShutOut {
            return Step(name: "handshake", verdict: .open, detail: "not tried: blocked agents are never dialled")
        }
        guard let outcome = facts.outcome else {
            return Step(name: "handshake", verdict: .open, detail: "not tried")
        }
        return Step(name: "handshake", verdict: .no, detail: "tried now: \(outcome)")
    }

    private static func trust(_ facts: AgentFacts) -> Step {
        if facts.isOwn { return Step(name: "trust", verdict: .yes, detail: "own agent") }
        if let reason = facts.revocationReason {
            return Step(name: "trust", verdict: .no, detail: "revoked: \(reason)")
        }
        if facts.isShutOut { return Step(name: "trust", verdict: .no, detail: "blocked by you") }
        if Self.isMismatched(facts) {
            return Step(name: "trust", verdict: .no, detail: "pinned to other machines than the one it runs on")
        }
        let level = facts.contact?.trustLevel ?? "no contact"
        return Step(name: "trust", verdict: .yes, detail: "\(level); decision: \(facts.trustDecision)")
    }

    private static func lastError(_ facts: AgentFacts) -> Step {
        let failures = facts.lastDial?.failures ?? []
        if facts.lastDial?.connected == nil, !failures.isEmpty {
            let texts = failures.map { "\($0.address): \($0.detail)" }
            return Step(name: "last_error", verdict: .no, detail: texts.joined(separator: "; "))
        }
        if let reason = facts.closeReason {
            return Step(name: "last_error", verdict: .no, detail: "the last connection ended: \(reason)")
        }
        return Step(name: "last_error", verdict: .open, detail: "none")
    }

    /// Whether it runs on a machine that its pins exclude; without a known machine there is nothing to compare.
    private static func isMismatched(_ facts: AgentFacts) -> Bool {
        facts.trustDecision == "RejectMachineMismatch" && (facts.connectedMachine ?? facts.machineID) != nil
    }

    // MARK: - Advice

    private static func next(_ facts: AgentFacts, isReachable: Bool) -> String? {
        guard !isReachable else { return nil }
        let id = facts.agentID
        if facts.revocationReason != nil {
            return "A revocation is for good: ask its owner for the card of a new agent and run: x0x agent import LINK"
        }
        if facts.isShutOut { return "Unblock it if you want to hear of it again: x0x trust set \(id) known" }
        if Self.isMismatched(facts) {
            let machine = facts.connectedMachine ?? facts.machineID ?? "MACHINE"
            return "If it really moved to another machine: x0x machines add \(id) \(machine) --pin"
        }
        guard facts.record != nil else {
            guard facts.peerCount > 0 else {
                return
                    "This daemon has no peers, so it hears of nobody: set bootstrap_peers, or import the agent's card: "
                    + "x0x agent import LINK"
            }
            return "Import its card, which has its addresses: x0x agent import LINK"
        }
        guard facts.record?.addresses.isEmpty == false else {
            return "Ask its owner for a fresh card with addresses (x0x agent card), then: x0x agent import LINK"
        }
        return Self.next(after: facts.lastDial, id)
    }

    /// The agent has addresses, and they did not lead to it.
    private static func next(after attempt: DialAttemptRecord?, _ id: String) -> String {
        guard let attempt else { return "Try to connect: x0x direct connect \(id)" }
        let errors = Set(attempt.failures.map(\.error))
        if errors.contains("wrong_peer") {
            return "Somebody else lives at its address now: import a fresh card of it: x0x agent import LINK"
        }
        if errors == ["address_not_allowed"] {
            return "This daemon may not leave the machine (X0X_LOOPBACK_ONLY): start it without that variable"
        }
        return "Make sure that it runs there (x0x status) and that UDP to its port gets through, then: "
            + "x0x direct connect \(id)"
    }
}

extension ReachabilityDiagnosis {
    /// For people.
    func text(of title: String, _ output: Output) -> String {
        let width = 12
        let lines = self.steps.map { step in
            let mark =
                switch step.verdict {
                case .yes: output.coloured("✓", .green)
                case .no: output.coloured("✗", .red)
                case .open: "·"
                }
            let name = step.name.split(separator: "_").joined(separator: " ")
            let padding = String(repeating: " ", count: max(1, width - name.count))
            return "  \(mark) \(name)\(padding)\(PlainText.escapeControls(step.detail))"
        }
        let end = self.isReachable ? "It can be reached." : "It cannot be reached."
        return ([title] + lines + [end] + (self.next.map { ["Next: \($0)"] } ?? [])).joined(separator: "\n") + "\n"
    }

    /// For programs.
    func json(agentID: String, words: String?) -> JSONValue {
        .object([
            "ok": .bool(true),
            "agent_id": .string(agentID),
            "identity_words": words.map { .string($0) } ?? .null,
            "reachable": .bool(self.isReachable),
            "next": self.next.map { .string($0) } ?? .null,
            "steps": .array(
                self.steps.map { step in
                    .object([
                        "step": .string(step.name), "verdict": .string(step.verdict.rawValue),
                        "detail": .string(step.detail),
                    ])
                }
            ),
        ])
    }
}
