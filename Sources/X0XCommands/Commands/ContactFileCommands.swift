// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import ContactsFile
import PrivateFiles
import X0XAPI
import X0XClient

extension ContactsCommand {
    package struct Export: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Write all contacts, machines, pins and revocations in the format of contacts.json."
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The file, which must not exist yet; standard output if it is left out.")
        var file: String?

        package init() {}

        package func run() async throws {
            let client = try await self.globals.connect()
            let document = try ContactsDocument(try await client.contactBook())
            guard let file else {
                return try self.globals.output.write(String(decoding: document.encoded, as: UTF8.self))
            }
            try PrivateFile.write(document.encoded, to: file, .new)
            try self.globals.output.show(
                "Exported \(document.contacts.count) contacts and \(document.revocations.count) revocations to \(file).",
                json: .object([
                    "ok": .bool(true), "contacts": .integer(Int64(document.contacts.count)),
                    "revocations": .integer(Int64(document.revocations.count)),
                ])
            )
        }
    }

    package struct Import: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Take the decisions of a contacts.json over.",
            discussion: """
                Nothing that is decided here is undone: blocks and revocations of both sides stay, of two levels the higher \
                one counts, pins are added. Agents about which the file holds no decision are skipped.
                """
        )

        @OptionGroup package var globals: GlobalOptions

        @Argument(help: "The file.")
        var file: String

        package init() {}

        package func run() async throws {
            guard
                let bytes = try PrivateFile.read(
                    self.file,
                    byteCountMax: ContactsDocument.byteCountMax,
                    requiringPrivacy: false
                )
            else { throw ValidationError("\(self.file): no such file") }
            let document: ContactsDocument
            do throws(ContactsFileError) {
                document = try ContactsDocument(parsing: bytes)
            } catch {
                throw ValidationError("\(self.file): \(error)")
            }
            let client = try await self.globals.connect()
            let book = try await client.contactBook()
            let plan = ContactImportPlan(document, into: book, ownAgent: try await client.agent().agentID)
            for step in plan.steps { try await step.perform(with: client) }
            try self.globals.output.show(
                "Imported \(plan.contactCount) contacts and \(plan.revocationCount) revocations, "
                    + "skipped \(plan.strangerCount) strangers.",
                json: .object([
                    "ok": .bool(true), "contacts": .integer(Int64(plan.contactCount)),
                    "revocations": .integer(Int64(plan.revocationCount)),
                    "strangers_skipped": .integer(Int64(plan.strangerCount)),
                ])
            )
        }
    }
}
