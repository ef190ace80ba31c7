// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XClient

/// How the list in a response becomes a table on a terminal.
package struct TableLayout: Sendable {
    /// One column: its title and the member it shows.
    package struct Column: Sendable {
        package var title: String
        /// A member of the row's object; empty shows the row itself.
        package var key: String

        package init(_ title: String, _ key: String) {
            self.title = title
            self.key = key
        }
    }

    /// The member of the response that holds the rows.
    package var list: String
    package var columns: [Column]
    /// What is said instead of an empty table.
    package var empty: String

    package init(list: String, columns: [Column], empty: String) {
        self.list = list
        self.columns = columns
        self.empty = empty
    }

    /// The table of `response`; nil if the list is not there.
    package func render(_ response: JSONValue) -> String? {
        guard let rows = response[self.list]?.arrayValue else { return nil }
        guard !rows.isEmpty else { return self.empty + "\n" }
        let cells = rows.map { row in self.columns.map { Self.cell($0.key.isEmpty ? row : row[$0.key]) } }
        return TextColumns.align([self.columns.map(\.title)] + cells)
    }

    private static func cell(_ value: JSONValue?) -> String {
        switch value {
        case nil, .null?: "-"
        case .array(let elements)?: elements.isEmpty ? "-" : elements.map { Self.cell($0) }.joined(separator: ", ")
        case let value?: PlainText.escapeControls(JSONText.scalar(value))
        }
    }
}
