// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XClient
import X0XCommands

/// `x0x user` and `x0x key` on the files of a user of her own.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct KeyCommandTests {
    private static let passphrase = "correct horse battery"

    private static func x0x(
        _ home: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        answers: [String] = []
    ) async -> CommandRun {
        await CommandRun.x0x(
            arguments + ["--json"],
            environment: ["HOME": home].merging(environment) { $1 },
            passphrases: answers
        )
    }

    private static func json(_ run: CommandRun) throws -> JSONValue { try JSONValue(parsing: Array(run.output.utf8)) }

    private static func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func aUserIsMadeOnlyWithConsent() async throws {
        try await withTemporaryDirectory { home in
            let refused = await Self.x0x(home, ["user", "create"])
            #expect(refused.code == 2 && refused.errors.contains("--consent"))
            #expect(try Self.json(await Self.x0x(home, ["user", "show"]))["user_id"] == .null)
            #expect(!FileManager.default.fileExists(atPath: "\(home)/.x0x"))

            let created = await Self.x0x(home, ["user", "create", "--consent"])
            #expect(created.code == 0, "\(created.errors)")
            #expect(try Self.mode("\(home)/.x0x/user.key") == 0o600)
            let shown = try Self.json(await Self.x0x(home, ["--name", "other", "user", "show"]))
            #expect(try shown["user_id"] == Self.json(created)["user_id"] && shown["certificate"] == .null)
            #expect(shown["user_words"]?.stringValue?.split(separator: " ").count == 4)

            let again = await Self.x0x(home, ["user", "create", "--consent"])
            #expect(again.code == 1 && again.errors.contains("exists already and is left as it is"))
        }
    }

    @Test func aUserBackupGoesToAnotherHome() async throws {
        try await withTemporaryDirectory { home in
            let (old, new) = ("\(home)/old", "\(home)/new")
            let created = try Self.json(await Self.x0x(old, ["user", "create", "--consent"]))
            let answers = [Self.passphrase, Self.passphrase]
            let export = await Self.x0x(old, ["user", "export", "\(home)/backup"], answers: answers)
            #expect(export.code == 0, "\(export.errors)")
            #expect(try Self.mode("\(home)/backup") == 0o600)
            let secretFile = "\(home)/passphrase"
            try Data("\(Self.passphrase)\n".utf8).write(to: URL(fileURLWithPath: secretFile))
            let arguments = ["user", "import", "\(home)/backup", "--consent", "--passphrase-file", secretFile]
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: secretFile)
            let open = await Self.x0x(new, arguments)
            #expect(open.code == 1 && open.errors.contains("chmod 600"))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secretFile)
            let restored = await Self.x0x(new, arguments)
            #expect(restored.code == 0, "\(restored.errors)")
            #expect(try Self.json(restored)["user_id"] == created["user_id"])
        }
    }

    @Test func passphrasesThatDifferAreNotUsed() async throws {
        try await withTemporaryDirectory { home in
            _ = await Self.x0x(home, ["user", "create", "--consent"])
            let path = "\(home)/backup"
            let differing = await Self.x0x(
                home,
                ["user", "export", path],
                answers: ["correct horse", "correct house"]
            )
            #expect(differing.code == 1 && differing.errors == "error: the passphrases differ\n")
            let short = await Self.x0x(home, ["user", "export", path], answers: ["short", "short"])
            #expect(short.code == 1 && short.errors.contains("at least 8 bytes"))
            let none = await Self.x0x(home, ["user", "export", path], answers: ["", ""])
            #expect(none.code == 1 && none.errors == "error: the passphrase is empty\n")
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func noPassphraseIsTakenFromTheCommandLine() async throws {
        try await withTemporaryDirectory { home in
            let run = await Self.x0x(home, ["user", "export", "f", "--passphrase", "correct horse"])
            #expect(run.code == 2)
            let both = ["user", "export", "f", "--passphrase-fd", "3", "--passphrase-file", "p"]
            #expect(await Self.x0x(home, both).code == 2)
        }
    }

    /// A descriptor is read up to the line feed.
    @Test func aPassphraseComesOverADescriptor() async throws {
        try await withTemporaryDirectory { home in
            _ = await Self.x0x(home, ["user", "create", "--consent"])
            func pipe(_ text: String, _ arguments: [String]) async throws -> CommandRun {
                let pipe = Pipe()
                try pipe.fileHandleForWriting.write(contentsOf: Data(text.utf8))
                try pipe.fileHandleForWriting.close()
                let descriptor = "\(pipe.fileHandleForReading.fileDescriptor)"
                return await Self.x0x(home, arguments + ["--passphrase-fd", descriptor])
            }
            let export = try await pipe("\(Self.passphrase)\nnot this", ["user", "export", "\(home)/backup"])
            #expect(export.code == 0, "\(export.errors)")
            let arguments = ["user", "import", "\(home)/backup", "--consent", "--path", "\(home)/second.key"]
            let wrong = try await pipe("another passphrase", arguments)
            #expect(wrong.code == 1 && wrong.errors.contains("the passphrase is wrong, or the backup was changed"))
            let right = try await pipe(Self.passphrase, arguments)
            #expect(right.code == 0, "\(right.errors)")
            #expect(try Self.mode("\(home)/second.key") == 0o600)
            let long = try await pipe(String(repeating: "x", count: 1_025), ["user", "export", "\(home)/second"])
            #expect(long.code == 1 && long.errors.contains("more than 1024 bytes"))
        }
    }

    @Test func thereMustBeAHome() async {
        let run = await CommandRun.x0x(["user", "show"], environment: ["HOME": ""])
        #expect(run.code == 1 && run.errors.contains("HOME is not set"))
    }
}
