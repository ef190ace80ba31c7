// SPDX-License-Identifier: MIT OR Apache-2.0

package import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
package import Primitives
internal import ServiceLifecycle
package import X0XAPI

/// The REST and event-stream API of one agent: binds a loopback port, serves, and stops within a few seconds.
///
/// On graceful shutdown event streams end first, running requests get `limits.drainSeconds`, then everything is closed.
package struct APIServer: Service {
    private let configuration: APIServerConfiguration
    private let agent: any AgentService
    private let routes: [MountedRoute]
    private let webSockets: WebSocketSessions
    private let health: HealthAnswer
    private let logger: Logger
    private let state: ServerState
    private let counters = ServerCounters()
    private let onListening: @Sendable (NetworkAddress) async -> Void

    /// Prepares the server; nothing is bound yet.
    ///
    /// `onListening` is told the address really bound, before the first request is accepted: time for `api.port`.
    package init(
        agent: any AgentService,
        configuration: APIServerConfiguration,
        logger: Logger,
        onListening: @escaping @Sendable (NetworkAddress) async -> Void = { _ in }
    ) {
        let state = ServerState(configured: configuration.address)
        self.configuration = configuration
        self.logger = logger
        self.state = state
        self.onListening = onListening
        self.agent = agent
        let routes = APIRoutes(agent: agent, configuration: configuration, state: state, counters: self.counters)
        self.routes = routes.all
        self.webSockets = routes.webSockets
        self.health = routes.health
    }

    /// The endpoints this server answers.
    package var endpoints: [Route] { self.routes.map(\.route) }

    package func run() async throws {
        do {
            try await self.serveUntilShutdown()
        } catch {
            guard self.state.boundAddress == nil else { throw error }
            throw APIServerError.bindFailed(self.configuration.address, cause: "\(error)")
        }
    }

    /// Hummingbird stops accepting and waits for running requests; this adds the limit to that wait.
    private func serveUntilShutdown() async throws {
        let application = self.application
        let limit = Duration.seconds(self.configuration.limits.drainSeconds)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await application.run() }
            tasks.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: limit)
            }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
    }

    /// The application, also for tests that call it without a socket.
    package var application: some ApplicationProtocol {
        let limits = self.configuration.limits
        let address = self.configuration.address
        let counters = self.counters
        let access = AccessControl(token: self.configuration.bearer, hostNames: self.configuration.allowedHostNames)
        let responder = APIResponder(
            table: RouteTable(
                self.routes,
                aliases: ["/gui/": "/gui"],
                opened: self.configuration.areMetricsOpen ? [Endpoints.metrics.route.path] : []
            ),
            access: access,
            limits: limits,
            counters: self.counters
        )
        let upgrade = WebSocketUpgrade(access: access, agent: self.agent, sessions: self.webSockets)
        return Application(
            responder: responder,
            server: HTTPServerBuilder { [health] in
                LimitedHTTPChannel(
                    responder: $0,
                    limits: limits,
                    upgrade: upgrade,
                    health: health,
                    counters: counters
                )
            },
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: Int(address.port)),
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connectionCountMax * 2)
            ),
            onServerRunning: { [state, onListening] channel in
                guard let bound = channel.localAddress.flatMap(NetworkAddress.init(listening:)) else { return }
                state.listening(on: bound)
                await onListening(bound)
            },
            logger: self.logger
        )
    }
}

/// Why the server did not start.
package enum APIServerError: Error, CustomStringConvertible {
    /// The port is taken or the address is not this machine's.
    case bindFailed(NetworkAddress, cause: String)

    package var description: String {
        switch self {
        case .bindFailed(let address, let cause): "failed to bind API address \(address): \(cause)"
        }
    }
}

extension NetworkAddress {
    fileprivate init?(listening address: SocketAddress) {
        guard let host = address.ipAddress, let port = address.port else { return nil }
        self.init(host: host, port: UInt16(clamping: port))
    }
}
