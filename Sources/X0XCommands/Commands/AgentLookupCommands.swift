// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
package import X0XClient

// `x0x agents find|reachability|machine|by-user` (spec 13 §6.3).
extension AgentsCommand {
    package struct Find: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "find",
            abstract: "Search the network for an agent and show its addresses."
        )
        package static let progress: String? = "Searching the network, up to 15 s…"

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The agent id, 64 hex digits.")
        var agentID: String

        package init() {}

        package func request() -> APIRequest {
            // The daemon searches for up to 15 s.
            APIRequest(Endpoints.findAgent.route, parameters: [self.agentID], timeout: .seconds(45))
        }
    }

    package struct Reachability: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "reachability",
            abstract: "Show how a discovered agent can be reached."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The agent id, 64 hex digits.")
        var agentID: String

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.agentReachability.route, parameters: [self.agentID])
        }
    }

    package struct Machine: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "machine",
            abstract: "Show the machine an agent runs on."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The agent id, 64 hex digits.")
        var agentID: String

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.agentMachine.route, parameters: [self.agentID])
        }
    }

    package struct ByUser: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "by-user",
            abstract: "List the agents of a user who disclosed them."
        )
        package static let table: TableLayout? = AgentsCommand.table

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The user id, 64 hex digits.")
        var userID: String

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.userAgents.route, parameters: [self.userID])
        }
    }
}
