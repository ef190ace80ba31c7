// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes
internal import X0XAPI

/// An answer outside 2xx: the one way a handler refuses a request.
struct APIFailure: Error {
    let status: HTTPResponse.Status
    private(set) var body: ErrorResponse
    var headers = HTTPFields()
    /// Whether the connection is of no further use: the rest of the request was not read.
    var closesConnection = false

    init(_ status: HTTPResponse.Status, _ error: String, detail: String? = nil) {
        self.status = status
        self.body = ErrorResponse(error, detail: detail)
    }

    /// Adds the request's id where the log knows more than the answer says.
    func named(_ requestID: String) -> APIFailure {
        guard self.status == .internalServerError else { return self }
        var failure = self
        failure.body.requestID = requestID
        return failure
    }

    static func badRequest(_ error: String) -> APIFailure { APIFailure(.badRequest, error) }

    static func notFound(_ error: String) -> APIFailure { APIFailure(.notFound, error) }

    static var unauthorized: APIFailure {
        var failure = APIFailure(.unauthorized, "missing or invalid Authorization: Bearer token")
        failure.headers[.wwwAuthenticate] = "Bearer"
        return failure
    }

    static func methodNotAllowed(_ allowed: String) -> APIFailure {
        var failure = APIFailure(.methodNotAllowed, "method not allowed")
        failure.headers[.allow] = allowed
        return failure
    }

    static var bodyTooLarge: APIFailure {
        var failure = APIFailure(.contentTooLarge, "request body too large")
        failure.closesConnection = true
        return failure
    }

    static var tooManyConnections: APIFailure { APIFailure(.serviceUnavailable, "too many connections") }

    static var internalError: APIFailure { APIFailure(.internalServerError, "internal error") }
}
