// SPDX-License-Identifier: MIT OR Apache-2.0

extension Route {
    /// One parameter of the path or the query.
    package struct Parameter: Hashable, Sendable {
        package let name: String
        package let schema: Schema
        package let summary: String
    }

    /// The path parameters in order of appearance.
    package var pathParameters: [Parameter] {
        self.parameters.map { name in
            switch name {
            case "agent_id": Parameter(name: name, schema: .identifier, summary: "Agent id, 64 hex digits")
            case "machine_id": Parameter(name: name, schema: .identifier, summary: "Machine id, 64 hex digits")
            case "peer_id": Parameter(name: name, schema: .identifier, summary: "Machine id, 64 hex digits")
            case "user_id": Parameter(name: name, schema: .identifier, summary: "User id, 64 hex digits")
            case "id" where self.category == .presence:
                Parameter(name: name, schema: .identifier, summary: "Agent id, 64 hex digits")
            case "id" where self.category == .messaging:
                Parameter(name: name, schema: .string, summary: "Subscription id, as `POST /subscribe` gave it")
            default: Parameter(name: name, schema: .string, summary: "The \(name) of the \(self.category.rawValue)")
            }
        }
    }

    /// The query parameters in the order of the registry; none is required.
    package var queryParameters: [Parameter] {
        self.query.map { name in
            let known = Self.knownQuery[name]
            return Parameter(name: name, schema: known?.schema ?? .string, summary: known?.summary ?? "")
        }
    }

    /// Every query parameter of the API; one name means the same everywhere.
    package static let knownQuery: [String: (schema: Schema, summary: String)] = [
        "complete": (Self.flag, "With machines and revocations, as a backup needs them"),
        "display_name": (.string, "Name to put on the card"),
        "include_groups": (Self.flag, "Put invitations to groups on the card"),
        "include_user": (Self.flag, "Put the user identity on the card"),
        "peer": (.identifier, "The agent that asks: its trust level decides what it is told"),
        "q": (.string, "Words to look for"),
        "timeout_ms": (.unsigned, "Longest wait in milliseconds, 100 to 30,000; others are moved to the nearest bound"),
        "ttl": (.integer(minimum: 0, maximum: 255), "Hops to ask, 1 to 5; others are moved to the nearest bound"),
        "unfiltered": (Self.flag, "With agents whose announcement has run out"),
        "wait": (
            .anyOf([.boolean, .integer(minimum: 0, maximum: 60)]),
            "Search the network: true for 10 seconds, or so many seconds"
        ),
    ]

    /// `true`, `false`, `1` or `0`.
    private static let flag = Schema.anyOf([.boolean, .integer(minimum: 0, maximum: 1)])
}
