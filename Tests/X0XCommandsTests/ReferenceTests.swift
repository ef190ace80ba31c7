// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Testing
import X0XAPI
import X0XClient
import X0XCommands

/// Documentation that is made from the command table, or names commands.
@Suite struct ReferenceTests {
    private static func document(_ name: String) throws -> String {
        try String(contentsOf: URL(filePath: "docs/\(name)"), encoding: .utf8)
    }

    @Test func theReferenceOfCommandsIsNotStale() async throws {
        let run = await CommandRun.x0x(["tree", "--markdown"])
        #expect(run.output == CommandReference.markdown)
        #expect(try Self.document("cli.md") == run.output, "run: x0x tree --markdown > docs/cli.md")
    }

    @Test func everyCommandExplainsItself() async {
        #expect(CommandReference.commands.count > 60)
        for command in CommandReference.commands {
            let run = await CommandRun.x0x(command.words.split(separator: " ").map(String.init) + ["--help"])
            #expect(run.code == 0 && run.output.contains("USAGE: x0x \(command.words)"), "\(command.words)")
        }
    }

    /// Every command in a document exists; arguments are not looked at.
    @Test(arguments: ["troubleshooting.md", "config.md", "client.md", "identity.md"])
    func commandsInDocumentsExist(_ name: String) async throws {
        let known = Set(CommandReference.commands.map(\.words))
        let text = try Self.document(name)
        for match in text.matches(of: #/`(?:x0x)((?: --name [a-z]+)?(?: [a-z]+(?:-[a-z]+)*)+)/#) {
            let words = String(match.1).replacing(#/ --name [a-z]+/#, with: "").split(separator: " ")
            // The longest beginning that is a command; words after it are arguments.
            let isKnown = (1...words.count).contains { known.contains(words.prefix($0).joined(separator: " ")) }
            #expect(isKnown, "\(name): x0x\(match.1)")
        }
    }

    @Test func troubleshootingHasACommandForEverySymptom() throws {
        let sections = try Self.document("troubleshooting.md").components(separatedBy: "\n## ").dropFirst()
        #expect(sections.count >= 10)
        for section in sections {
            for part in ["**Shows the cause:**", "**Fix:**"] {
                #expect(section.contains(part), "\(section.prefix(60))")
            }
            #expect(section.contains("`x0x"), "\(section.prefix(60))")
        }
    }

    @Test func spec13_check25_theConstitutionNeedsNoDaemonAndNoPager() async throws {
        let raw = await CommandRun.x0x(["constitution", "--raw"], environment: ["PAGER": "/nonexistent/pager"])
        #expect(raw.code == 0 && raw.output.hasPrefix("# The x0x Constitution\n"))
        let piped = await CommandRun.x0x(["constitution"])
        #expect(piped.output == raw.output)
        let json = await CommandRun.x0x(["constitution", "--json"])
        let document = try JSONValue(parsing: Array(json.output.utf8))
        #expect(document["content"] == .string(Constitution.text))
        #expect(document["version"]?.stringValue == "1.0" && document["status"]?.stringValue == "Draft")
    }

    @Test func onATerminalTextIsAtMostAHundredColumnsWide() {
        let output = Output(style: .terminal, surroundings: .process)
        let text = MarkdownText.render(
            "# Title\n\n" + String(repeating: "word ", count: 60) + "\n* item\n* item\n",
            output
        )
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.count <= 100 + 8 } && lines.count == 8)
        #expect(text.contains("* item\n* item\n") && !text.contains("#"))
    }

    @Test func coloursAreForTerminalsOnly() async throws {
        let arguments = ["agents", "list"]
        for (isTerminal, variables, isColoured) in [
            (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false), (true, ["TERM": "dumb"], false),
            (true, ["NO_COLOR": ""], true),
        ] as [(Bool, [String: String], Bool)] {
            let run = try await StubDaemon.run(
                arguments,
                answers: [
                    "/agents/discovered": #"{"ok":true,"agents":[{"agent_id":"ab","last_seen":1,"addresses":[]}]}"#
                ],
                environment: variables,
                isTerminal: isTerminal
            )
            #expect(run.code == 0 && run.output.contains("\u{1B}[1m") == isColoured, "\(isTerminal) \(variables)")
        }
    }
}
