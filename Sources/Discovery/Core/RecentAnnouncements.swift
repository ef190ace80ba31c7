// SPDX-License-Identifier: MIT OR Apache-2.0

internal import BLAKE3
package import Primitives

/// The announcements this node handled lately, so that a copy of one costs a hash instead of a signature check
/// (spec 01 §6.1 step 2): the same message arrives on a shard topic, on the common topic and from repairs.
///
/// The sender of the envelope is part of the key: the same payload means more in the envelope of its own agent than in
/// anybody else's (spec 01 F1).
package struct RecentAnnouncements: Sendable {
    private var seen = ExpiringCache<[UInt8], Void>(capacity: Self.countMax, lifetime: Self.lifetime)

    /// Announcements remembered; the oldest make room, which costs a signature check and nothing else.
    package static let countMax = 4096
    /// How long one is remembered.
    package static let lifetime = Nanoseconds.seconds(60)

    /// Creates an empty memory.
    package init() {}

    /// Whether this payload in an envelope of this sender was handled in the last minute.
    package func contains(_ payload: [UInt8], from sender: AgentID, now: Instant) -> Bool {
        self.seen.contains(Self.key(payload, sender), now: now)
    }

    /// Remembers a payload whose signatures were found good; a bad one must not get here.
    package mutating func insert(_ payload: [UInt8], from sender: AgentID, now: Instant) {
        self.seen.insert((), for: Self.key(payload, sender), now: now)
    }

    /// Forgets everything: after a change of trust the same announcement may count again.
    package mutating func removeAll() { self = Self() }

    private static func key(_ payload: [UInt8], _ sender: AgentID) -> [UInt8] {
        var hasher = BLAKE3Hasher()
        hasher.update(sender.bytes.span)
        hasher.update(payload.span)
        return hasher.finalize()
    }
}
