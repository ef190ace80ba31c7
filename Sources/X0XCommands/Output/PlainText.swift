// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XClient

/// The text form of a response (spec 13 §6.1).
///
/// Objects are `key: value` lines, keys sorted; a nested object or array prints `key:` and its content indented by 2;
/// array elements follow one another, at top level each followed by an empty line; strings raw, null as `null`.
package enum PlainText {
    /// The lines of `value`, the last one ended too.
    ///
    /// `escapesControls` writes control characters as `\u{…}`: for terminals, whose state a stranger's message could
    /// change.
    package static func render(_ value: JSONValue, escapesControls: Bool = false) -> String {
        var lines: [String] = []
        if case .array(let elements) = value {
            for element in elements {
                Self.append(element, "", to: &lines)
                lines.append("")
            }
        } else {
            Self.append(value, "", to: &lines)
        }
        if escapesControls { lines = lines.map(Self.escapeControls) }
        return lines.map { $0 + "\n" }.joined()
    }

    /// `text` with every control character written as `\u{…}`.
    package static func escapeControls(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func append(_ value: JSONValue, _ indentation: String, to lines: inout [String]) {
        switch value {
        case .object(let members):
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                switch member {
                case .object, .array:
                    lines.append("\(indentation)\(key):")
                    Self.append(member, indentation + "  ", to: &lines)
                default:
                    lines.append("\(indentation)\(key): \(JSONText.scalar(member))")
                }
            }
        case .array(let elements):
            for element in elements { Self.append(element, indentation, to: &lines) }
        default:
            lines.append(indentation + JSONText.scalar(value))
        }
    }
}
