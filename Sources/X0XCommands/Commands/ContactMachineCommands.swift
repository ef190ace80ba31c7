// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
package import X0XClient

// The machines of a contact and its pins; looking machines up is beside this file.
extension MachinesCommand {
    package struct List: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the machines recorded for an agent."
        )
        package static let table: TableLayout? = TableLayout(
            list: "machines",
            columns: [
                .init("MACHINE", "machine_id"), .init("PINNED", "pinned"), .init("LAST SEEN", "last_seen"),
                .init("LABEL", "label"),
            ],
            empty: "No machines."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The agent id, 64 hex digits.")
        var agentID: String

        package init() {}

        package func request() -> APIRequest {
            APIRequest(Endpoints.contactMachines.route, parameters: [self.agentID])
        }
    }

    package struct Add: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Record a machine of an agent."
        )

        @OptionGroup package var globals: GlobalOptions
        @OptionGroup var choice: MachineChoice

        @Flag(help: "Accept the agent from its pinned machines only.")
        var pin = false

        @Option(help: "A name for the machine.")
        var label: String?

        package init() {}

        package func request() throws -> APIRequest {
            let body = AddMachineRequest(machineID: self.choice.machineID, label: self.label, pinned: self.pin)
            return APIRequest(
                Endpoints.addContactMachine.route,
                parameters: [self.choice.agentID],
                body: try X0XClient.encode(body)
            )
        }
    }

    package struct Remove: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Forget a machine of an agent."
        )

        @OptionGroup package var globals: GlobalOptions
        @OptionGroup var choice: MachineChoice

        package init() {}

        package func request() -> APIRequest { self.choice.request(Endpoints.removeContactMachine.route) }
    }

    package struct Pin: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "pin",
            abstract: "Accept an agent from this machine and its other pinned ones only."
        )

        @OptionGroup package var globals: GlobalOptions
        @OptionGroup var choice: MachineChoice

        package init() {}

        package func request() -> APIRequest { self.choice.request(Endpoints.pinMachine.route) }
    }

    package struct Unpin: EndpointCommand {
        package static let configuration = CommandConfiguration(
            commandName: "unpin",
            abstract: "Take the pin of a machine away."
        )

        @OptionGroup package var globals: GlobalOptions
        @OptionGroup var choice: MachineChoice

        package init() {}

        package func request() -> APIRequest { self.choice.request(Endpoints.unpinMachine.route) }
    }
}

/// A machine of an agent.
struct MachineChoice: ParsableArguments {
    @Argument(help: "The agent id, 64 hex digits.")
    var agentID: String

    @Argument(help: "The machine id, 64 hex digits.")
    var machineID: String

    func request(_ route: Route) -> APIRequest {
        APIRequest(route, parameters: [self.agentID, self.machineID])
    }
}
