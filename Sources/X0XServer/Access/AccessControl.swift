// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes
internal import X0XAPI

/// Decides who may call what, before any handler runs (spec 11 §3).
///
/// Order: host, origin, then the token. Unknown paths need a token too, so that strangers learn nothing about the API.
struct AccessControl: Sendable {
    let token: BearerToken
    /// Host names accepted besides IP literals and `localhost`, lower case.
    let hostNames: Set<String>

    /// What a request presents.
    struct Credentials {
        let method: HTTPRequest.Method
        let host: String?
        let origin: String?
        let authorization: String?
        let query: String
    }

    /// Lets the request pass, or throws the refusal; `access` is the rule of its route, nil for an unknown path.
    func check(_ credentials: Credentials, access: Route.Access?) throws(APIFailure) {
        try self.checkHost(credentials.host)
        try self.checkOrigin(credentials)
        guard credentials.method != .options else { return }
        switch access {
        case .open: return
        case .token, nil: break
        case .tokenOrQuery: if self.isTokenInQuery(credentials.query) { return }
        }
        guard self.token.matches(authorization: credentials.authorization) else { throw .unauthorized }
    }

    /// A page of another name that points to this machine (DNS rebinding) shows its own name here (spec 11 §3.3).
    private func checkHost(_ value: String?) throws(APIFailure) {
        guard let value else { throw .badRequest("Host header is missing") }
        guard let host = Host(authority: value), host.isIPLiteral || host.isLocal || self.hostNames.contains(host.name)
        else { throw APIFailure(.forbidden, "host not allowed") }
    }

    private func checkOrigin(_ credentials: Credentials) throws(APIFailure) {
        guard let origin = credentials.origin, !Origin.isAllowed(origin) else { return }
        switch credentials.method {
        case .get, .head, .options: return  // the browser keeps the answer from the page, as there are no CORS headers
        default: throw APIFailure(.forbidden, "origin not allowed")
        }
    }

    private func isTokenInQuery(_ query: String) -> Bool {
        query.split(separator: "&").contains { pair in
            guard pair.hasPrefix("token="), let value = QueryText.decode(pair.dropFirst(6)) else { return false }
            return self.token.matches(value)
        }
    }
}
