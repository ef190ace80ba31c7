// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives
internal import Synchronization
package import Trust

/// The gate of this node: every path asks it, with the contacts that are on disk now, and it counts what it answers.
package final class ContactGate: TrustGate, Sendable {
    private let contacts: ContactSnapshot
    private let counters = Mutex(TrustTally())

    init(_ contacts: ContactSnapshot) { self.contacts = contacts }

    /// The contact book now.
    var book: ContactBook { self.contacts.book }

    package func verdict(
        on path: TrustPath,
        agent: AgentID,
        machine: MachineID?,
        isVerified: Bool
    ) -> TrustVerdict {
        let verdict = self.book.verdict(on: path, agent: agent, machine: machine, isVerified: isVerified)
        self.counters.withLock { $0.count(verdict, on: path) }
        return verdict
    }

    /// What the gate answered since start.
    package var tally: TrustTally { self.counters.withLock { $0 } }
}
