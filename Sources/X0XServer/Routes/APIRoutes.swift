// SPDX-License-Identifier: MIT OR Apache-2.0

internal import X0XAPI

/// Every endpoint with its handler; the resource files beside this one hold the handlers.
struct APIRoutes: Sendable {
    let agent: any AgentService
    let configuration: APIServerConfiguration
    let state: ServerState
    let counters: ServerCounters
    let streams: StreamLimit
    let webSockets: WebSocketSessions
    let health: HealthAnswer
    /// Messages on `GET /events`.
    let encodings = RecentEncodings()

    init(agent: any AgentService, configuration: APIServerConfiguration, state: ServerState, counters: ServerCounters) {
        self.counters = counters
        self.agent = agent
        self.configuration = configuration
        self.state = state
        self.streams = StreamLimit(configuration.limits.eventStreamCountMax)
        self.webSockets = WebSocketSessions(limits: configuration.limits.webSockets)
        self.health = HealthAnswer(agent: agent, state: state, version: configuration.version)
    }

    /// Every endpoint that is served; a test compares the two.
    var all: [MountedRoute] { self.built.flatMap(\.self) + Registry.planned.map(\.unavailable) }

    /// The handlers, one line per file beside this one.
    private var built: [[MountedRoute]] {
        [
            self.status,
            self.pages,
            self.identity,
            self.network,
            self.presence,
            self.peers,
            self.diagnostics,
            self.upgrade,
            self.discovery,
            self.directory,
            self.contacts,
            self.contactMachines,
            self.revocations,
            self.messaging,
            self.direct,
            self.webSocket,
            self.service,
        ]
    }

    var keepAlive: Duration { .seconds(self.configuration.limits.keepAliveSeconds) }
}
