// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser

/// `x0x uninstall`: the programs go, data and keys stay (spec 13 §6.6).
package struct UninstallCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "uninstall",
        abstract: "Delete the programs; data and keys stay.",
        discussion: "Asks first. Stops the daemons and takes them out of the log-in."
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func run() async throws {
        let files = InstalledFiles(.current)
        let output = self.globals.output
        let removal = Removal(output: output)
        output.note("This deletes:")
        for path in files.programs { output.note("  \(path)") }
        output.note("Data, configuration and keys stay where they are; x0x purge deletes them too.")
        guard removal.isConfirmed("Proceed? [y/N]", by: ["y", "Y"]) else { return output.note("Cancelled.") }
        try await removal.retire(files.instances.isEmpty ? [nil] : files.instances)
        try removal.delete(files.programs)
        try removal.report(files.programs)
    }
}

/// `x0x purge`: everything goes, keys too (spec 13 §6.6).
package struct PurgeCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Delete everything: data, configuration, keys and the programs.",
        discussion: """
            Asks three times. An identity whose keys are deleted is gone for good, unless there is a backup \
            (x0x key export).
            """
    )

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    package func run() async throws {
        let files = InstalledFiles(.current)
        let output = self.globals.output
        guard !files.folders.isEmpty else {
            output.note("No data directories found. Nothing to purge.")
            return try Removal(output: output).report([])
        }
        output.note("This deletes for good, keys included:")
        for path in files.folders + files.programs { output.note("  \(path)") }
        let removal = Removal(output: output)
        for words in ["I understand", "PURGE"] {
            guard removal.isConfirmed("Type \"\(words)\" to go on:", by: [words]) else {
                return output.note("Cancelled.")
            }
        }
        let prefix = InstalledFiles.agentPrefix(.current)
        guard removal.isConfirmed("Type the first 8 digits of the agent id (\(prefix)):", by: [prefix]) else {
            return output.note("Agent ID mismatch. Cancelled.")
        }
        try await removal.retire(files.instances)
        try removal.delete(files.folders + files.programs)
        try removal.report(files.folders + files.programs)
    }
}
