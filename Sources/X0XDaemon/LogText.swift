// SPDX-License-Identifier: MIT OR Apache-2.0

/// What a value becomes before it stands in a log line.
///
/// The last line of defence: code shortens identifiers itself (`shortHex`), and whoever forgets it, or logs an error text
/// with a path or a token in it, is caught here.
package enum LogText {
    /// Bytes of one value; the rest is cut.
    package static let byteCountMax = 1024
    /// Hex digits from which a run of them is taken for an identifier, a key or a token.
    package static let hexRunMin = 32
    /// Digits that are left of one.
    private static let hexPrefix = 8

    /// One line without control characters, long hex runs shortened to `0123abcd…`, cut at `byteCountMax`.
    package static func clean(_ text: String) -> String {
        var output = ""
        var run = ""  // the hex digits just seen, hexRunMin at most
        var isCut = false
        func flush() {
            output += run.utf8.count < Self.hexRunMin ? run : run.prefix(Self.hexPrefix) + "…"
            run = ""
        }
        for scalar in text.unicodeScalars {
            guard output.utf8.count < Self.byteCountMax else {
                isCut = true
                break
            }
            if scalar.properties.isASCIIHexDigit {
                if run.utf8.count < Self.hexRunMin { run.unicodeScalars.append(scalar) }
                continue
            }
            flush()
            output.unicodeScalars.append(Self.isInvisible(scalar) ? " " : scalar)
        }
        flush()
        return isCut ? output + "… (\(text.utf8.count) bytes)" : output
    }

    /// Line breaks, escape sequences of terminals, marks that turn the direction of text.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
