// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XClient

package struct InstancesCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "instances",
        abstract: "List the daemons of this user.",
        shouldDisplay: false
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func run() async throws {
        let list = await InstanceList(environment: Surroundings.current.environment)
        let output = self.globals.output
        guard output.style != .json else { return try output.show(Self.json(list)) }
        try output.write(list.text)
    }

    static func json(_ list: InstanceList) -> JSONValue {
        .array(
            list.entries.map { entry in
                .object([
                    "name": entry.instance.map { .string($0) } ?? .null,
                    "api": .string(entry.address),
                    "status": .string(entry.isRunning ? "running" : "stale"),
                ])
            }
        )
    }
}
