// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
package import X0XClient

package struct MachinesCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "machines",
        abstract: "Look up machines and connect to them.",
        subcommands: [Discovered.self, Get.self, ByUser.self, Connect.self]
    )
    static let table = TableLayout(
        list: "machines",
        columns: [
            .init("MACHINE", "machine_id"), .init("LAST SEEN", "last_seen"), .init("ADDRESSES", "addresses"),
            .init("AGENTS", "agent_ids"),
        ],
        empty: "No machines."
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package struct Discovered: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "discovered",
            abstract: "List the machines learned from announcements and cards."
        )
        package static let table: TableLayout? = MachinesCommand.table

        @OptionGroup package var globals: GlobalOptions

        @Flag(name: .customLong("unfiltered"), help: "Also machines not seen for a long time.")
        var isUnfiltered = false

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.discoveredMachines.route, query: self.isUnfiltered ? [("unfiltered", "true")] : [])
        }
    }

    package struct Get: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "get",
            abstract: "Show one machine, searching for it if asked."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The machine id, 64 hex digits.")
        var machineID: String

        @Option(help: "Search for at most so many seconds (0-60).")
        var wait: UInt8?

        package init() {}

        package func validate() throws {
            if let wait, wait > 60 { throw ValidationError("--wait takes 0 to 60 seconds") }
        }

        package func request() -> APIRequest {
            APIRequest(
                Endpoints.discoveredMachine.route,
                parameters: [self.machineID],
                query: self.wait.map { [("wait", "\($0)")] } ?? [],
                timeout: .seconds(30 + Int(self.wait ?? 0))
            )
        }
    }

    package struct ByUser: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "by-user",
            abstract: "List the machines of a user who disclosed them."
        )
        package static let table: TableLayout? = MachinesCommand.table

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The user id, 64 hex digits.")
        var userID: String

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.userMachines.route, parameters: [self.userID])
        }
    }

    package struct Connect: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "connect",
            abstract: "Connect to a machine over the addresses known for it."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The machine id, 64 hex digits.")
        var machineID: String

        package init() {}

        package func request() throws -> APIRequest {
            APIRequest(
                Endpoints.connectMachine.route,
                body: try X0XClient.encode(ConnectMachineRequest(machineID: self.machineID)),
                timeout: .seconds(65)
            )
        }
    }
}
