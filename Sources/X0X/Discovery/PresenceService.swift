// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Logging
internal import Node
internal import Presence
internal import Primitives
internal import Synchronization

/// Owns the presence tracker: who is online, from announcements and connections.
final class PresenceService: Sendable {
    private let tracker: Mutex<PresenceTracker>
    private let clock: SystemClock
    private let logger: Logger

    init(localAgent: AgentID, announcementLifetime: Nanoseconds, clock: SystemClock, logger: Logger) {
        self.tracker = Mutex(
            PresenceTracker(
                configuration: PresenceTracker.Configuration(announcementLifetime: announcementLifetime),
                localAgent: localAgent
            )
        )
        self.clock = clock
        self.logger = logger
    }

    /// Takes in a sign of life, or of its end.
    func note(_ event: PresenceTracker.Event) {
        let now = self.clock.now()
        self.log(
            self.tracker.withLock { tracker in
                var changes: [PresenceTracker.Action] = []
                tracker.handle(event, now: now, into: &changes)
                return changes
            }
        )
    }

    /// Looks for announcements that grew old.
    func sweep() {
        let now = self.clock.now()
        self.log(
            self.tracker.withLock { tracker in
                var changes: [PresenceTracker.Action] = []
                tracker.handleTimeout(now: now, into: &changes)
                return changes
            }
        )
    }

    /// The agents online now, the own one included, sorted.
    func onlineAgents() -> [AgentID] {
        let now = self.clock.now()
        return self.tracker.withLock { $0.onlineAgents(now: now) }
    }

    private func log(_ changes: [PresenceTracker.Action]) {
        for change in changes {
            switch change {
            case .online(let agent, let isReachable):
                self.logger.debug(
                    "agent online",
                    metadata: ["agent.id": "\(agent.shortHex)", "reachable": "\(isReachable)"]
                )
            case .offline(let agent): self.logger.debug("agent offline", metadata: ["agent.id": "\(agent.shortHex)"])
            }
        }
    }
}
