// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Hummingbird
internal import X0XAPI

/// An endpoint of the registry together with the code that answers it.
struct MountedRoute: Sendable {
    let route: Route
    let handle: @Sendable (RawCall) async throws -> Response
}

/// A request whose access has been checked, its body not yet read.
struct RawCall: Sendable {
    let route: Route
    let request: Request
    let context: APIContext
    /// Path parameters in order, decoded.
    let parameters: [String]
    let query: Query
    let limits: RequestLimits
}

/// A request as its handler sees it.
struct Call<Body: Sendable>: Sendable {
    let body: Body
    /// Path parameters in order, decoded.
    let parameters: [String]
    let query: Query

    /// The first path parameter.
    var parameter: String { self.parameters.first ?? "" }

    /// The second path parameter.
    var secondParameter: String { self.parameters.dropFirst().first ?? "" }
}

/// What a handler answers: a status of the 2xx class and the JSON object without its `ok`.
struct Reply<Body: Encodable & Sendable>: Sendable {
    let status: HTTPResponse.Status
    let body: Body

    static func ok(_ body: Body) -> Self { Self(status: .ok, body: body) }

    static func created(_ body: Body) -> Self { Self(status: .created, body: body) }
}

extension Reply where Body == Acknowledgement {
    /// `{"ok":true}`.
    static var acknowledged: Self { .ok(Acknowledgement()) }

    /// 204 without a body.
    static var noContent: Self { Self(status: .noContent, body: Acknowledgement()) }
}

extension Endpoint where Response: Encodable {
    /// Answers this endpoint with JSON.
    func answered(
        by handler: @escaping @Sendable (Call<Request>) async throws -> Reply<Response>
    ) -> MountedRoute {
        MountedRoute(route: self.route) { raw in
            let body: Request = try await RequestBodyReader(raw).read()
            let reply = try await handler(Call(body: body, parameters: raw.parameters, query: raw.query))
            if reply.status == .noContent { return Hummingbird.Response(status: .noContent) }
            return try JSONReply.make(status: reply.status, Success(reply.body))
        }
    }
}

extension Endpoint where Response == Document {
    /// Answers this endpoint with a text document.
    func served(by handler: @escaping @Sendable (RawCall) async throws -> Hummingbird.Response) -> MountedRoute {
        MountedRoute(route: self.route, handle: handler)
    }
}
