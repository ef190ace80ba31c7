// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What the owner of this node thinks of a machine: the trust evaluator's decisions about the agents on it (spec 05 §8).
package enum PeerStanding: Hashable, Sendable {
    /// Every agent known on the machine is rejected: nothing from it is heard, nothing is told to it.
    case blocked
    /// Nobody the owner has an opinion about.
    case stranger
    /// An agent on it is accepted (visibility "Social").
    case contact
}

/// Both clocks of one event, and what the owner thinks of machines at that moment.
package struct PresenceMoment {
    /// Monotonic time.
    package let now: Instant
    /// Wall-clock time, compared with the times in records.
    package let wallTime: UnixMillis
    /// The trust evaluator.
    package let standing: (PeerID) -> PeerStanding

    /// Creates the moment of one event.
    package init(now: Instant, wallTime: UnixMillis, standing: @escaping (PeerID) -> PeerStanding) {
        self.now = now
        self.wallTime = wallTime
        self.standing = standing
    }
}
