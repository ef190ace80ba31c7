// SPDX-License-Identifier: MIT OR Apache-2.0

/// The topics a daemon uses by itself (spec 04 §12).
///
/// Everything else belongs to users.
package enum DaemonTopics {
    /// Shards of the identity, machine, user, rendezvous and directory topics.
    package static let shardCount = 65_536

    package static let identityAnnouncements = "x0x.identity.announce.v2"
    package static let machineAnnouncements = "x0x.machine.announce.v2"
    package static let userAnnouncements = "x0x.user.announce.v2"
    package static let presence = "x0x.presence.global"
    package static let capabilities = "x0x/caps/v1"
    package static let directMessageBus = "x0x/dm/v1/bus"
    package static let releases = "x0x/release"
    package static let groupDiscovery = "x0x.discovery.groups"
    package static let publicGroups = "x0x.groups.public.v1"

    /// The topic of one shard of agents; `n` below 65,536, in decimal.
    package static func identityShard(_ n: UInt16) -> String { "x0x.identity.shard.v2.\(n)" }
    /// The topic of one shard of machines.
    package static func machineShard(_ n: UInt16) -> String { "x0x.machine.shard.v2.\(n)" }
    /// The topic of one shard of users.
    package static func userShard(_ n: UInt16) -> String { "x0x.user.shard.v2.\(n)" }
    /// The topic of one shard of rendezvous summaries.
    package static func rendezvousShard(_ n: UInt16) -> String { "x0x.rendezvous.shard.\(n)" }
    /// The messages of one public group.
    package static func publicGroup(_ groupID: String) -> String { "x0x.groups.public.\(groupID)" }
}

/// Which message leaves first when a link is slow (spec 04 §20 F-9): direct messages before everything, announcements last.
package enum SendPriority: Int, Comparable, CaseIterable, Sendable {
    /// Control messages of the tree, and direct messages carried by gossip.
    case critical = 0
    /// What users and applications publish.
    case normal = 1
    /// Announcements that are repeated anyway, and repair served on request.
    case bulk = 2

    /// The class of messages on a topic.
    package init(topic: String) {
        if topic == DaemonTopics.directMessageBus {
            self = .critical
        } else if Self.bulkPrefixes.contains(where: topic.hasPrefix) {
            self = .bulk
        } else {
            self = .normal
        }
    }

    package static func < (lhs: SendPriority, rhs: SendPriority) -> Bool { lhs.rawValue < rhs.rawValue }

    private static let bulkPrefixes = [
        "x0x.identity.", "x0x.machine.", "x0x.user.", "x0x.rendezvous.", "x0x/caps/", "x0x/release",
    ]
}
