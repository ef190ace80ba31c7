// SPDX-License-Identifier: MIT OR Apache-2.0

internal import X0XAPI

/// Finds the endpoint for a path and method: exact, case-sensitive, static segments before parameters (spec 11 §2).
struct RouteTable: Sendable {
    enum Match {
        /// The endpoint and its decoded path parameters in order.
        case found(MountedRoute, parameters: [String])
        /// The path exists with other methods: the value of the `Allow` header.
        case otherMethods(String)
        /// A parameter is not valid text.
        case malformed
        case unknown
    }

    /// All endpoints of one path template.
    private struct Place: Sendable {
        let segments: [Substring]
        var routes: [MountedRoute]

        /// Sorts `/contacts/trust` before `/contacts/:agent_id`: one character per segment, `0` for static ones.
        var staticRank: String {
            String(self.segments.map { $0.hasPrefix(":") ? "1" : "0" })
        }

        /// The value of the `Allow` header.
        var allowedMethods: String {
            self.routes.flatMap { $0.route.method == .get ? ["GET", "HEAD"] : [$0.route.method.rawValue] }
                .joined(separator: ", ")
        }

        func accepts(_ path: [Substring]) -> Bool {
            zip(self.segments, path).allSatisfy { $0.hasPrefix(":") ? !$1.isEmpty : $0 == $1 }
        }
    }

    /// Places by number of segments; those with more static segments come first.
    private var places: [Int: [Place]] = [:]
    private let aliases: [String: String]
    private let opened: Set<String>

    /// Builds the table; `aliases` are paths that mean another path, `opened` paths that need no token here.
    init(_ routes: [MountedRoute], aliases: [String: String], opened: Set<String> = []) {
        self.aliases = aliases
        self.opened = opened
        for route in routes {
            let segments = Self.segments(of: route.route.path)
            var row = self.places[segments.count] ?? []
            if let index = row.firstIndex(where: { $0.segments == segments }) {
                row[index].routes.append(route)
            } else {
                row.append(Place(segments: segments, routes: [route]))
            }
            self.places[segments.count] = row.sorted { (lhs: Place, rhs: Place) in lhs.staticRank < rhs.staticRank }
        }
    }

    /// Finds the endpoint for a path as sent, still percent-encoded; HEAD finds the GET endpoint.
    func match(path: String, method: String) -> Match {
        let segments = Self.segments(of: self.aliases[path] ?? path)
        guard let place = self.places[segments.count]?.first(where: { $0.accepts(segments) }) else { return .unknown }
        let wanted = method == "HEAD" ? "GET" : method
        guard let route = place.routes.first(where: { $0.route.method.rawValue == wanted }) else {
            return .otherMethods(place.allowedMethods)
        }
        var parameters: [String] = []
        for (template, segment) in zip(place.segments, segments) where template.hasPrefix(":") {
            guard let value = QueryText.decodeSegment(segment) else { return .malformed }
            parameters.append(value)
        }
        return .found(route, parameters: parameters)
    }

    /// The path of the endpoint that answers a path, for the log: without ids, and bounded whatever is asked for.
    func template(path: String) -> String {
        let segments = Self.segments(of: self.aliases[path] ?? path)
        return self.places[segments.count]?.first { $0.accepts(segments) }?.routes.first?.route.path ?? "unknown"
    }

    /// Who may know about a path; nil for unknown paths.
    func access(path: String) -> Route.Access? {
        guard !self.opened.contains(path) else { return .open }
        let segments = Self.segments(of: self.aliases[path] ?? path)
        return self.places[segments.count]?.first { $0.accepts(segments) }?.routes.first?.route.access
    }

    /// `/a/b` → `["a", "b"]`; empty segments stay, so that they match nothing.
    private static func segments(of path: String) -> [Substring] {
        path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }
}
