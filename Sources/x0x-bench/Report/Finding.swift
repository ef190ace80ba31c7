// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation

/// One row of the report: a quantity, its value, and what it is to be compared with.
struct Finding: Sendable {
    private let name: String
    private let value: Double
    private let unit: String
    private let digits: Int
    private var remarks: [String]
    /// Whether a budget was compared with and is not kept.
    private(set) var missesBudget = false

    /// A row with one number, shown with so many digits after the point.
    init(_ name: String, _ value: Double, unit: String, digits: Int = 2, remark: String? = nil) {
        self.name = name
        self.value = value
        self.unit = unit
        self.digits = digits
        self.remarks = remark.map { [$0] } ?? []
    }

    /// A row with the median of samples, and their least and greatest.
    init(_ name: String, _ samples: Samples, unit: String, digits: Int = 2) {
        self.init(name, samples.median, unit: unit, digits: digits)
        let range = "\(self.text(samples.least)) … \(self.text(samples.greatest))"
        self.remarks = ["median; \(range) in \(samples.values.count) samples"]
    }

    /// Compares with an upper bound of the performance budget (architecture §7), in the unit of the row.
    func budget(atMost budget: Double) -> Finding { self.comparing("≤", budget, isMet: self.value <= budget) }

    /// Compares with a lower bound of the performance budget (architecture §7), in the unit of the row.
    func budget(atLeast budget: Double) -> Finding { self.comparing("≥", budget, isMet: self.value >= budget) }

    private func comparing(_ sign: String, _ budget: Double, isMet: Bool) -> Finding {
        var finding = self
        finding.missesBudget = finding.missesBudget || !isMet
        finding.remarks.append("budget \(sign) \(self.text(budget)) \(self.unit): \(isMet ? "met" : "MISSED")")
        return finding
    }

    /// The row, in columns that line up with those of every other row.
    var line: String {
        func padding(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count))
        }
        let value = self.text(self.value)
        let line = "  " + self.name + padding(self.name, 45) + padding(value, 10) + value + " " + self.unit
        return self.remarks.isEmpty ? line : line + padding(self.unit, 6) + self.remarks.joined(separator: "; ")
    }

    private func text(_ value: Double) -> String { Self.text(value, digits: self.digits) }

    /// A number as in every row: the same in every locale, so that reports can be compared.
    static func text(_ value: Double, digits: Int = 2) -> String {
        value.formatted(.number.precision(.fractionLength(digits)).locale(Locale(identifier: "en_US_POSIX")))
    }
}
