// SPDX-License-Identifier: MIT OR Apache-2.0

/// The keys of `config.toml` as a file to start from, and as a chapter of the documentation.
package enum ConfigurationExample {
    /// A valid `config.toml` that changes nothing: every key with its default, commented out.
    package static var toml: String {
        var lines = [
            "# Configuration of x0xd. Every key is optional; the values shown are those without a file.",
            "# Check a file with: x0xd --config FILE --check",
        ]
        var section: String?
        for key in ConfigurationKey.all {
            if key.section != section, let next = key.section {
                section = next
                lines += ["", "[\(next)]"]
            }
            lines += [
                "", "# \(key.summary.capitalisingFirst) (\(key.kindText))\(key.hasEffect ? "" : "; no effect yet").",
            ]
            lines.append(key.defaultValue.map { "#\(key.name) = \($0)" } ?? "#\(key.name) =")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The same as Markdown tables, one per section.
    package static var markdown: String {
        var lines: [String] = []
        var previous: ConfigurationKey?
        for key in ConfigurationKey.all {
            defer { previous = key }
            if previous.map({ $0.section != key.section }) ?? true {
                lines += ["", key.section.map { "## `[\($0)]`" } ?? "## Top level", ""]
                lines += ["| Key | Value | Default | Meaning |", "|---|---|---|---|"]
            }
            let note = key.hasEffect ? "" : " *(no effect yet)*"
            let value = key.defaultValue.map { "`\($0)`" } ?? "none"
            lines.append("| `\(key.name)` | \(key.kindText) | \(value) | \(key.summary.capitalisingFirst)\(note) |")
        }
        return lines.dropFirst().joined(separator: "\n") + "\n"
    }
}

extension String {
    fileprivate var capitalisingFirst: String { self.prefix(1).uppercased() + self.dropFirst() }
}
