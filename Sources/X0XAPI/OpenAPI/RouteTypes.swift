// SPDX-License-Identifier: MIT OR Apache-2.0

/// What goes into an endpoint and what comes out of it, as schemas derived on demand.
///
/// Part of what a route is made of, not of what distinguishes it: all values are equal.
struct RouteTypes: Sendable {
    /// The schema of the request body; nil when a body is ignored.
    let request: @Sendable (SchemaProbe) throws -> Schema?
    /// The schema of the answer without its `ok`, or of one event of the stream; nil for a text document.
    let response: @Sendable (SchemaProbe) throws -> Schema?

    init<Request: RequestBody, Response: Sendable>(request _: Request.Type, response _: Response.Type) {
        self.request = { probe in Request.self == NoBody.self ? nil : try probe.schema(of: Request.self) }
        self.response = { probe in
            if let stream = Response.self as? any EventCarrying.Type { return try stream.eventSchema(using: probe) }
            return try (Response.self as? any Decodable.Type).map(probe.schema(of:))
        }
    }
}

extension RouteTypes: Hashable {
    static func == (_: Self, _: Self) -> Bool { true }
    func hash(into _: inout Hasher) {}
}

/// A stream of events of one type.
private protocol EventCarrying {
    static func eventSchema(using probe: SchemaProbe) throws -> Schema
}

extension EventStream: EventCarrying {
    static func eventSchema(using probe: SchemaProbe) throws -> Schema { try probe.schema(of: Event.self) }
}
