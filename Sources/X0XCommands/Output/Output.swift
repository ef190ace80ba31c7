// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XClient

/// Where results go, and in which form.
package struct Output: Sendable {
    package enum Style: Sendable {
        /// JSON and nothing else, for programs.
        case json
        /// The stable text form, for scripts.
        case text
        /// Tables and escaped control characters, for people.
        case terminal
    }

    /// The few colours in use, as ECMA-48 codes.
    package enum Colour: Int, Sendable {
        case bold = 1
        case red = 31
        case green = 32
    }

    package let style: Style
    private let surroundings: Surroundings

    package init(style: Style, surroundings: Surroundings) {
        self.style = style
        self.surroundings = surroundings
    }

    /// Prints a whole response.
    package func show(_ value: JSONValue, table: TableLayout? = nil) throws {
        switch self.style {
        case .json:
            try self.write(JSONText.pretty(value) + "\n")
        case .text:
            try self.write(PlainText.render(value))
        case .terminal:
            let text = table?.render(value).map(self.emphasisingTitles)
            try self.write(text ?? PlainText.render(value, escapesControls: true))
        }
    }

    /// The first line of a table in bold; one line alone is no table.
    private func emphasisingTitles(_ table: String) -> String {
        guard let end = table.firstIndex(of: "\n"), table.index(after: end) != table.endIndex else { return table }
        return self.coloured(String(table[..<end]), .bold) + table[end...]
    }

    /// Prints the data of one event: verbatim as JSON, formatted as text (spec 13 §6.4).
    package func show(event: ServerSentEvent) throws {
        switch self.style {
        case .json:
            try self.write(event.data + "\n")
        case .text, .terminal:
            // Data that is not JSON is shown as it came.
            let value = (try? JSONValue(parsing: Array(event.data.utf8))) ?? .string(event.data)
            try self.write(PlainText.render(value, escapesControls: self.style == .terminal) + "\n")
        }
    }

    /// Prints a message of a command that has no response of the daemon to show: `message` as text, `json` as JSON.
    package func show(_ message: String, json: @autoclosure () -> JSONValue) throws {
        try self.write(self.style == .json ? JSONText.pretty(json()) + "\n" : message + "\n")
    }

    /// Prints text as it is.
    package func write(_ text: String) throws {
        try self.surroundings.writeOutput(text)
    }

    /// Text in a colour, where colours are wanted (terminals without `NO_COLOR`).
    package func coloured(_ text: String, _ colour: Colour) -> String {
        self.style == .terminal && self.surroundings.usesColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Tells a person that an answer takes a while; programs need no such lines.
    package func progress(_ line: String) {
        if self.style == .terminal { self.note(line) }
    }

    /// Prints a hint or progress line where it does not disturb the results: standard error.
    package func note(_ line: String) {
        self.surroundings.writeError(line + "\n")
    }
}
