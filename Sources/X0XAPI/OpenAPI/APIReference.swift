// SPDX-License-Identifier: MIT OR Apache-2.0

/// The registry as a page for people: `docs/api.md`, printed by `x0x routes --markdown`.
package enum APIReference {
    private static let introduction = [
        "# The API of the daemon",
        "",
        "Written by `x0x routes --markdown` from the registry of endpoints and the types of the code; a test says when it is",
        "out of date. `GET /openapi.json` (`x0x openapi`) says the same to programs.",
        "",
        "* Unless it says otherwise, an endpoint wants `Authorization: Bearer <token>` with the text of the file `api-token`.",
        "* An answer of JSON has `\"ok\":true` beside the fields listed here. A failure is `{\"ok\":false,\"error\":\"…\"}`.",
        "* Every answer has an `X-Request-Id`: the one of the request, if it had a short one, or a new one. The log names it.",
        "* Every GET answers HEAD too. Event streams send `: ping` after 15 silent seconds.",
        "* Every endpoint can answer 400, 403 (host, origin), 500 and 503 (too many connections), and 401 if it wants a token.",
    ]

    /// The whole page.
    ///
    /// - Throws: When a type of an endpoint cannot be described; a test asks them all.
    package static func markdown() throws -> String {
        let requests = SchemaProbe(.request)
        let responses = SchemaProbe(.response)
        var lines = Self.introduction
        for category in Route.Category.allCases {
            lines += ["", "## \(category.rawValue)"]
            let routes = Registry.served.filter { $0.category == category }
            for route in routes where !route.isPlanned {
                lines += try Self.section(route, requests: requests, responses: responses)
            }
            let planned = routes.filter(\.isPlanned)
            guard !planned.isEmpty else { continue }
            lines += ["", "Not built yet; these answer 501:", "", "| Endpoint | What it will do |", "|---|---|"]
            lines += planned.map { "| `\($0.method.rawValue) \($0.path)` | \($0.summary) |" }
        }
        lines += ["", "## Types"]
        lines += Self.types(
            linkedFrom: lines,
            of: requests.definitions.merging(responses.definitions) { _, response in response }
        )
        return lines.joined(separator: "\n") + "\n"
    }

    private static func section(_ route: Route, requests: SchemaProbe, responses: SchemaProbe) throws -> [String] {
        var lines = ["", "### \(route.method.rawValue) \(route.path)", ""]
        lines.append(([route.summary + ".", route.commandHelp] + route.notes).joined(separator: " "))
        var facts: [String] = []
        for parameter in route.queryParameters {
            facts.append("* Query `\(parameter.name)`: \(parameter.schema.words). \(parameter.summary).")
        }
        if let body = try route.types?.request(requests) { facts.append("* Body: \(Self.content(body, requests))") }
        if let answer = try route.types?.response(responses) {
            let label = route.answer == .events ? "Data of an event" : "Answer"
            facts.append("* \(label): \(Self.content(answer, responses))")
        }
        if route.statuses != [200] {
            facts.append("* Success: \(route.statuses.map(String.init).joined(separator: " or "))")
        }
        let failures = route.failureMeanings.filter { ![400, 401, 403, 500, 503].contains($0.key) }
        if !failures.isEmpty {
            let texts = failures.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
            facts.append("* Failures: " + texts.joined(separator: ", "))
        }
        return facts.isEmpty ? lines : lines + [""] + facts
    }

    /// The fields themselves in place of the name of a type.
    private static func content(_ schema: Schema, _ probe: SchemaProbe) -> String {
        guard case .reference(let name) = schema, let definition = probe.definitions[name] else { return schema.words }
        return Self.fields(of: definition)
    }

    private static func fields(of schema: Schema) -> String {
        guard case .object(let object) = schema else { return schema.words }
        guard !object.properties.isEmpty else { return "nothing more" }
        return object.properties.sorted { $0.key < $1.key }.map { name, schema in
            "`\(name)` \(schema.words)\(object.required.contains(name) ? "" : ", may be missing")"
        }.joined(separator: "; ")
    }

    /// A chapter for each type that a link leads to, from the text or from another of these chapters.
    private static func types(linkedFrom lines: [String], of definitions: [String: Schema]) -> [String] {
        var chapters: [String: String] = [:]
        var texts = lines
        while !texts.isEmpty {
            let names = texts.flatMap { text in text.matches(of: /\[([A-Za-z0-9_.]+)\]\(#/).map { String($0.1) } }
            texts = []
            for name in names where chapters[name] == nil {
                let text = definitions[name].map(Self.fields) ?? ""
                chapters[name] = text
                texts.append(text)
            }
        }
        return chapters.sorted { $0.key < $1.key }.flatMap { ["", "### \($0.key)", "", $0.value] }
    }
}

extension Schema {
    /// The schema in a few words, types as links.
    fileprivate var words: String {
        switch self {
        case .boolean: "true or false"
        case .number: "number"
        case .integer(_, let maximum?) where maximum < 1000: "whole number up to \(maximum)"
        case .integer: "whole number"
        case .string: "text"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .pattern where self == .identifier: "64 hex digits"
        case .pattern where self == .base64: "base64"
        case .pattern: "text"
        case .constant(let value): "\(value)"
        case .array(let element): "list of \(element.words)"
        case .map(let value): "object with any keys, each \(value.words)"
        case .object(let object):
            object.properties.isEmpty
                ? "nothing more"
                : "{ "
                    + object.properties.sorted { $0.key < $1.key }.map { "`\($0)`: \($1.words)" }.joined(
                        separator: "; "
                    ) + " }"
        case .nullable(let schema): schema.words + " or null"
        case .anyOf(let schemas), .allOf(let schemas): schemas.map(\.words).joined(separator: " or ")
        case .reference(let name): "[\(name)](#\(Self.anchor(name)))"
        }
    }

    /// How renderers of Markdown name a heading.
    private static func anchor(_ heading: String) -> String {
        heading.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
    }
}
