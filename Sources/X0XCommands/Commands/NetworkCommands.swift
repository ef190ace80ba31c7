// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
package import X0XClient

package struct PeersCommand: EndpointCommand {
    package static let configuration = CommandConfiguration(
        commandName: "peers",
        abstract: "List the machines this daemon is connected to."
    )
    package static let table: TableLayout? = TableLayout(
        list: "peers",
        columns: [.init("MACHINE", "id")],
        empty: "No peers."
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func request() -> APIRequest {
        APIRequest(Endpoints.peers.route)
    }
}

package struct NetworkCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "network",
        abstract: "Look at the transport.",
        subcommands: [Status.self, Cache.self]
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package struct Status: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show addresses, NAT type and connection counts."
        )

        @OptionGroup package var globals: GlobalOptions

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.networkStatus.route)
        }
    }
}

package struct DiagnosticsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "diagnostics",
        abstract: "Show counters of the daemon's insides.",
        subcommands: [Connectivity.self, Gossip.self, Direct.self, Groups.self, Exec.self]
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package struct Gossip: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "gossip",
            abstract: "Show the counters of the gossip layer."
        )

        @OptionGroup package var globals: GlobalOptions

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.gossipDiagnostics.route)
        }
    }
}

package struct AgentsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "agents",
        abstract: "Look up other agents.",
        subcommands: [List.self, Get.self, Find.self, Reachability.self, Machine.self, ByUser.self],
        defaultSubcommand: List.self
    )
    static let table = TableLayout(
        list: "agents",
        columns: [
            .init("AGENT", "agent_id"), .init("BINDING", "binding"), .init("LAST SEEN", "last_seen"),
            .init("ADDRESSES", "addresses"),
        ],
        empty: "No agents."
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package struct List: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the agents learned from announcements and cards."
        )
        package static let table: TableLayout? = AgentsCommand.table

        @OptionGroup package var globals: GlobalOptions

        @Flag(name: .customLong("unfiltered"), help: "Also agents not seen for a long time.")
        var isUnfiltered = false

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.discoveredAgents.route, query: self.isUnfiltered ? [("unfiltered", "true")] : [])
        }
    }

    package struct Get: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "get",
            abstract: "Show one agent, searching for it if asked."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The agent id, 64 hex digits.")
        var agentID: String

        @Option(help: "Search for at most so many seconds (0-60).")
        var wait: UInt8?

        package init() {}

        package func validate() throws {
            if let wait, wait > 60 { throw ValidationError("--wait takes 0 to 60 seconds") }
        }

        package func request() -> APIRequest {
            APIRequest(
                Endpoints.discoveredAgent.route,
                parameters: [self.agentID],
                query: self.wait.map { [("wait", "\($0)")] } ?? [],
                timeout: .seconds(30 + Int(self.wait ?? 0))
            )
        }
    }
}
