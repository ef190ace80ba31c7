// SPDX-License-Identifier: MIT OR Apache-2.0

/// Markdown for terminals: paragraphs of at most 100 columns, headings in bold.
///
/// Everything else stays as it is.
package enum MarkdownText {
    private static let columnCountMax = 100

    /// Renders a document.
    package static func render(_ text: String, _ output: Output) -> String {
        var lines: [String] = []
        var paragraph = ""
        func endParagraph() {
            if !paragraph.isEmpty { lines += Self.wrap(paragraph) }
            paragraph = ""
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty {
                endParagraph()
                lines.append("")
            } else if line.hasPrefix("#") {
                endParagraph()
                lines.append(output.coloured(String(line.drop { $0 == "#" || $0 == " " }), .bold))
            } else if line.hasPrefix("* ") || line.hasPrefix("- ") || line.hasPrefix(">") || line.hasPrefix("|") {
                endParagraph()
                paragraph = String(line)
            } else {
                paragraph += (paragraph.isEmpty ? "" : " ") + line.drop { $0 == " " }
            }
        }
        endParagraph()
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func wrap(_ paragraph: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in paragraph.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > Self.columnCountMax {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [line]
    }
}
