// SPDX-License-Identifier: MIT OR Apache-2.0

/// One metric with its samples, in the text format of Prometheus (version 0.0.4).
struct MetricFamily: Equatable, Sendable {
    enum Kind: String, Sendable {
        /// Only grows.
        case counter
        case gauge
    }

    struct Sample: Equatable, Sendable {
        /// At most one label; its values are words of this code, never of a peer.
        var label: (name: String, value: String)?
        /// A number as text.
        let value: String

        init(label: (name: String, value: String)? = nil, _ value: String) {
            self.label = label
            self.value = value
        }

        static func == (lhs: Self, rhs: Self) -> Bool {
            lhs.value == rhs.value && lhs.label?.name == rhs.label?.name && lhs.label?.value == rhs.label?.value
        }
    }

    /// With the prefix `x0x_`; counters end in `_total`.
    let name: String
    let help: String
    let kind: Kind
    let samples: [Sample]

    init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        let isSuffixed = kind != .counter || name.hasSuffix("_total")
        self.name = isSuffixed ? name : name + "_total"
        self.kind = kind
        self.help = help
        self.samples = samples
    }

    /// A metric with one value.
    init(_ name: String, _ kind: Kind, _ help: String, _ value: UInt64) {
        self.init(name, kind, help, [Sample("\(value)")])
    }

    /// The lines of this family; label values need no escapes, as `MetricLabel` lets only words pass.
    var text: String {
        var lines = "# HELP \(self.name) \(self.help)\n# TYPE \(self.name) \(self.kind.rawValue)\n"
        for sample in self.samples {
            let label = sample.label.map { "{\($0.name)=\"\($0.value)\"}" } ?? ""
            lines += "\(self.name)\(label) \(sample.value)\n"
        }
        return lines
    }
}

/// What may stand in a label: a short word, so that neither ids nor topics nor secrets can become one.
enum MetricLabel {
    static func isAllowed(_ value: String) -> Bool {
        (1...48).contains(value.utf8.count)
            && value.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
    }
}
