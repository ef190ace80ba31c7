// SPDX-License-Identifier: MIT OR Apache-2.0

internal import GossipCore

/// The `[gossip]` table of the daemon's configuration (spec 04 §19); unlike in the original every value has effect.
package struct GossipSettings: Equatable, Sendable {
    /// Neighbours a node wants; twice as many are accepted.
    package var activeViewSize = 6
    /// Contacts kept for the time when neighbours fail.
    package var passiveViewSize = 30
    /// Hops of a join through the overlay.
    package var activeRandomWalkLength = 6
    /// Hops of a shuffle, and hops left at which a joining peer becomes a contact.
    package var passiveRandomWalkLength = 3

    /// Creates the defaults.
    package init() {}

    /// The largest value of each; the daemon refuses larger ones.
    private static let limit = 4096

    /// The constants of the core with these values; values out of range are brought into it.
    var core: GossipConfiguration {
        var configuration = GossipConfiguration()
        configuration.membership = MembershipConfiguration(
            activeViewSize: min(max(1, self.activeViewSize), Self.limit),
            passiveViewSize: min(max(1, self.passiveViewSize), Self.limit),
            arwl: min(max(1, self.activeRandomWalkLength), Self.limit),
            prwl: min(max(1, self.passiveRandomWalkLength), Self.limit)
        )
        return configuration
    }
}
