// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Logging
internal import Node
internal import Presence
internal import Primitives
internal import Synchronization

/// Owns the presence tracker: who is online, from announcements and connections.
///
/// An announcement that was made before its machine said goodbye proves nothing any more, however late it arrives: it may
/// have waited for its signature check, or have travelled over somebody else.
final class PresenceService: Sendable {
    private struct State {
        var tracker: PresenceTracker
        /// When machines said goodbye, Unix seconds.
        var farewells = ExpiringCache<MachineID, UInt64>(capacity: 4096, lifetime: .seconds(900))
    }

    private let state: Mutex<State>
    private let clock: SystemClock
    private let logger: Logger

    init(localAgent: AgentID, announcementLifetime: Nanoseconds, clock: SystemClock, logger: Logger) {
        self.state = Mutex(
            State(
                tracker: PresenceTracker(
                    configuration: PresenceTracker.Configuration(announcementLifetime: announcementLifetime),
                    localAgent: localAgent
                )
            )
        )
        self.clock = clock
        self.logger = logger
    }

    /// Takes in a sign of life, or of its end.
    func note(_ event: PresenceTracker.Event) {
        let now = self.clock.now()
        let wallTime = self.clock.wallTime()
        self.log(
            self.state.withLock { state in
                if case .machineDisconnected(let machine, isFarewell: true) = event {
                    state.farewells.insert(wallTime.seconds, for: machine, now: now)
                }
                var changes: [PresenceTracker.Action] = []
                state.tracker.handle(event, now: now, into: &changes)
                return changes
            }
        )
    }

    /// Takes in an accepted announcement; `announcedAt` is Unix seconds on the sender's clock.
    func announced(_ agent: AgentID, on machine: MachineID, announcedAt: UInt64) {
        let now = self.clock.now()
        let isFromBefore = self.state.withLock { state in
            state.farewells.value(for: machine, now: now).map { announcedAt <= $0 } ?? false
        }
        if !isFromBefore { self.note(.announced(agent)) }
    }

    /// Looks for announcements that grew old.
    func sweep() {
        let now = self.clock.now()
        self.log(
            self.state.withLock { state in
                var changes: [PresenceTracker.Action] = []
                state.tracker.handleTimeout(now: now, into: &changes)
                return changes
            }
        )
    }

    /// The agents online now, the own one included, sorted.
    func onlineAgents() -> [AgentID] {
        let now = self.clock.now()
        return self.state.withLock { $0.tracker.onlineAgents(now: now) }
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
