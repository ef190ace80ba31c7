// SPDX-License-Identifier: MIT OR Apache-2.0

/// One key of the daemon's `config.toml` (spec 13 §3): what documentation, validation and help say about it.
package struct ConfigurationKey: Hashable, Sendable {
    /// What may stand behind the `=`.
    package enum Kind: Hashable, Sendable {
        /// A string, free or of a few words.
        case string
        case choice([String])
        case path
        /// `ip:port` with a numeric address, or a list of such.
        case address, addresses
        /// A list of host names.
        case names
        case boolean
        /// A whole number in a range.
        case integer(ClosedRange<Int>)
    }

    /// The table it stands in, such as `gossip`; nil is the top level.
    package let section: String?
    package let name: String
    package let kind: Kind
    /// The value without a configuration file, as TOML; nil when there is none.
    package let defaultValue: String?
    /// One sentence for people, without a full stop.
    package let summary: String
    /// Whether the feature behind it is built; a key without effect is accepted, checked and warned about.
    package let hasEffect: Bool

    init(
        _ name: String,
        in section: String? = nil,
        _ kind: Kind,
        default defaultValue: String? = nil,
        hasEffect: Bool = true,
        _ summary: String
    ) {
        self.section = section
        self.name = name
        self.kind = kind
        self.defaultValue = defaultValue
        self.summary = summary
        self.hasEffect = hasEffect
    }

    /// `section.name`, or the name alone at the top level.
    package var path: String { self.section.map { "\($0).\(self.name)" } ?? self.name }

    /// What may stand behind the `=`, in words.
    package var kindText: String {
        switch self.kind {
        case .string: "text"
        case .choice(let words): words.joined(separator: ", ")
        case .path: "path"
        case .address: "ip:port"
        case .addresses: "list of ip:port"
        case .names: "list of names"
        case .boolean: "true or false"
        case .integer(let range):
            range.upperBound == .max
                ? "number, \(range.lowerBound) or more" : "number, \(range.lowerBound) to \(range.upperBound)"
        }
    }
}

extension ConfigurationKey {
    /// The key of ``all`` that is meant by a mistyped path; nil when none is near.
    ///
    /// Near is an edit distance of at most a third of the path, or the same name in another section.
    package static func nearest(to path: String) -> ConfigurationKey? {
        let typed = Array(path.utf8.prefix(Self.typedByteCountMax))
        let name = path.split(separator: ".").last.map(String.init) ?? path
        if let sibling = Self.all.first(where: { $0.name == name }) { return sibling }
        let distances = Self.all.map { (key: $0, distance: Self.distance(typed, Array($0.path.utf8))) }
        guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, typed.count / 3) ? best.key : nil
    }

    /// Nobody mistypes a longer key; the distance takes time in proportion to it.
    private static let typedByteCountMax = 128

    /// The number of single-letter insertions, deletions and replacements between two words (Levenshtein).
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var row = Array(0...second.count)
        for (line, letter) in first.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, other) in second.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[second.count]
    }
}
