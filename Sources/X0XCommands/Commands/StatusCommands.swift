// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
package import X0XClient

package struct HealthCommand: EndpointCommand {
    package static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Check whether the daemon answers."
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func request() -> APIRequest {
        APIRequest(Endpoints.health.route)
    }
}

package struct StatusCommand: EndpointCommand {
    package static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the daemon's state, addresses and warnings."
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func request() -> APIRequest {
        APIRequest(Endpoints.status.route)
    }

    package func amended(_ answer: JSONValue) -> JSONValue { answer.addingIdentityWords().addingLocationWords() }
}

package struct ConstitutionCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "constitution",
        abstract: "Print the constitution of the network."
    )

    @OptionGroup package var globals: GlobalOptions

    @Flag(name: .customLong("raw"), help: "Print the Markdown text as it is.")
    var isRaw = false

    package init() {}

    package func run() async throws {
        let client = try await self.globals.connect()
        let output = self.globals.output
        guard output.style == .json, !self.isRaw else {
            let text = try await client.constitution()
            return try output.write(text.hasSuffix("\n") ? text : text + "\n")
        }
        try output.show(try await client.json(APIRequest(Endpoints.constitutionDocument.route)))
    }
}
