// SPDX-License-Identifier: MIT OR Apache-2.0

package import Identity
package import Primitives

/// What a record says about the agent on a machine (spec 05 §5.1), to be laid over what discovery knows.
package struct PresenceEntry: Hashable, Sendable {
    /// The machine.
    package let machineID: MachineID
    /// The hints that are addresses the policy allows, in order; empty leaves the known ones in place.
    package let addresses: [NetworkAddress]
    /// Creation of the record, Unix seconds: a lower bound for "last seen".
    package let since: UInt64

    /// Reads a record; `nil` for one that expired before `now`.
    ///
    /// - Parameters:
    ///   - entry: The record and its machine.
    ///   - policy: Which addresses may be believed (spec 05 §5.2).
    ///   - now: Wall-clock time.
    package init?(_ entry: PresenceQueryResponse.Entry, policy: AddressPolicy, now: UnixMillis) {
        guard entry.record.expires >= now.seconds else { return nil }
        self.machineID = entry.peer
        self.addresses = policy.filter(entry.record.addresses, limit: AnnouncementLimits.addressCountMax)
        self.since = min(entry.record.since, now.seconds)
    }

    /// The id a machine is listed under while nobody knows its agent: the same bytes (spec 05 §5.1).
    package var placeholderAgentID: AgentID { AgentID(words: self.machineID.words) }
}
