// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
import X0XClient

package struct RoutesCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "routes",
        abstract: "List the endpoints of the daemon's API.",
        shouldDisplay: false
    )

    @Flag(help: "List only the endpoints that are not built yet; they answer 501.")
    package var missing = false

    @Flag(help: "Write the reference of the API, docs/api.md.")
    package var markdown = false

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func run() async throws {
        let output = self.globals.output
        guard !self.markdown else { return try output.write(try APIReference.markdown()) }
        let routes = self.missing ? Registry.planned : Registry.routes
        try output.write(output.style == .json ? Self.json(routes) : Self.text(routes))
    }

    /// Columns of fixed width, rows grouped by category in the order of the registry (spec 13 §6.2).
    static func text(_ routes: [Route]) -> String {
        var lines = [Self.row("METHOD", "PATH", "CLI COMMAND", "DESCRIPTION"), String(repeating: "-", count: 100)]
        for category in Route.Category.allCases {
            for route in routes where route.category == category {
                lines.append(Self.row(route.method.rawValue, route.path, route.command, route.summary))
            }
        }
        lines += ["", "\(routes.count) endpoints total"]
        return lines.map { $0 + "\n" }.joined()
    }

    /// An array with one object per line.
    static func json(_ routes: [Route]) -> String {
        let objects = routes.map { route in
            JSONText.compact(
                .object([
                    "method": .string(route.method.rawValue),
                    "path": .string(route.path),
                    "cli_name": .string(route.command),
                    "description": .string(route.summary),
                    "category": .string(route.category.rawValue),
                ])
            )
        }
        return "[\n" + objects.joined(separator: ",\n") + "\n]\n"
    }

    private static func row(_ method: String, _ path: String, _ command: String, _ description: String) -> String {
        [(method, 6), (path, 50), (command, 24)].map { text, width in
            text + String(repeating: " ", count: max(0, width - text.count))
        }.joined(separator: " ") + " " + description
    }
}
