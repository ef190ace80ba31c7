// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
package import X0XClient

package struct PeerCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "peer",
        abstract: "Look at one connected peer.",
        subcommands: [Probe.self, Health.self, Events.self]
    )

    package init() {}

    package struct Probe: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "probe",
            abstract: "Measure the round trip to a connected peer."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "Machine id, 64 hex digits.")
        var peer: String

        @Option(name: .customLong("timeout-ms"), help: "How long to wait, 100 to 30000 ms.")
        var timeoutMilliseconds: UInt64?

        package init() {}

        package func request() -> APIRequest {
            APIRequest(
                Endpoints.probePeer.route,
                parameters: [self.peer],
                query: self.timeoutMilliseconds.map { [("timeout_ms", "\($0)")] } ?? []
            )
        }
    }

    package struct Health: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "health",
            abstract: "Show the state of the connection to a peer."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "Machine id, 64 hex digits.")
        var peer: String

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.peerHealth.route, parameters: [self.peer])
        }
    }

    package struct Events: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "events",
            abstract: "Show connections being made, replaced and closed."
        )

        @OptionGroup package var globals: GlobalOptions

        package init() {}

        package func run() async throws {
            let client = try await self.globals.connect()
            let events = try await client.serverSentEvents(target: Endpoints.peerEvents.route.path)
            try await follow(events, to: self.globals.output)
        }
    }
}

package struct UpgradeCommand: EndpointCommand {
    package static let configuration = CommandConfiguration(
        commandName: "upgrade",
        abstract: "Say whether a newer version is available."
    )

    @OptionGroup package var globals: GlobalOptions

    @Flag(name: .customLong("apply"), help: "Install it and restart the daemon.")
    var isApplied = false

    package init() {}

    package func request() -> APIRequest {
        APIRequest(self.isApplied ? Endpoints.applyUpgrade.route : Endpoints.upgrade.route)
    }
}
