// SPDX-License-Identifier: MIT OR Apache-2.0

/// An endpoint with its types: what a caller sends and what comes back on success.
///
/// `Request` is `NoBody`, or the JSON object of the body. `Response` is the JSON object of the answer without its
/// `ok` key (the server adds `"ok":true` to each), `EventStream<…>`, or `Document`.
package struct Endpoint<Request: RequestBody, Response: Sendable>: Sendable {
    package let route: Route

    init(
        _ method: Route.Method,
        _ path: String,
        command: String,
        _ category: Route.Category,
        access: Route.Access = .token,
        body: Route.Body = .ignored,
        answer: Route.Answer = .json,
        query: [String] = [],
        statuses: [Int] = [200],
        failures: [Int] = [],
        _ summary: String
    ) {
        self.route = Route(
            method: method,
            path: path,
            command: command,
            category: category,
            access: access,
            body: body,
            answer: answer,
            query: query,
            summary: summary,
            statuses: statuses,
            failures: failures,
            types: RouteTypes(request: Request.self, response: Response.self)
        )
    }
}

/// The JSON object of a request body.
package protocol RequestBody: Codable, Sendable {
    /// The keys this object may have; strict routes refuse every other key (spec 11 §2.2).
    static var fields: [String] { get }
}

/// Stands for "no body": whatever a client sends is ignored.
package struct NoBody: RequestBody {
    package static let fields: [String] = []

    package init() {}
}

/// Stands for a stream of server-sent events whose data lines decode as `Event`.
package enum EventStream<Event: Codable & Sendable>: Sendable {}

/// Stands for an answer that is a text document, not JSON.
package enum Document: Sendable {}

/// The answer of endpoints that say nothing but `{"ok":true}`.
package struct Acknowledgement: Codable, Hashable, Sendable {
    package init() {}
}

/// Every endpoint, once: `Endpoints.publish`, `Endpoints.contacts`, … The resource files extend it.
package enum Endpoints {}
