// SPDX-License-Identifier: MIT OR Apache-2.0

package import Primitives

/// What one subscriber of presence events was told, so that it always ends up with the truth (spec 11 §7.4).
///
/// A new subscriber is told everybody who is online. One that was too slow is told that it missed something, and then
/// exactly what changed meanwhile: no online or offline event is ever lost for good, however long it slept. Bounded by the
/// number of agents the tracker follows.
package struct PresenceFeedState: Sendable {
    /// One event for the subscriber.
    package enum Item: Hashable, Sendable {
        case online(AgentID, isReachable: Bool)
        case offline(AgentID)
        /// So many changes were dropped; what follows repairs it.
        case lagged(UInt64)
    }

    private var reported: Set<AgentID> = []

    /// Creates the state of a subscriber that was told nothing.
    package init() {}

    /// Brings the subscriber up to date: who left first, then who came, each sorted by id.
    package mutating func synchronise(_ online: [AgentID: Bool]) -> [Item] {
        let gone = self.reported.filter { online[$0] == nil }.sorted()
        let new = online.filter { !self.reported.contains($0.key) }.sorted { $0.key < $1.key }
        self.reported = Set(online.keys)
        return gone.map { .offline($0) } + new.map { .online($0.key, isReachable: $0.value) }
    }

    /// Takes in one change; `nil` when the subscriber knows already, or never knew.
    package mutating func changed(_ change: PresenceTracker.Action) -> Item? {
        switch change {
        case .online(let agent, let isReachable):
            self.reported.insert(agent).inserted ? .online(agent, isReachable: isReachable) : nil
        case .offline(let agent):
            self.reported.remove(agent) == nil ? nil : .offline(agent)
        }
    }
}
