// SPDX-License-Identifier: MIT OR Apache-2.0

/// What `x0xd --doctor` found out, and how it is printed (spec 13 §2.2).
package struct DoctorReport: Equatable, Sendable {
    /// How bad a finding is.
    package enum Grade: String, Sendable {
        case pass = "PASS"
        case warn = "WARN"
        case fail = "FAIL"
    }

    /// One check.
    package struct Finding: Equatable, Sendable {
        package let grade: Grade
        package let text: String
    }

    /// In the order of the checks; as many as there are checks.
    package private(set) var findings: [Finding] = []

    /// An empty report.
    package init() {}

    /// Adds a finding.
    package mutating func add(_ grade: Grade, _ text: String) {
        self.findings.append(Finding(grade: grade, text: text))
    }

    /// Whether anything is broken; warnings are not.
    package var hasFailed: Bool { self.findings.contains { $0.grade == .fail } }

    /// Title, ruler, one line per check, ruler, summary.
    package var text: String {
        let ruler = String(repeating: "-", count: 60)
        let lines = self.findings.map { "\($0.grade.rawValue)  \($0.text)" }
        let counts = [Grade.pass, .warn, .fail].map { grade in
            "\(self.findings.count { $0.grade == grade }) \(grade.rawValue.lowercased())"
        }
        let summary = counts.joined(separator: ", ") + (self.hasFailed ? ": doctor detected failures" : "")
        return (["x0xd doctor", ruler] + lines + [ruler, summary]).joined(separator: "\n")
    }
}
