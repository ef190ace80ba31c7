// SPDX-License-Identifier: MIT OR Apache-2.0

/// `GET /openapi.json`: the registry as an OpenAPI 3.1 document.
package struct OpenAPIDocument: Encodable, Sendable {
    private let openapi = "3.1.0"
    private let info: Info
    private let servers = [Server(url: "/")]
    private let tags = Route.Category.allCases.map { Tag(name: $0.rawValue) }
    private let paths: [String: [String: Operation]]
    private let components: Components

    /// Describes the given endpoints; `version` is the daemon's.
    ///
    /// - Throws: When a type of an endpoint cannot be described; a test asks them all.
    package init(version: String, routes: [Route] = Registry.served) throws {
        let requests = SchemaProbe(.request)
        let responses = SchemaProbe(.response)
        var paths: [String: [String: Operation]] = [:]
        for route in routes {
            let operation = try Operation(route, requests: requests, responses: responses)
            paths[Self.template(route), default: [:]][route.method.rawValue.lowercased()] = operation
        }
        self.info = Info(version: version)
        self.paths = paths
        self.components = Components(
            schemas: requests.definitions.merging(responses.definitions) { _, response in response }
                .merging(Components.shared) { _, shared in shared }
        )
    }

    /// `/a/:b` → `/a/{b}`.
    private static func template(_ route: Route) -> String {
        route.path.split(separator: "/").map { $0.hasPrefix(":") ? "/{\($0.dropFirst())}" : "/\($0)" }.joined()
    }

    private struct Info: Encodable, Sendable {
        let title = "x0x daemon"
        let summary = "The API of one agent of the x0x network"
        let version: String
        let license = License()

        struct License: Encodable, Sendable {
            let name = "MIT OR Apache-2.0"
            let identifier = "MIT OR Apache-2.0"
        }
    }

    private struct Server: Encodable, Sendable {
        let url: String
    }

    private struct Tag: Encodable, Sendable {
        let name: String
    }

    private struct Components: Encodable, Sendable {
        struct SecurityScheme: Encodable, Sendable {
            let type: String
            let description: String
            var scheme: String?
            var name: String?
            var location: String?

            enum CodingKeys: String, CodingKey {
                case type
                case description
                case scheme
                case name
                case location = "in"
            }
        }

        let schemas: [String: Schema]
        let securitySchemes = [
            "token": SecurityScheme(
                type: "http",
                description: "The text of the file `api-token` in the data directory",
                scheme: "bearer"
            ),
            "tokenInQuery": SecurityScheme(
                type: "apiKey",
                description: "The same token, for clients that cannot send headers",
                name: "token",
                location: "query"
            ),
        ]

        /// What every answer has (spec 11 §2.3).
        static let shared: [String: Schema] = [
            "Success": .object(ObjectSchema(["ok": .constant(true)])),
            "Failure": .object(
                ObjectSchema(
                    ["ok": .constant(false), "error": .string, "detail": .string, "request_id": .string],
                    required: ["ok", "error"]
                )
            ),
        ]
    }
}
