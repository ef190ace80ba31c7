// SPDX-License-Identifier: MIT OR Apache-2.0

import ArgumentParser
package import X0XClient

/// The reference of all commands, made from the command table itself (`docs/cli.md`).
package enum CommandReference {
    /// One command with its help.
    package struct Entry: Sendable {
        /// The words after `x0x`, such as `contacts add`.
        package let words: String
        /// The heading it stands under.
        let group: String
        let abstract: String
        /// What `--help` prints.
        let help: String
        /// Whether it has commands of its own.
        let isGroup: Bool

        package var json: JSONValue {
            .object(["command": .string(self.words), "group": .string(self.group), "abstract": .string(self.abstract)])
        }
    }

    /// Every command, hidden ones included, in the order of the table.
    package static let commands: [Entry] = X0XCommand.configuration.groupedSubcommands.flatMap { group in
        group.subcommands.flatMap { Self.entries(of: $0, under: group.name, prefix: []) }
    }

    /// `docs/cli.md`.
    package static var markdown: String {
        var lines = [
            "# Command line", "",
            "Written by `x0x tree --markdown`; a test compares. Every command also takes `--json`, and the options",
            "`--name INSTANCE`, `--api HOST:PORT`, `--data-dir FOLDER`, before or after its name.", "",
            "| Exit code | Meaning |", "|---|---|", "| 0 | done |",
            "| 1 | the command failed; standard error says why |",
            "| 2 | no daemon answers, or the command line is wrong |", "",
            "Results are on standard output, everything else on standard error. On a terminal, lists are tables and titles",
            "are bold; `NO_COLOR=1` switches that off. Otherwise the output is stable text or, with `--json`, JSON.",
            "",
            "Completions for your shell: `x0x --generate-completion-script bash` (or `zsh`, `fish`).",
        ]
        var group = ""
        for entry in Self.commands {
            if entry.group != group {
                group = entry.group
                lines += ["", "## \(group)"]
            }
            lines += ["", "### x0x \(entry.words)", ""]
            lines += entry.isGroup ? [entry.abstract] : ["```text", entry.help, "```"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func entries(
        of command: any ParsableCommand.Type,
        under group: String,
        prefix: [String]
    ) -> [Entry] {
        let words = prefix + [command._commandName]
        let children = command.configuration.subcommands
        let own = Entry(
            words: words.joined(separator: " "),
            group: group,
            abstract: command.configuration.abstract,
            help: Self.trimmed(X0XCommand.helpMessage(for: command, columns: 100)),
            isGroup: !children.isEmpty && command.configuration.defaultSubcommand == nil
        )
        return [own] + children.flatMap { Self.entries(of: $0, under: group, prefix: words) }
    }

    /// Without white space at the ends of lines and of the text.
    private static func trimmed(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }
        return lines.reversed().drop(while: \.isEmpty).reversed().joined(separator: "\n")
    }
}
