// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
package import X0XClient

package struct PublishCommand: EndpointCommand {
    package static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Publish a signed message on a topic."
    )

    @OptionGroup package var globals: GlobalOptions

    @Argument(help: "The topic.")
    var topic: String

    @Argument(help: "The message.")
    var text: String

    package init() {}

    package func request() throws -> APIRequest {
        let body = PublishRequest(topic: self.topic, payload: base64(self.text))
        return APIRequest(Endpoints.publish.route, body: try X0XClient.encode(body))
    }
}

package struct UnsubscribeCommand: EndpointCommand {
    package static let configuration = CommandConfiguration(
        commandName: "unsubscribe",
        abstract: "End a subscription."
    )

    @OptionGroup package var globals: GlobalOptions

    @Argument(help: "The subscription id, 16 hex digits.")
    var subscriptionID: String

    package init() {}

    package func request() -> APIRequest {
        APIRequest(Endpoints.unsubscribe.route, parameters: [self.subscriptionID])
    }
}

package struct DirectCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "direct",
        abstract: "Connect to one agent and exchange messages with it.",
        subcommands: [Connect.self, Send.self, Connections.self, DirectEventsCommand.self]
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package struct Connect: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "connect",
            abstract: "Connect to an agent."
        )
        package static let progress: String? = "Connecting, up to 60 s…"
        /// The daemon may search and dial for 60 s (spec 11 §7.10).
        private static let timeout: Duration = .seconds(65)

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The agent id, 64 hex digits.")
        var agentID: String

        package init() {}

        package func request() throws -> APIRequest {
            let body = try X0XClient.encode(ConnectRequest(agentID: self.agentID))
            return APIRequest(Endpoints.connect.route, body: body, timeout: Self.timeout)
        }
    }

    package struct Send: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "send",
            abstract: "Send a message to an agent."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The agent id, 64 hex digits.")
        var agentID: String

        @Argument(help: "The message.")
        var text: String

        @Option(help: "Afterwards check that the agent's machine answers within so many milliseconds (100-30000).")
        var requireAckMs: UInt32?

        package init() {}

        package func request() throws -> APIRequest {
            let body = DirectSendRequest(
                agentID: self.agentID,
                payload: base64(self.text),
                requireAcknowledgementMilliseconds: self.requireAckMs.map(UInt64.init)
            )
            return APIRequest(
                Endpoints.sendDirect.route,
                body: try X0XClient.encode(body),
                timeout: .seconds(30) + .milliseconds(min(self.requireAckMs ?? 0, 30_000))
            )
        }
    }

    package struct Connections: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "connections",
            abstract: "List the agents with a live connection."
        )
        package static let table: TableLayout? = TableLayout(
            list: "connections",
            columns: [.init("AGENT", "agent_id"), .init("MACHINE", "machine_id")],
            empty: "No connections."
        )

        @OptionGroup package var globals: GlobalOptions

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.directConnections.route)
        }
    }
}
