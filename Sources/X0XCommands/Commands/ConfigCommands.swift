// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XAPI
import X0XClient

package struct ConfigCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Explain the daemon's configuration file.",
        subcommands: [Example.self, Keys.self, Path.self]
    )

    package init() {}

    struct Example: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a config.toml with every key, its default and its meaning."
        )

        @OptionGroup var globals: GlobalOptions

        func run() async throws {
            try self.globals.output.write(ConfigurationExample.toml)
        }
    }

    struct Keys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the keys of config.toml.")

        @OptionGroup var globals: GlobalOptions

        @Flag(help: "Print Markdown tables, as in the documentation.")
        var markdown = false

        func run() async throws {
            let output = self.globals.output
            if self.markdown { return try output.write(ConfigurationExample.markdown) }
            guard output.style != .json else { return try output.show(.array(ConfigurationKey.all.map(\.json))) }
            let rows = ConfigurationKey.all.map { [$0.path, $0.kindText, $0.defaultValue ?? "-", $0.summary] }
            try output.write(TextColumns.align([["KEY", "VALUE", "DEFAULT", "MEANING"]] + rows))
        }
    }

    struct Path: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print where the daemon looks for its configuration file.",
            discussion: "The file need not exist. `x0xd --check` shows the values in force and where they come from."
        )

        @OptionGroup var globals: GlobalOptions

        func run() async throws {
            let folders = InstanceDirectories(environment: Surroundings.current.environment)
            let path = folders.configurationPath(instance: self.globals.instance)
            try self.globals.output.show(path, json: .object(["path": .string(path)]))
        }
    }
}

extension ConfigurationKey {
    fileprivate var json: JSONValue {
        .object([
            "key": .string(self.path),
            "value": .string(self.kindText),
            "default": self.defaultValue.map { .string($0) } ?? .null,
            "description": .string(self.summary),
            "has_effect": .bool(self.hasEffect),
        ])
    }
}
