// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import Identity
import Primitives
import X0XClient

/// `x0x key`: the agent key of an instance as an encrypted backup file (spec 01 §2.6).
///
/// No daemon takes part.
package struct KeyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Back up the agent key, and restore it on another machine.",
        subcommands: [Export.self, Import.self]
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    private static func report(_ id: AgentID, at path: String) -> JSONValue {
        .object([
            "ok": .bool(true), "agent_id": .string(id.hex), "identity_words": .string("\(IdentityWords(id))"),
            "path": .string(path),
        ])
    }

    package struct Export: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Write an encrypted backup of the agent key to a new file."
        )

        @OptionGroup package var globals: GlobalOptions
        @OptionGroup var passphrase: PassphraseOptions

        @Argument(help: "The file to write; it must not exist.")
        var file: String

        package init() {}

        package func run() async throws {
            let home = try KeyHome(instance: self.globals.instance, environment: Surroundings.current.environment)
            let passphrase = try self.passphrase.read(isNew: true)
            let id = try withKeys { () throws(KeyCustodyError) in
                try home.custody.exportAgent(to: self.file, passphrase: passphrase)
            }
            try self.globals.output.show(KeyCommand.report(id, at: self.file))
        }
    }

    package struct Import: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Restore an agent key from a backup, before the first start of the daemon here.",
            discussion:
                "The agent stays the same; the machine has or gets a key of its own. Let only one machine run it."
        )

        @OptionGroup package var globals: GlobalOptions
        @OptionGroup var passphrase: PassphraseOptions

        @Argument(help: "The backup.")
        var file: String

        package init() {}

        package func run() async throws {
            let home = try KeyHome(instance: self.globals.instance, environment: Surroundings.current.environment)
            let passphrase = try self.passphrase.read(isNew: false)
            let id = try withKeys { () throws(KeyCustodyError) in
                try home.custody.importAgent(from: self.file, passphrase: passphrase)
            }
            try self.globals.output.show(KeyCommand.report(id, at: "\(home.identityDirectory)/agent.key"))
        }
    }
}
