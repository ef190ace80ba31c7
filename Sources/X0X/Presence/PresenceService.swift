// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Connectivity
internal import Logging
internal import NIOCore
internal import Node
internal import Presence
internal import Primitives
internal import Synchronization

/// Owns the presence tracker: who is online, from announcements, connections and beacons; the one source of every presence
/// route and of the events (spec 05 P-13).
///
/// A sign of life that was made before its machine said goodbye or fell silent proves nothing any more, however late it
/// arrives: it may have waited for its signature check, or have travelled over somebody else.
final class PresenceService: Sendable {
    private struct State {
        var tracker: PresenceTracker
        /// When machines said goodbye, Unix seconds.
        var farewells = ExpiringCache<MachineID, UInt64>(capacity: 4096, lifetime: .seconds(900))
        /// When connections to machines were lost that have not come back, Unix seconds.
        var losses = ExpiringCache<MachineID, UInt64>(capacity: 4096, lifetime: .seconds(900))
    }

    /// Changes, in order; a subscriber that is 1,024 behind is brought up to date by the difference.
    let changes = Broadcast<PresenceTracker.Action>(subscriberCountMax: 4096)
    static let feedCapacity = 1024

    private let state: Mutex<State>
    private let clock: SystemClock
    private let logger: Logger
    private let ticks = Lane<Void>(capacity: 1, overflow: .dropNewest)
    private let timer: DeadlineTimer

    init(
        localAgent: AgentID,
        configuration: PresenceTracker.Configuration,
        eventLoop: any EventLoop,
        clock: SystemClock,
        logger: Logger
    ) {
        self.state = Mutex(State(tracker: PresenceTracker(configuration: configuration, localAgent: localAgent)))
        self.clock = clock
        self.logger = logger
        let ticks = self.ticks
        self.timer = DeadlineTimer(eventLoop: eventLoop) { ticks.offer(()) }
    }

    // MARK: - Life

    /// Notices what grows old, until the task is cancelled.
    func run() async {
        for await _ in self.ticks { self.update { $0.tracker.handleTimeout(now: $1, into: &$2) } }
        self.timer.stop()
    }

    /// Ends the events of every subscriber.
    func finish() { self.changes.finish() }

    // MARK: - Signs of life

    /// Takes in a sign of life, or of its end.
    func note(_ event: PresenceTracker.Event) {
        let wallTime = self.clock.wallTime()
        self.update { state, now, changes in
            switch event {
            case .machineDisconnected(let machine, .farewell):
                state.farewells.insert(wallTime.seconds, for: machine, now: now)
            case .machineDisconnected(let machine, .lost): state.losses.insert(wallTime.seconds, for: machine, now: now)
            case .machineConnected(let machine): state.losses.remove(machine)
            case .announced, .bound, .unbound, .machineDisconnected, .beaconed, .removed: break
            }
            state.tracker.handle(event, now: now, into: &changes)
        }
    }

    /// Takes in an accepted announcement; `announcedAt` is Unix seconds on the sender's clock.
    func announced(_ agent: AgentID, on machine: MachineID, announcedAt: UInt64) {
        self.update { state, now, changes in
            if let farewell = state.farewells.value(for: machine, now: now), announcedAt <= farewell { return }
            if let loss = state.losses.value(for: machine, now: now), announcedAt <= loss { return }
            state.tracker.handle(.announced(agent), now: now, into: &changes)
        }
    }

    /// Takes in what a verified record says.
    func beaconed(_ machine: MachineID, _ sign: PresenceSign) {
        self.update { state, now, changes in
            if let farewell = state.farewells.value(for: machine, now: now), sign.since <= farewell { return }
            let event = PresenceTracker.Event.beaconed(machine, isDirect: sign.isDirect, expiresAt: sign.expiresAt)
            state.tracker.handle(event, now: now, into: &changes)
        }
    }

    private func update(_ body: (inout State, Instant, inout [PresenceTracker.Action]) -> Void) {
        let now = self.clock.now()
        let (changes, deadline) = self.state.withLock { state in
            var changes: [PresenceTracker.Action] = []
            body(&state, now, &changes)
            // Under the lock, so that subscribers see changes in the order in which they happened; it never waits.
            for change in changes { self.changes.publish(change) }
            return (changes, state.tracker.nextDeadline)
        }
        if deadline < .distantFuture { self.timer.arm(deadline, now: now) }
        self.log(changes)
    }

    // MARK: - Queries

    /// The agents online now, the own one included, sorted.
    func onlineAgents() -> [AgentID] {
        let now = self.clock.now()
        return self.state.withLock { $0.tracker.onlineAgents(now: now) }
    }

    /// Whether the agent is online now.
    func isOnline(_ agent: AgentID) -> Bool {
        let now = self.clock.now()
        return self.state.withLock { $0.tracker.isOnline(agent, now: now) }
    }

    /// Whether the agent's machine is connected.
    func isReachable(_ agent: AgentID) -> Bool { self.state.withLock { $0.tracker.isReachable(agent) } }

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

extension PresenceTracker.Departure {
    /// What the end of a connection says about the machine.
    init(_ reason: CloseReason) {
        switch reason {
        // Code 0 is what a daemon sends when it shuts down (spec 02 §10.1).
        case .peerShutdown, .applicationClosed: self = .farewell
        case .timedOut, .reset, .transportError, .readerExit: self = .lost
        case .superseded, .banned, .lifecycleCleanup, .connectionClosed, .locallyClosed, .versionMismatch,
            .cidsExhausted, .unknown:
            self = .closed
        }
    }
}
