// SPDX-License-Identifier: MIT OR Apache-2.0

/// Cells of text in columns that line up.
package enum TextColumns {
    /// Rows of cells in columns as wide as their widest cell, two spaces apart; no white space at line ends.
    package static func align(_ rows: [[String]]) -> String {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let isLast = column == row.count - 1
                line += cell + (isLast ? "" : String(repeating: " ", count: widths[column] - cell.count + 2))
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
