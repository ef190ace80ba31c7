// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import X0XAPI

/// Answers every request: access, route, handler, and the headers all answers share (spec 11 §2, §3).
struct APIResponder: HTTPResponder {
    let table: RouteTable
    let access: AccessControl
    let limits: RequestLimits
    let counters: ServerCounters

    func respond(to request: Request, context: APIContext) async throws -> Response {
        let id = RequestID.of(request.headers)
        var context = context
        context.logger[metadataKey: "hb.request.id"] = nil
        context.logger[metadataKey: "request.id"] = "\(id)"
        var response = await self.complete(request, context: context, id: id)
        if let name = RequestID.header { response.headers[name] = id }
        self.counters.answered(response.status.code)
        return response
    }

    private func complete(_ request: Request, context: APIContext, id: String) async -> Response {
        let origin = request.headers[.origin]
        let route = self.table.access(path: request.uri.path)
        let start = ContinuousClock.now
        var response: Response
        do {
            response = try await self.answer(request, context: context, access: route)
        } catch let failure as APIFailure {
            response = JSONReply.make(failure.named(id), closing: context.channel)
        } catch {
            context.logger.warning("request handler failed", metadata: ["error.type": "\(type(of: error))"])
            response = JSONReply.make(APIFailure.internalError.named(id), closing: context.channel)
        }
        context.logger.debug(
            "request answered",
            metadata: [
                "http.method": "\(request.method.rawValue)",
                "http.route": "\(self.table.template(path: request.uri.path))",
                "http.status": "\(response.status.code)", "duration": "\(ContinuousClock.now - start)",
            ]
        )
        self.complete(&response.headers, origin: origin, access: route, path: request.uri.path)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request, context: APIContext, access: Route.Access?) async throws -> Response {
        let origin = request.headers[.origin]
        let query = request.uri.query ?? ""
        try self.access.check(
            AccessControl.Credentials(
                method: request.method,
                host: request.head.authority,
                origin: origin,
                authorization: request.headers[.authorization],
                query: query
            ),
            access: access
        )
        guard request.method != .options else { return CrossOriginHeaders.preflight(origin: origin) }
        switch self.table.match(path: request.uri.path, method: request.method.rawValue) {
        case .unknown: throw APIFailure.notFound("not found")
        case .otherMethods(let allowed): throw APIFailure.methodNotAllowed(allowed)
        case .malformed: throw APIFailure.badRequest("invalid path: a parameter is not valid text")
        case .found(let mounted, let parameters):
            let call = RawCall(
                route: mounted.route,
                request: request,
                context: context,
                parameters: parameters,
                query: try Query(query, known: mounted.route.query),
                limits: self.limits
            )
            return try await mounted.handle(call)
        }
    }

    private func complete(_ headers: inout HTTPFields, origin: String?, access: Route.Access?, path: String) {
        headers[.xContentTypeOptions] = "nosniff"
        if access != .open, headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
        if !path.hasPrefix(Endpoints.gui.route.path) { CrossOriginHeaders.add(to: &headers, origin: origin) }
    }
}
