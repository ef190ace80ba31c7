// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import TestSupport
import Testing
import X0XClient
import X0XCommands

/// `x0x uninstall` and `x0x purge` (spec 13 §6.6).
@Suite(.timeLimit(.minutes(1))) struct RemovalCommandTests {
    /// A home with programs, two instances, and a folder of somebody else.
    private struct Home {
        static let kept = [".local/share/x0xyz/theirs", ".config/x0x-/theirs", "bin/other"]
        static let folders = [
            ".config/x0x-ann/config.toml", ".local/share/x0x-ann/x0x.db", ".local/share/x0x/x0x.db",
            ".x0x-ann/agent.key",
            ".x0x/user.key",
        ]
        static let programs = ["bin/x0x", "bin/x0xd"]
        let path: String

        init(_ path: String) throws {
            self.path = path
            for file in Self.kept + Self.folders + Self.programs {
                let url = URL(filePath: "\(path)/\(file)")
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try Data("x".utf8).write(to: url)
            }
        }

        func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: "\(self.path)/\(file)") }

        func x0x(_ arguments: [String], answers: [String]) async -> CommandRun {
            await CommandRun.x0x(
                arguments,
                environment: ["HOME": self.path, "PATH": "/nonexistent"],
                executablePath: "\(self.path)/bin/x0x",
                answers: answers
            )
        }
    }

    @Test func uninstallDeletesThePrograms() async throws {
        try await withTemporaryDirectory { path in
            let home = try Home(path)
            for answer in [[], ["n"], ["yes"], [""]] {
                let run = await home.x0x(["uninstall"], answers: answer)
                #expect(run.code == 0 && run.errors.hasSuffix("Proceed? [y/N] Cancelled.\n"))
                #expect(Home.programs.allSatisfy(home.has))
            }
            let run = await home.x0x(["uninstall"], answers: ["y"])
            #expect(run.code == 0, "\(run.errors)")
            #expect(run.output.isEmpty)
            #expect(!Home.programs.contains(where: home.has))
            #expect((Home.folders + Home.kept).allSatisfy(home.has), "data and keys stay")
        }
    }

    @Test(arguments: [
        ([], "Cancelled."), (["i understand"], "Cancelled."), (["I understand"], "Cancelled."),
        (["I understand", "purge"], "Cancelled."), (["I understand", "PURGE"], "Agent ID mismatch. Cancelled."),
        (["I understand", "PURGE", "0badc0de"], "Agent ID mismatch. Cancelled."),
    ])
    func spec13_check27_anyWrongAnswerAbortsAndNothingIsDeleted(_ answers: [String], _ end: String) async throws {
        try await withTemporaryDirectory { path in
            let home = try Home(path)
            let run = await home.x0x(["purge"], answers: answers)
            #expect(run.code == 0 && run.errors.hasSuffix(" \(end)\n"), "\(run.errors)")
            #expect((Home.programs + Home.folders + Home.kept).allSatisfy(home.has))
        }
    }

    @Test func spec13_check27_threeRightAnswersDeleteEverythingOfOursAndNothingElse() async throws {
        try await withTemporaryDirectory { path in
            let home = try Home(path)
            // The key file of this home is no key, so the id is not known.
            let run = await home.x0x(["purge", "--json"], answers: ["I understand", "PURGE", "unknown"])
            #expect(run.code == 0, "\(run.errors)")
            for folder in [".local/share/x0x", ".local/share/x0x-ann", ".config/x0x-ann", ".x0x", ".x0x-ann"] {
                #expect(!home.has(folder) && run.errors.contains("\(path)/\(folder)\n"), "\(folder)")
            }
            #expect(!Home.programs.contains(where: home.has) && Home.kept.allSatisfy(home.has))
            #expect(try JSONValue(parsing: Array(run.output.utf8))["deleted"]?.arrayValue?.count == 7)
            let again = await home.x0x(["purge"], answers: [])
            #expect(again.errors == "No data directories found. Nothing to purge.\n")
        }
    }
}
