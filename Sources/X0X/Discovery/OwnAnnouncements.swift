// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Identity
internal import Primitives

/// What one announcement of this node consists of, signed, in the order in which it is published (spec 01 §5.4, §5.5).
struct OwnAnnouncements: Sendable {
    /// What goes where.
    let messages: [(topic: String, payload: [UInt8])]
    /// The same as content for the own caches.
    let contents: [VerifiedContent]

    /// Signs machine and identity, and with `includeUser` the user's list of certificates; `nil` when a key refuses.
    ///
    /// Two or three ML-DSA-65 signatures: run it on the crypto threads.
    init?(
        of identity: LocalIdentity,
        addresses: [NetworkAddress],
        reachability: Reachability,
        announcedAt: UInt64,
        includeUser: Bool,
        includeCertificates: Bool
    ) {
        guard
            let machine = try? identity.machineAnnouncement(
                addresses: addresses,
                reachability: reachability,
                announcedAt: announcedAt
            ),
            let agent = try? identity.identityAnnouncement(
                addresses: addresses,
                reachability: reachability,
                announcedAt: announcedAt,
                includeUser: includeUser
            )
        else { return nil }
        var messages = [
            (AnnouncementTopic.machineShard(of: identity.machineID), machine.encoded),
            (AnnouncementTopic.machine, machine.encoded),
            (AnnouncementTopic.identityShard(of: identity.agentID), agent.encoded),
            (AnnouncementTopic.identity, agent.encoded),
        ]
        var contents: [VerifiedContent] = [.machine(machine), .identity(agent)]
        if includeUser, includeCertificates, let user = identity.user {
            guard let list = try? user.key.announcement(of: [user.certificate], announcedAt: announcedAt) else {
                return nil
            }
            messages.append((AnnouncementTopic.userShard(of: user.key.id), list.encoded))
            messages.append((AnnouncementTopic.user, list.encoded))
            contents.append(.user(list))
        }
        self.messages = messages
        self.contents = contents
    }
}

/// The times in own announcements, Unix seconds.
struct AnnouncementTimes: Sendable {
    private var last: UInt64 = 0

    /// Seconds the times may run ahead of the clock; receivers allow 30 (spec 01 §6.5).
    static let leadMax: UInt64 = 5

    /// The time of the next announcement.
    ///
    /// - Parameters:
    ///   - now: The wall time.
    ///   - mustBeNewer: Whether receivers have to believe it more than the one before, even within the same second.
    /// - Returns: Never less than the time before, unless the clock was set back.
    mutating func next(now: UInt64, mustBeNewer: Bool) -> UInt64 {
        let wanted = mustBeNewer ? max(now, self.last + 1) : max(now, self.last)
        self.last = wanted <= now + Self.leadMax ? wanted : now
        return self.last
    }
}
