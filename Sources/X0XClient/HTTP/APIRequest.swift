// SPDX-License-Identifier: MIT OR Apache-2.0

package import X0XAPI

/// One HTTP request to the daemon, before it is known where the daemon is.
public struct APIRequest: Sendable, Hashable {
    /// The HTTP method, upper case.
    public var method: String
    /// Path and query as they stand in the request line, percent-encoded.
    public var target: String
    /// The JSON body; nil sends no body and no content type (spec 11 §2: "empty POST").
    public var body: [UInt8]?
    /// The limit for the whole call; nil means ``ClientConfiguration/requestTimeout``.
    public var timeout: Duration?

    /// A request to an already encoded target such as `/contacts?x=1`.
    public init(method: String, target: String, body: [UInt8]? = nil, timeout: Duration? = nil) {
        self.method = method
        self.target = target
        self.body = body
        self.timeout = timeout
    }

    /// A request to a registered route; path parameters and query values are percent-encoded here.
    package init(
        _ route: Route,
        parameters: [String] = [],
        query: [(name: String, value: String)] = [],
        body: [UInt8]? = nil,
        timeout: Duration? = nil
    ) {
        let items = query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        self.init(
            method: route.method.rawValue,
            target: route.path(filling: parameters) + (items.isEmpty ? "" : "?" + items.joined(separator: "&")),
            body: body,
            timeout: timeout
        )
    }
}

/// The daemon's answer, whatever its status.
public struct APIResponse: Sendable, Hashable {
    /// The HTTP status code.
    public var status: Int
    /// The `Content-Type` header, lower case, without parameters; empty if absent.
    public var contentType: String
    /// The whole body, at most ``ClientConfiguration/responseByteCountMax`` bytes.
    public var body: [UInt8]

    /// An answer made of its parts.
    public init(status: Int, contentType: String = "application/json", body: [UInt8] = []) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// Whether the status is 2xx.
    public var isSuccess: Bool { (200..<300).contains(self.status) }
}
