// SPDX-License-Identifier: MIT OR Apache-2.0

internal import FoundationEssentials

/// Turns an answer of `/diagnostics/…` into metrics, one per number, named after the path to it.
///
/// So a counter that is added to the diagnostics is a metric the same moment. Texts and lists are left out.
struct DiagnosticsMetrics {
    /// The path of the endpoint, for the help text.
    let endpoint: String
    /// What names begin with, such as `x0x_gossip`.
    let prefix: String
    /// Objects whose keys become a label, by dotted path: the label's name. Their keys are words of this code.
    var labels: [String: String] = [:]
    /// Objects with a key per peer, agent or group: unbounded, so left out.
    var omitted: Set<String> = []

    /// Samples of one metric; an object with more keys than this has been taken for a labelled one by mistake.
    private static let sampleCountMax = 64

    func families(of answer: some Encodable) throws -> [MetricFamily] {
        let tree = try JSONDecoder().decode(Tree.self, from: try JSONEncoder().encode(answer))
        var families: [MetricFamily] = []
        self.collect(tree, path: [], into: &families)
        return families
    }

    private func collect(_ tree: Tree, path: [String], into families: inout [MetricFamily]) {
        let key = path.joined(separator: ".")
        switch tree {
        case .other: return
        case .number(let value):
            families.append(self.family(path, [MetricFamily.Sample(value)]))
        case .object(let fields):
            guard !self.omitted.contains(key) else { return }
            if let label = self.labels[key] {
                families += self.labelled(fields, label: label, path: path)
                return
            }
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
                self.collect(value, path: path + [name], into: &families)
            }
        }
    }

    /// Numbers by key, or objects with the same numbers by key.
    private func labelled(_ fields: [String: Tree], label: String, path: [String]) -> [MetricFamily] {
        var samples: [[String]: [MetricFamily.Sample]] = [:]
        for (key, value) in fields.sorted(by: { $0.key < $1.key }).prefix(Self.sampleCountMax)
        where MetricLabel.isAllowed(key) {
            switch value {
            case .number(let number): samples[path, default: []].append(.init(label: (label, key), number))
            case .object(let inner):
                for (name, number) in inner {
                    guard case .number(let text) = number else { continue }
                    samples[path + [name], default: []].append(.init(label: (label, key), text))
                }
            case .other: continue
            }
        }
        return samples.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { self.family($0.key, $0.value) }
    }

    private func family(_ path: [String], _ samples: [MetricFamily.Sample]) -> MetricFamily {
        let isGauge = Self.isGauge(path)
        return MetricFamily(
            ([self.prefix] + path).joined(separator: "_"),
            isGauge ? .gauge : .counter,
            "\(path.joined(separator: ".")) of GET \(self.endpoint)\(isGauge ? "" : ", since start").",
            samples
        )
    }

    /// Whether a number can fall: sizes, depths, extremes, averages, rates, switches.
    private static func isGauge(_ path: [String]) -> Bool {
        let name = path.last ?? ""
        return Self.gauges.contains(name) || name.hasPrefix("max_") || name.hasPrefix("avg_")
            || name.hasSuffix("_per_sec") || name.hasSuffix("_workers") || path.contains("occupancy")
            || path.contains("recv_depth") || path.first == "acl_summary" || name.hasPrefix("is_")
            || name.hasPrefix("has_") || name.hasPrefix("can_") || name.hasSuffix("_enabled")
    }

    private static let gauges: Set = [
        "latest", "max", "capacity", "latest_depth", "in_flight_decode", "decode_to_delivery_drops", "uptime_secs",
        "uptime_s", "subscriber_count", "enabled", "active_sessions", "connected_peers", "active",
        "hole_punch_success_rate", "sessions", "browsing", "advertising", "discovered_peers",
    ]

    /// JSON as far as metrics need it.
    private enum Tree: Decodable {
        case number(String)
        case object([String: Tree])
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                self = .number(flag ? "1" : "0")
            } else if let whole = try? container.decode(UInt64.self) {
                self = .number("\(whole)")
            } else if let number = try? container.decode(Double.self), number.isFinite {
                self = .number("\(number)")
            } else if let fields = try? container.decode([String: Tree].self) {
                self = .object(fields)
            } else {
                self = .other
            }
        }
    }
}
