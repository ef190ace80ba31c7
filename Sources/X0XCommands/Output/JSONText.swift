// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XClient

/// JSON as text: keys sorted, `/` and non-ASCII characters unescaped.
package enum JSONText {
    /// With line ends and two spaces of indentation per level (spec 13 §6.1).
    package static func pretty(_ value: JSONValue) -> String {
        var text = ""
        Self.write(value, indentation: 0, to: &text)
        return text
    }

    /// Without any white space.
    package static func compact(_ value: JSONValue) -> String {
        var text = ""
        Self.write(value, indentation: nil, to: &text)
        return text
    }

    /// A JSON string literal.
    package static func quoted(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}":
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    private static func write(_ value: JSONValue, indentation: Int?, to text: inout String) {
        switch value {
        case .array(let elements):
            Self.writeList(elements, "[", "]", indentation, to: &text) { element, inner, text in
                Self.write(element, indentation: inner, to: &text)
            }
        case .object(let members):
            let sorted = members.sorted { $0.key < $1.key }
            Self.writeList(sorted, "{", "}", indentation, to: &text) { member, inner, text in
                text += Self.quoted(member.key) + (inner == nil ? ":" : ": ")
                Self.write(member.value, indentation: inner, to: &text)
            }
        case .string(let string):
            text += Self.quoted(string)
        case .null, .bool, .integer, .unsigned, .number:
            text += Self.scalar(value)
        }
    }

    private static func writeList<Element>(
        _ elements: [Element],
        _ open: String,
        _ close: String,
        _ indentation: Int?,
        to text: inout String,
        _ writeElement: (Element, Int?, inout String) -> Void
    ) {
        text += open
        for (index, element) in elements.enumerated() {
            if index > 0 { text += "," }
            if let indentation { text += "\n" + String(repeating: "  ", count: indentation + 1) }
            writeElement(element, indentation.map { $0 + 1 }, &text)
        }
        if let indentation, !elements.isEmpty { text += "\n" + String(repeating: "  ", count: indentation) }
        text += close
    }

    /// Numbers, booleans and null.
    static func scalar(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): "\(value)"
        case .unsigned(let value): "\(value)"
        case .number(let value): value.isFinite ? "\(value)" : "null"
        case .string(let value): value
        case .array, .object: Self.compact(value)
        }
    }
}
