// SPDX-License-Identifier: MIT OR Apache-2.0

extension OpenAPIDocument {
    /// One method of one path.
    struct Operation: Encodable, Sendable {
        private let operationId: String
        private let summary: String
        private let description: String
        private let tags: [String]
        private let parameters: [Parameter]
        private let requestBody: RequestBody?
        private let responses: [String: Answer]
        private let security: [[String: [String]]]

        init(_ route: Route, requests: SchemaProbe, responses: SchemaProbe) throws {
            self.operationId = route.command.split { " -/".contains($0) }.joined(separator: "-")
            self.summary = route.summary
            self.description = ([route.commandHelp] + route.notes).joined(separator: "\n\n")
            self.tags = [route.category.rawValue]
            self.parameters =
                route.pathParameters.map { Parameter($0, in: "path") }
                + route.queryParameters.map { Parameter($0, in: "query") }
            self.requestBody = try Self.requestBody(of: route, probe: requests)
            var answers: [String: Answer] = [:]
            for (status, meaning) in route.failureMeanings { answers[String(status)] = .failure(meaning) }
            if !route.isPlanned {
                let schema = try route.types?.response(responses)
                for status in route.statuses { answers[String(status)] = Answer(route, status: status, schema: schema) }
            }
            self.responses = answers
            switch route.access {
            case .open: self.security = []
            case .token: self.security = [["token": []]]
            case .tokenOrQuery: self.security = [["token": []], ["tokenInQuery": []]]
            }
        }

        private static func requestBody(of route: Route, probe: SchemaProbe) throws -> RequestBody? {
            guard route.body != .ignored else { return nil }
            let schema = try route.types?.request(probe) ?? .object(ObjectSchema())
            if route.body == .strictJSON { probe.close(schema) }
            return RequestBody(
                isRequired: route.body == .json || route.body == .strictJSON,
                content: ["application/json": Content(schema: schema)]
            )
        }
    }

    struct Content: Encodable, Sendable {
        let schema: Schema
        /// The JSON of the `data` lines of an event stream; OpenAPI 3.1 has no word for it.
        var eventSchema: Schema?

        enum CodingKeys: String, CodingKey {
            case schema
            case eventSchema = "x-event-schema"
        }
    }

    struct Parameter: Encodable, Sendable {
        let name: String
        let location: String
        let isRequired: Bool
        let description: String
        let schema: Schema

        init(_ parameter: Route.Parameter, in location: String) {
            self.name = parameter.name
            self.location = location
            self.isRequired = location == "path"
            self.description = parameter.summary
            self.schema = parameter.schema
        }

        enum CodingKeys: String, CodingKey {
            case name
            case location = "in"
            case isRequired = "required"
            case description
            case schema
        }
    }

    struct RequestBody: Encodable, Sendable {
        let isRequired: Bool
        let content: [String: Content]

        enum CodingKeys: String, CodingKey {
            case isRequired = "required"
            case content
        }
    }

    struct Answer: Encodable, Sendable {
        let description: String
        let content: [String: Content]?

        private init(description: String, content: [String: Content]?) {
            self.description = description
            self.content = content
        }

        static func failure(_ description: String) -> Self {
            Self(description: description, content: ["application/json": Content(schema: .reference("Failure"))])
        }

        /// A success of the endpoint; `schema` is the one of its `Response`.
        init(_ route: Route, status: Int, schema: Schema?) {
            switch route.answer {
            case .json where status == 204: self.init(description: "Done", content: nil)
            case .json:
                let whole = Schema.allOf([.reference("Success")] + (schema.map { [$0] } ?? []))
                let description = status == 201 ? "Created" : "Success"
                self.init(description: description, content: ["application/json": Content(schema: whole)])
            case .events:
                self.init(
                    description: "A stream of server-sent events",
                    content: ["text/event-stream": Content(schema: .string, eventSchema: schema)]
                )
            case .webSocket: self.init(description: "The connection becomes a WebSocket", content: nil)
            case .document(let type):
                let isJSON = type == "application/json"
                let content = Content(schema: isJSON ? .object(ObjectSchema()) : .string)
                self.init(description: "A document", content: [type: content])
            }
        }
    }
}
