// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// How many sends may run at once: 256 in all, 32 to one recipient (spec 08 §10).
package struct SendBudget: Sendable {
    /// Sends running at once.
    package static let totalCountMax = 256
    /// Sends running at once to one agent.
    package static let recipientCountMax = 32

    private var total = 0
    private var perRecipient: [AgentID: Int] = [:]  // ≤ totalCountMax

    /// Creates a full budget.
    package init() {}

    /// Sends running now.
    package var runningCount: Int { self.total }

    /// Takes a slot; `false` when none is left.
    package mutating func begin(_ recipient: AgentID) -> Bool {
        guard self.total < Self.totalCountMax, self.perRecipient[recipient, default: 0] < Self.recipientCountMax
        else { return false }
        self.total += 1
        self.perRecipient[recipient, default: 0] += 1
        return true
    }

    /// Gives a slot back.
    package mutating func end(_ recipient: AgentID) {
        precondition(self.total > 0, "a send ended that never began")
        self.total -= 1
        let left = self.perRecipient[recipient, default: 1] - 1
        self.perRecipient[recipient] = left == 0 ? nil : left
    }
}
