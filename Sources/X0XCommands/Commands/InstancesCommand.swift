// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XClient

package struct InstancesCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "instances",
        abstract: "List the daemons of this user.",
        shouldDisplay: false
    )

    /// One daemon: its name, address and whether it answers.
    struct Row: Hashable {
        var instance: String?
        var address: String
        var isRunning: Bool
    }

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func run() async throws {
        let environment = Surroundings.current.environment
        var rows: [Row] = []
        for instance in InstanceDirectories(environment: environment).instances() {
            // A directory with a name no instance can have, or an unreadable port file, is no daemon of ours.
            guard let locator = try? DaemonLocator(instance: instance, environment: environment),
                let endpoint = try? locator.locate()
            else { continue }
            let isRunning = await X0XClient(endpoint).isHealthy()
            rows.append(Row(instance: instance, address: endpoint.baseURL, isRunning: isRunning))
        }
        let output = self.globals.output
        guard output.style != .json else { return try output.show(Self.json(rows)) }
        try output.write(Self.render(rows))
    }

    static func render(_ rows: [Row]) -> String {
        guard !rows.isEmpty else { return "No running instances found.\n" }
        return TableLayout.align(
            [["NAME", "API", "STATUS"]]
                + rows.map { [$0.instance ?? "(default)", $0.address, $0.isRunning ? "running" : "stale"] }
        )
    }

    static func json(_ rows: [Row]) -> JSONValue {
        .array(
            rows.map { row in
                .object([
                    "name": row.instance.map { .string($0) } ?? .null,
                    "api": .string(row.address),
                    "status": .string(row.isRunning ? "running" : "stale"),
                ])
            }
        )
    }
}
