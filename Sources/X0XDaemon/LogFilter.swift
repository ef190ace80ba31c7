// SPDX-License-Identifier: MIT OR Apache-2.0

package import Logging

/// Which log lines pass: `[target=]level` directives separated by commas (spec 13 §4, `RUST_LOG`).
///
/// A target matches labels by prefix; `::` and `.` separate alike, so `x0x::gossip=debug` selects `x0x.gossip`. The longest
/// matching target decides.
package struct LogFilter: Equatable, Sendable {
    /// One directive; `nil` as level means `off`.
    private struct Directive: Equatable, Sendable {
        var target: String
        var level: Logger.Level?
    }

    private var directives: [Directive]  // ≤ directiveCountMax, longest target first

    /// More directives than a person writes.
    private static let directiveCountMax = 64

    /// One level for everything.
    package init(level: Logger.Level) { self.directives = [Directive(target: "", level: level)] }

    /// Parses a filter; `nil` when any part of it is not understood.
    package init?(parsing text: String) {
        var directives: [Directive] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: true) {
            let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let levelText = pieces.last, let level = Self.level(levelText) else { return nil }
            let target = pieces.count == 2 ? String(pieces[0]) : ""
            directives.append(Directive(target: Self.normalised(target), level: level.value))
        }
        guard !directives.isEmpty, directives.count <= Self.directiveCountMax else { return nil }
        self.directives = directives.sorted { $0.target.utf8.count > $1.target.utf8.count }
    }

    /// The filter in force: a non-empty valid `RUST_LOG`, else the level of the configuration.
    package static func effective(environment: [String: String], logLevel: String) -> LogFilter {
        if let text = environment["RUST_LOG"], let filter = LogFilter(parsing: text) { return filter }
        return LogFilter(level: Self.level(logLevel[...])?.value ?? .info)
    }

    /// Whether a line of a label passes.
    package func allows(_ level: Logger.Level, label: String) -> Bool {
        guard let minimum = self.minimumLevel(of: label) else { return false }
        return level >= minimum
    }

    /// The lowest level that passes for a label; `nil` when none does.
    package func minimumLevel(of label: String) -> Logger.Level? {
        let label = Self.normalised(label)
        for directive in self.directives where Self.matches(label, directive.target) { return directive.level }
        return .critical
    }

    private static func matches(_ label: String, _ target: String) -> Bool {
        guard !target.isEmpty, label != target else { return true }
        return label.hasPrefix(target + ".")
    }

    private static func normalised(_ target: String) -> String {
        target.split(separator: ":", omittingEmptySubsequences: true).joined(separator: ".")
    }

    /// A level in any letter case; the wrapped `nil` is `off`.
    private static func level(_ text: some StringProtocol) -> (value: Logger.Level?, Void)? {
        switch text.lowercased() {
        case "trace": (.trace, ())
        case "debug": (.debug, ())
        case "info": (.info, ())
        case "warn", "warning": (.warning, ())
        case "error": (.error, ())
        case "off": (nil, ())
        default: nil
        }
    }
}
