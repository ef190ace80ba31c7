// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import Subprocess
import TestSupport
import Testing

/// Every shell snippet of the documentation runs as it stands, with the built programs, in a home of its own.
@Suite(.serialized, .timeLimit(.minutes(2))) struct SnippetTests {
    /// A fenced block of a document.
    struct Block: Sendable {
        let language: String
        let text: String
        /// Why it is not run: the text of `<!-- not run: … -->` on the line before.
        let reason: String?
    }

    static let documents = ["README.md", "docs/config.md", "docs/client.md", "docs/cli.md", "docs/troubleshooting.md"]

    /// The fenced blocks of a document, in order.
    static func blocks(of document: String) throws -> [Block] {
        let text = try String(contentsOf: URL(filePath: document), encoding: .utf8)
        var blocks: [Block] = []
        var open: (language: String, reason: String?)?
        var lines: [Substring] = []
        var previous: Substring = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let (language, reason) = open {
                if line == "```" {
                    blocks.append(Block(language: language, text: lines.joined(separator: "\n"), reason: reason))
                    open = nil
                } else {
                    lines.append(line)
                }
            } else if line.hasPrefix("```") {
                let mark = "<!-- not run: "
                let reason = previous.hasPrefix(mark) ? String(previous.dropFirst(mark.count).dropLast(4)) : nil
                open = (String(line.dropFirst(3)), reason)
                lines = []
            }
            previous = line
        }
        return blocks
    }

    @Test(arguments: documents) func everyBlockSaysWhatItIs(_ document: String) throws {
        for block in try Self.blocks(of: document) {
            #expect(["sh", "text", "swift", "toml"].contains(block.language), "\(document): \(block.text.prefix(60))")
            if let reason = block.reason { #expect(reason.count > 20 && block.language == "sh") }
        }
    }

    @Test func fewSnippetsAreNotRun() throws {
        let snippets = try Self.documents.flatMap(Self.blocks).filter { $0.language == "sh" }
        #expect(snippets.count { $0.reason == nil } >= 2)
        #expect(snippets.count { $0.reason != nil } <= 2)
    }

    /// All snippets of a document in one shell, one after the other, as a reader would type them.
    @Test(arguments: documents) func snippetsRun(_ document: String) async throws {
        let snippets = try Self.blocks(of: document).filter { $0.language == "sh" && $0.reason == nil }
        guard !snippets.isEmpty else { return }
        let programs = URL(filePath: try BuiltProgram.path(of: "x0xd")).deletingLastPathComponent().path
        try await withTemporaryDirectory { home in
            // The shell ends at the first command that fails; the daemon it started must not outlive it.
            let script =
                "set -euo pipefail\ntrap 'x0x stop >/dev/null 2>&1 || true' EXIT\ncd \"$HOME\"\n"
                + snippets.map(\.text).joined(separator: "\n") + "\n"
            let result = try await Subprocess.run(
                .name("bash"),
                arguments: ["-c", script],
                environment: .custom([
                    "HOME": home, "PATH": "\(programs):/usr/bin:/bin", "X0X_LOOPBACK_ONLY": "1", "TERM": "dumb",
                    "XDG_CONFIG_HOME": "\(home)/.config", "XDG_DATA_HOME": "\(home)/.local/share",
                ]),
                output: .string(limit: 1 << 20),
                error: .string(limit: 1 << 20)
            )
            let output = "\(result.standardOutput)\n\(result.standardError)"
            #expect(result.terminationStatus.isSuccess, "\(document):\n\(output)")
        }
    }
}
