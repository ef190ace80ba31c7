// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import X0XClient

package struct TreeCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract: "Show all commands at a glance."
    )

    @OptionGroup package var globals: GlobalOptions

    @Flag(help: "Print the reference of all commands as Markdown, as in the documentation.")
    var markdown = false

    package init() {}

    package func run() async throws {
        if self.markdown { return try self.globals.output.write(CommandReference.markdown) }
        guard self.globals.output.style != .json else {
            return try self.globals.output.show(.array(CommandReference.commands.map(\.json)))
        }
        try self.globals.output.write(Self.text)
    }

    /// Made from the command table itself, so that it cannot go stale (spec 13 §6.2).
    static var text: String {
        var lines = ["x0x (v\(X0XCommand.version))"]
        for group in X0XCommand.configuration.groupedSubcommands {
            lines += ["", group.name]
            for command in group.subcommands { Self.append(command, depth: 1, to: &lines) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func append(_ command: any ParsableCommand.Type, depth: Int, to lines: inout [String]) {
        let indent = String(repeating: "  ", count: depth)
        let name = command._commandName
        let padding = String(repeating: " ", count: max(1, 26 - indent.count - name.count))
        lines.append("\(indent)\(name)\(padding)\(command.configuration.abstract)")
        for child in command.configuration.subcommands { Self.append(child, depth: depth + 1, to: &lines) }
    }
}
