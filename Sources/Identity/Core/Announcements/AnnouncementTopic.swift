// SPDX-License-Identifier: MIT OR Apache-2.0

internal import BLAKE3
package import Primitives

/// The pub/sub topics of announcements (spec 01 §4.5).
package enum AnnouncementTopic {
    /// Identity announcements; everybody subscribes.
    package static let identity = "x0x.identity.announce.v2"
    /// Machine announcements; everybody subscribes.
    package static let machine = "x0x.machine.announce.v2"
    /// User announcements; everybody subscribes.
    package static let user = "x0x.user.announce.v2"

    /// Identity announcements of agents in this agent's shard.
    package static func identityShard(of agent: AgentID) -> String { "x0x.identity.shard.v2.\(self.shard(of: agent))" }
    /// Machine announcements of machines in this machine's shard.
    package static func machineShard(of machine: MachineID) -> String {
        "x0x.machine.shard.v2.\(self.shard(of: machine))"
    }
    /// User announcements of users in this user's shard.
    package static func userShard(of user: UserID) -> String { "x0x.user.shard.v2.\(self.shard(of: user))" }
    /// Rendezvous summaries of agents in this agent's shard.
    package static func rendezvousShard(of agent: AgentID) -> String {
        "\(self.rendezvousPrefix)\(self.shard(of: agent))"
    }
    /// What every rendezvous topic begins with.
    package static let rendezvousPrefix = "x0x.rendezvous.shard."

    /// The little-endian number in the first two bytes of BLAKE3(`saorsa-rendezvous` ‖ id).
    package static func shard(of id: some Identifier32) -> UInt16 {
        let digest = BLAKE3Hash.hash(Array("saorsa-rendezvous".utf8) + id.bytes)
        return UInt16(digest[0]) | UInt16(digest[1]) << 8
    }
}
