// SPDX-License-Identifier: MIT OR Apache-2.0

package import ArgumentParser
import Identity
import Primitives
import X0XClient

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `x0x user`: the optional identity of the human behind agents (spec 01 §2).
///
/// Works on files; no daemon takes part.
package struct UserCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Make, show, back up and restore the optional identity of the human behind your agents.",
        subcommands: [Create.self, Show.self, Renew.self, Export.self, Import.self]
    )
    private static let consentText =
        "a user identity ties this machine's agents to you, and your known contacts can see that: "
        + "repeat with --consent if you want that"

    @OptionGroup package var globals: GlobalOptions

    package init() {}

    /// The options every `x0x user …` takes.
    struct Place: ParsableArguments {
        @Option(name: .customLong("path"), help: "The user key file, as user_key_path in the daemon's configuration.")
        var path: String?

        func home(_ globals: GlobalOptions) throws -> KeyHome {
            try KeyHome(
                instance: globals.instance,
                userKeyPath: self.path,
                environment: Surroundings.current.environment
            )
        }
    }

    static func requireConsent(_ hasConsent: Bool) throws {
        if !hasConsent { throw ValidationError(Self.consentText) }
    }

    static func report(_ id: UserID, at path: String, _ more: [String: JSONValue] = [:]) -> JSONValue {
        let members: [String: JSONValue] = [
            "ok": .bool(true), "user_id": .string(id.hex), "user_words": .string("\(IdentityWords(id))"),
            "path": .string(path),
        ]
        return .object(members.merging(more) { $1 })
    }

    package struct Create: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Generate a user key; the daemon uses it from its next start."
        )

        @OptionGroup package var globals: GlobalOptions
        @OptionGroup var place: Place

        @Flag(help: "I am that human and want my agents to be tied to me.")
        var consent = false

        package init() {}

        package func validate() throws { try UserCommand.requireConsent(self.consent) }

        package func run() async throws {
            let home = try self.place.home(self.globals)
            let key = try withKeys { () throws(KeyCustodyError) in try home.custody.createUser() }
            try self.globals.output.show(UserCommand.report(key.id, at: home.userKeyPath))
            self.globals.output.note("Restart the daemon to use it. Back it up with: x0x user export FILE")
        }
    }

    package struct Show: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show the user identity and its certificate for this instance's agent."
        )

        @OptionGroup package var globals: GlobalOptions
        @OptionGroup var place: Place

        package init() {}

        package func run() async throws {
            let home = try self.place.home(self.globals)
            let (user, certificate) = try withKeys { () throws(KeyCustodyError) in
                (try home.custody.user(), try home.custody.certificate())
            }
            guard let user else {
                let json: JSONValue = .object(["ok": .bool(true), "user_id": .null])
                return try self.globals.output.show("No user identity.", json: json)
            }
            var more: [String: JSONValue] = ["certificate": .null]
            if let certificate, certificate.userID == user.id {
                more["certificate"] = UserCommand.report(certificate)
            }
            try self.globals.output.show(UserCommand.report(user.id, at: home.userKeyPath, more))
        }
    }

    package struct Renew: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "renew",
            abstract: "Issue the certificate for this instance's agent anew; its daemon must be stopped."
        )

        @OptionGroup package var globals: GlobalOptions
        @OptionGroup var place: Place

        package init() {}

        package func run() async throws {
            let home = try self.place.home(self.globals)
            let now = UnixMillis(seconds: UInt64(Date().timeIntervalSince1970))
            let certificate = try withKeys { () throws(KeyCustodyError) in
                try home.custody.renewCertificate(now: now)
            }
            let more = ["certificate": UserCommand.report(certificate)]
            try self.globals.output.show(UserCommand.report(certificate.userID, at: home.userKeyPath, more))
        }
    }

    private static func report(_ certificate: AgentCertificate) -> JSONValue {
        .object([
            "agent_id": .string(certificate.agentID.hex), "issued_at": .unsigned(certificate.issuedAt),
        ])
    }

    package struct Export: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Write an encrypted backup of the user key to a new file."
        )

        @OptionGroup package var globals: GlobalOptions
        @OptionGroup var place: Place
        @OptionGroup var passphrase: PassphraseOptions

        @Argument(help: "The file to write; it must not exist.")
        var file: String

        package init() {}

        package func run() async throws {
            let home = try self.place.home(self.globals)
            let passphrase = try self.passphrase.read(isNew: true)
            let id = try withKeys { () throws(KeyCustodyError) in
                try home.custody.exportUser(to: self.file, passphrase: passphrase)
            }
            try self.globals.output.show(UserCommand.report(id, at: self.file))
        }
    }

    package struct Import: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Restore the user key from a backup."
        )

        @OptionGroup package var globals: GlobalOptions
        @OptionGroup var place: Place
        @OptionGroup var passphrase: PassphraseOptions

        @Argument(help: "The backup.")
        var file: String

        @Flag(help: "I am that human and want the agents of this machine to be tied to me.")
        var consent = false

        package init() {}

        package func validate() throws { try UserCommand.requireConsent(self.consent) }

        package func run() async throws {
            let home = try self.place.home(self.globals)
            let passphrase = try self.passphrase.read(isNew: false)
            let id = try withKeys { () throws(KeyCustodyError) in
                try home.custody.importUser(from: self.file, passphrase: passphrase)
            }
            try self.globals.output.show(UserCommand.report(id, at: home.userKeyPath))
            self.globals.output.note("Restart the daemon to use it.")
        }
    }
}
