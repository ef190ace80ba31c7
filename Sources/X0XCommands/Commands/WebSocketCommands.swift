// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
package import X0XClient

package struct FollowWebSocketCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "ws",
        abstract: "Follow a WebSocket session.",
        shouldDisplay: false,
        subcommands: [Direct.self, Sessions.self]
    )

    @OptionGroup package var globals: GlobalOptions

    @Option(name: .customLong("topic"), help: "A topic to subscribe to; may be repeated.")
    var topics: [String] = []

    package init() {}

    package func run() async throws {
        try await Self.follow(self.topics, direct: false, self.globals)
    }

    /// Prints every event as one line of JSON until the session ends or the user stops the command.
    private static func follow(_ topics: [String], direct: Bool, _ globals: GlobalOptions) async throws {
        let client = try await globals.connect()
        let output = globals.output
        _ = try await runUntilStopped {
            try await client.withWebSocket(receivingDirectMessages: direct) { socket in
                if !topics.isEmpty { try await socket.subscribe(topics) }
                for try await event in socket.events {
                    try output.write(String(decoding: try X0XClient.encode(event), as: UTF8.self) + "\n")
                }
            }
        }
    }

    package struct Direct: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "direct",
            abstract: "Follow a WebSocket session that receives direct messages."
        )

        @OptionGroup package var globals: GlobalOptions

        package init() {}

        package func run() async throws {
            try await FollowWebSocketCommand.follow([], direct: true, self.globals)
        }
    }

    package struct Sessions: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "sessions",
            abstract: "List the WebSocket sessions and the topics they share."
        )

        @OptionGroup package var globals: GlobalOptions

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.webSocketSessions.route)
        }
    }
}
