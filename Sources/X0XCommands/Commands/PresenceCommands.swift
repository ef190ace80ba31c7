// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
package import X0XClient

package struct PresenceCommand: EndpointCommand {
    package static let configuration = CommandConfiguration(
        commandName: "presence",
        abstract: "List the agents that are online.",
        subcommands: [Online.self, FOAF.self, Find.self, Status.self, Events.self]
    )
    package static let table: TableLayout? = TableLayout(
        list: "agents",
        columns: [.init("AGENT", "")],
        empty: "No agents."
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func request() -> APIRequest {
        APIRequest(Endpoints.presence.route)
    }

    package struct Online: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "online",
            abstract: "List the agents that are online, with their addresses."
        )
        package static let table: TableLayout? = AgentsCommand.table

        @OptionGroup package var globals: GlobalOptions

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.online.route)
        }
    }

    package struct FOAF: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "foaf",
            abstract: "Ask friends of friends which of your contacts are online."
        )
        package static let progress: String? = "Asking friends of friends…"
        package static let table: TableLayout? = AgentsCommand.table

        @OptionGroup package var globals: GlobalOptions
        @OptionGroup var limits: WalkOptions

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.friendsOnline.route, query: self.limits.query, timeout: self.limits.timeout)
        }
    }

    package struct Find: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "find",
            abstract: "Look an agent up, asking friends of friends if it is not known."
        )

        @OptionGroup package var globals: GlobalOptions
        @OptionGroup var limits: WalkOptions

        @Argument(help: "The agent id, 64 hex digits.")
        var agentID: String

        package init() {}

        package func request() -> APIRequest {
            APIRequest(
                Endpoints.findPresence.route,
                parameters: [self.agentID],
                query: self.limits.query,
                timeout: self.limits.timeout
            )
        }
    }

    package struct Status: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Say whether an agent is online, without asking the network."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The agent id, 64 hex digits.")
        var agentID: String

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.presenceStatus.route, parameters: [self.agentID])
        }
    }

    package struct Events: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "events",
            abstract: "Show who is online, then who comes and goes."
        )

        @OptionGroup package var globals: GlobalOptions

        package init() {}

        package func run() async throws {
            let client = try await self.globals.connect()
            let events = try await client.serverSentEvents(target: Endpoints.presenceEvents.route.path)
            try await follow(events, to: self.globals.output)
        }
    }
}

/// How far and how long a walk goes.
struct WalkOptions: ParsableArguments {
    @Option(help: "How many hops to ask (1-5).")
    var ttl: UInt8 = 3

    @Option(name: .customLong("timeout-ms"), help: "How long to wait for answers (100-30000).")
    var timeoutMilliseconds: UInt64 = 5000

    func validate() throws {
        guard (1...5).contains(self.ttl) else { throw ValidationError("--ttl takes 1 to 5") }
        guard (100...30_000).contains(self.timeoutMilliseconds) else {
            throw ValidationError("--timeout-ms takes 100 to 30000")
        }
    }

    var query: [(name: String, value: String)] {
        [("ttl", "\(self.ttl)"), ("timeout_ms", "\(self.timeoutMilliseconds)")]
    }

    var timeout: Duration { .seconds(30) + .milliseconds(self.timeoutMilliseconds) }
}
