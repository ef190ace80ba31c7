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
        abstract: "Print the constitution of the network; no daemon is needed."
    )

    @OptionGroup package var globals: GlobalOptions

    @Flag(name: .customLong("raw"), help: "Print the Markdown text as it is.")
    var isRaw = false

    package init() {}

    package func run() async throws {
        let output = self.globals.output
        let text = Constitution.text.hasSuffix("\n") ? Constitution.text : Constitution.text + "\n"
        if self.isRaw { return try output.write(text) }
        switch output.style {
        case .json:
            try output.show(
                .object([
                    "ok": .bool(true), "version": .string(Constitution.version),
                    "status": .string(Constitution.status), "content": .string(Constitution.text),
                ])
            )
        case .text: try output.write(text)
        case .terminal: try await Pager(.current).show(MarkdownText.render(text, output))
        }
    }
}
