// SPDX-License-Identifier: MIT OR Apache-2.0

/// One line of the endpoint registry: everything about an endpoint that does not depend on its types.
///
/// The server mounts it, the client builds its URL from it, the CLI names a command after it (spec 11 §5).
package struct Route: Hashable, Sendable {
    package enum Method: String, CaseIterable, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// Who may call the endpoint (spec 11 §3.1).
    package enum Access: String, Sendable {
        /// Anybody who reaches the port.
        case open
        /// `Authorization: Bearer <token>` only.
        case token
        /// The header, or `?token=` for clients that cannot send headers (`EventSource`, `WebSocket`).
        case tokenOrQuery
    }

    /// What the endpoint does with a request body (spec 11 §2.2).
    package enum Body: String, Sendable {
        /// Whatever is sent is ignored, its content type too.
        case ignored
        /// A JSON object is required; unknown fields are ignored.
        case json
        /// A JSON object is required; unknown fields are refused with 422.
        case strictJSON
        /// Empty means all defaults; everything wrong is 400, never 422.
        case optionalJSON
        /// Whatever is not a JSON object of the right shape counts as none; never an error (spec 12 §1.2, style O).
        case lenientJSON
    }

    /// What comes back on success.
    package enum Answer: Hashable, Sendable {
        case json
        /// Server-sent events (spec 11 §4).
        case events
        /// An upgrade to a WebSocket (spec 11 §8).
        case webSocket
        /// A document of this media type, such as Markdown.
        case document(String)
    }

    package enum Category: String, CaseIterable, Sendable {
        case status
        case identity
        case network
        case presence
        case exec
        case messaging
        case discovery
        case machines
        case contacts
        case trust
        case direct
        case groups
        case namedGroups = "named-groups"
        case tasks
        case stores
        case files
        case upgrade
        case websocket
    }

    package let method: Method
    /// Path template; parameters are written `:name`.
    package let path: String
    /// The words after `x0x` that call this endpoint; unique.
    package let command: String
    package let category: Category
    package let access: Access
    package let body: Body
    package let answer: Answer
    /// Names of the query parameters the endpoint reads.
    package let query: [String]
    /// One sentence for `--help`, the manifest and the generated documentation.
    package let summary: String
    /// Whether the capability is missing: the server answers 501, and there is no command and no client method yet.
    package private(set) var isPlanned = false
    /// The statuses of success.
    package private(set) var statuses: [Int] = [200]
    /// The statuses of failure this endpoint has beside those that all endpoints of its kind have (spec 11 §2, §3).
    package private(set) var failures: [Int] = []
    /// What goes in and out; nil while the capability is missing.
    private(set) var types: RouteTypes?

    /// Names of the path parameters in order of appearance, without the colon.
    package var parameters: [String] {
        self.path.split(separator: "/").filter { $0.hasPrefix(":") }.map { String($0.dropFirst()) }
    }

    /// The path with its parameters replaced, in order, by the percent-encoded values.
    ///
    /// Missing values leave the template text in place, so a mistake shows up as 400 or 404 and never hits another endpoint.
    package func path(filling values: [String]) -> String {
        var remaining = values[...]
        return self.path.split(separator: "/").map { segment in
            guard segment.hasPrefix(":"), let value = remaining.popFirst() else { return "/" + segment }
            return "/" + PercentEncoding.encode(value)
        }.joined()
    }
}

extension Route {
    /// An endpoint of the specification that is not built yet; it has no types.
    init(
        planned method: Method,
        _ path: String,
        command: String,
        _ category: Category,
        access: Access = .token,
        body: Body = .ignored,
        answer: Answer = .json,
        query: [String] = [],
        _ summary: String
    ) {
        self.init(
            method: method,
            path: path,
            command: command,
            category: category,
            access: access,
            body: body,
            answer: answer,
            query: query,
            summary: summary,
            isPlanned: true,
            statuses: []
        )
    }
}

/// Percent-encoding of one path segment or query value (RFC 3986 §2.1): everything but unreserved characters is escaped.
package enum PercentEncoding {
    package static func encode(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            if self.isUnreserved(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += byte < 16 ? "%0" : "%"
                result += String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}
