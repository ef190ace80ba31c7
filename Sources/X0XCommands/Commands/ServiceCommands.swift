// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XClient

package struct OpenAPICommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "openapi",
        abstract: "Print the daemon's API as an OpenAPI 3.1 document.",
        shouldDisplay: false
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func run() async throws {
        let client = try await self.globals.connect()
        try self.globals.output.write(try await client.openAPIDocument() + "\n")
    }
}

package struct MetricsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Print the daemon's counters in the text format of Prometheus.",
        shouldDisplay: false
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func run() async throws {
        let client = try await self.globals.connect()
        let text = try await client.metrics()
        let output = self.globals.output
        guard output.style == .json else { return try output.write(text) }
        try output.show(.object(["ok": .bool(true), "metrics": .string(text)]))
    }
}
