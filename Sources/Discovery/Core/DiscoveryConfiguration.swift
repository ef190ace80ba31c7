// SPDX-License-Identifier: MIT OR Apache-2.0

package import Identity
package import Primitives

/// Settings of the discovery cache (spec 01 §5.3, §7, F19).
package struct DiscoveryConfiguration: Sendable {
    /// How long an agent counts as present after it was last heard; default 900 s, three heartbeats.
    package var timeToLive: Nanoseconds
    /// How often the node announces itself; default 300 s, at least 1 s (spec 01 F41).
    package var heartbeatInterval: Nanoseconds
    /// An entry unheard for this long is removed, unless it is exempt; default 24 h.
    package var retention: Nanoseconds
    /// Agents kept, about 3 KB each; the one unheard for longest makes room.
    package var agentCountMax: Int
    /// Machines kept, about 3 KB each.
    package var machineCountMax: Int
    /// Users kept, about 3 KB each.
    package var userCountMax: Int
    /// Addresses kept per entry.
    package var addressCountMax: Int
    /// Agents linked to one machine, and users.
    package var linkCountMax: Int
    /// Which addresses are believed in announcements, and told to others.
    package var addressPolicy: AddressPolicy

    /// The defaults of the specification.
    package init(
        timeToLive: Nanoseconds = .seconds(900),
        heartbeatInterval: Nanoseconds = .seconds(300),
        retention: Nanoseconds = .seconds(86_400),
        agentCountMax: Int = 16_384,
        machineCountMax: Int = 16_384,
        userCountMax: Int = 4_096,
        addressCountMax: Int = 8,
        linkCountMax: Int = 32,
        addressPolicy: AddressPolicy = .publicOnly
    ) {
        precondition(heartbeatInterval >= .seconds(1), "a heartbeat interval below 1 s floods the network")
        precondition(
            agentCountMax > 1 && machineCountMax > 1 && userCountMax > 0,
            "a cache without room is not a cache"
        )
        precondition(addressCountMax > 0 && linkCountMax > 0, "a record without room is not a record")
        self.timeToLive = timeToLive
        self.heartbeatInterval = heartbeatInterval
        self.retention = retention
        self.agentCountMax = agentCountMax
        self.machineCountMax = machineCountMax
        self.userCountMax = userCountMax
        self.addressCountMax = addressCountMax
        self.linkCountMax = linkCountMax
        self.addressPolicy = addressPolicy
    }
}
