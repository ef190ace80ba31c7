// SPDX-License-Identifier: MIT OR Apache-2.0

/// Where a daemon answers and the token it wants.
public struct DaemonEndpoint: Sendable, Hashable {
    /// `http://host:port`, no slash at the end.
    public let baseURL: String
    /// The host part of ``baseURL``, without brackets.
    public let host: String
    /// The bearer token, if any is known.
    public var token: BearerToken?

    /// The endpoint at a user-given or file-given address (spec 13 §6.1).
    ///
    /// Accepted are `http://host:port`, `https://host:port`, `host:port` (scheme `http`) and a bare port (this
    /// machine). The unspecified addresses `0.0.0.0` and `[::]`, which a daemon may be bound to, mean this machine.
    ///
    /// - Throws: ``X0XClientError`` with code `invalidAddress`.
    public init(address: String, token: BearerToken? = nil) throws(X0XClientError) {
        let invalid = X0XClientError(
            .invalidAddress,
            "invalid API address",
            detail: "'\(address.prefix(200))' is not host:port or an http URL"
        )
        var scheme = "http"
        var rest = Substring(address)
        if let separator = address.firstRange(of: "://") {
            scheme = address[..<separator.lowerBound].lowercased()
            rest = address[separator.upperBound...]
        }
        while rest.last == "/" { rest.removeLast() }
        if rest.allSatisfy(\.isNumber), let port = UInt16(rest) { rest = "127.0.0.1:\(port)" }
        guard scheme == "http" || scheme == "https", let (host, port) = Self.split(rest) else { throw invalid }
        self.host = host
        let written = host.contains(":") ? "[\(host)]" : host
        self.baseURL = "\(scheme)://\(written)" + (port.map { ":\($0)" } ?? "")
        self.token = token
    }

    /// The port of ``baseURL``, or that of its scheme.
    package var port: Int {
        let digits = self.baseURL.reversed().prefix { $0.isNumber }
        guard self.baseURL.dropLast(digits.count).last == ":" else { return self.baseURL.hasPrefix("https") ? 443 : 80 }
        return Int(String(digits.reversed())) ?? 80
    }

    /// Whether the host is this machine: `localhost`, 127.0.0.0/8 or `::1`.
    public var isLoopback: Bool {
        if self.host.lowercased() == "localhost" || self.host == "::1" { return true }
        let octets = self.host.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets.first == "127" && octets.allSatisfy { UInt8($0) != nil }
    }

    /// `host`, `host:port`, `[v6]` or `[v6]:port`; nil when it is none of these.
    private static func split(_ authority: Substring) -> (host: String, port: UInt16?)? {
        var host = authority
        var port: UInt16?
        if let colon = authority.lastIndex(of: ":"), authority[colon...].firstIndex(of: "]") == nil {
            guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else { return nil }
            port = number
            host = authority[..<colon]
        }
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
            return (host == "::" ? "::1" : String(host), port)
        }
        let isName = host.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_")
        }
        guard !host.isEmpty, isName else { return nil }
        return (host == "0.0.0.0" ? "127.0.0.1" : String(host), port)
    }
}

/// An API token: sent in the `Authorization` header, never printed.
public struct BearerToken: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// Where a token came from; a token file belongs to the daemon of this machine.
    public enum Source: Sendable, Hashable {
        /// Given by the user or the environment.
        case explicit
        /// Read from `api-token` in a data directory.
        case file
    }

    package let value: String
    /// Where the token came from.
    public let source: Source

    /// The token in `text`, white space around it removed; nil if nothing remains or it cannot stand in a header.
    public init?(_ text: String, source: Source = .explicit) {
        let trimmed = text.trimmingWhitespace()
        guard !trimmed.isEmpty, trimmed.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self.value = trimmed
        self.source = source
    }

    /// A placeholder: the token must not reach logs or error texts.
    public var description: String { "<token>" }
    /// Hides the token from `dump` and debuggers.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension String {
    /// Without white space and line ends at both ends.
    package func trimmingWhitespace() -> String {
        guard let first = self.firstIndex(where: { !$0.isWhitespace }),
            let last = self.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
