// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes
internal import Hummingbird

/// The headers that let pages of this machine's other ports use the API (spec 11 §3.2).
enum CrossOriginHeaders {
    /// Adds the headers that allow `origin` to read the answer, if it may.
    static func add(to headers: inout HTTPFields, origin: String?) {
        guard let origin, Origin.isAllowed(origin) else { return }
        headers[.accessControlAllowOrigin] = origin
        headers[.vary] = "origin, access-control-request-method, access-control-request-headers"
    }

    /// The answer to any OPTIONS request.
    static func preflight(origin: String?) -> Response {
        var headers = HTTPFields()
        if let origin, Origin.isAllowed(origin) {
            headers[.accessControlAllowMethods] = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
            headers[.accessControlAllowHeaders] = "authorization, content-type, accept"
            headers[.accessControlMaxAge] = "600"
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer()))
    }
}
